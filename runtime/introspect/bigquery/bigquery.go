// Package bigquery reads the schema of a BigQuery dataset through its API.
package bigquery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"cloud.google.com/go/bigquery"
	"google.golang.org/api/iterator"
	"google.golang.org/api/option"

	"sluice/runtime/introspect"
)

// Options say which dataset.
type Options struct {
	Project  string
	Dataset  string
	Endpoint string // another address of the API, which is called without credentials
}

// Read learns the tables and views that are wanted. Tables that differ only by a day
// at their names' end are one family, with the columns of its newest.
func Read(ctx context.Context, o Options, want introspect.Selection) (introspect.Schema, error) {
	var s introspect.Schema
	settings := []option.ClientOption{option.WithUserAgent("sluice")}
	if o.Endpoint != "" {
		settings = append(settings, option.WithEndpoint(o.Endpoint), option.WithoutAuthentication())
	}
	client, err := bigquery.NewClient(ctx, o.Project, settings...)
	if err != nil {
		return s, fmt.Errorf("connect to BigQuery: %w", err)
	}
	defer client.Close()
	newest := map[string]*bigquery.Table{} // by the name in the source
	tables := client.Dataset(o.Dataset).Tables(ctx)
	for {
		t, err := tables.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			return s, fmt.Errorf("list the tables of %s.%s: %w", o.Project, o.Dataset, err)
		}
		name := family(t.TableID)
		if !want.Has(o.Dataset + "." + name) {
			continue
		}
		if old := newest[name]; old == nil || old.TableID < t.TableID {
			newest[name] = t
		}
	}
	for _, name := range slices.Sorted(maps.Keys(newest)) {
		t, err := table(ctx, newest[name], name)
		if err != nil {
			return s, fmt.Errorf("table %s.%s.%s: %w", o.Project, o.Dataset, newest[name].TableID, err)
		}
		s.Tables = append(s.Tables, t)
	}
	s.Sort()
	return s, nil
}

// sharded is the name of one day's table.
var sharded = regexp.MustCompile(`^(.+_)(?:19|20)[0-9]{6}$`)

// family is the name of the wildcard family that a table is of, or its own.
func family(id string) string {
	if m := sharded.FindStringSubmatch(id); m != nil {
		return m[1] + "*"
	}
	return id
}

func table(ctx context.Context, t *bigquery.Table, name string) (introspect.Table, error) {
	meta, err := t.Metadata(ctx)
	if err != nil {
		return introspect.Table{}, err
	}
	out := introspect.Table{From: name, Description: meta.Description, Columns: columns(meta.Schema)}
	if name != t.TableID {
		out.Notes = append(out.Notes, "the columns are those of "+t.TableID)
	}
	switch meta.Type {
	case bigquery.ViewTable:
		out.Notes = append(out.Notes, "a view")
	case bigquery.MaterializedView:
		out.Notes = append(out.Notes, "a materialized view")
	case bigquery.ExternalTable:
		out.Notes = append(out.Notes, "an external table")
	case bigquery.Snapshot:
		out.Notes = append(out.Notes, "a snapshot")
	}
	switch {
	case meta.TimePartitioning != nil && meta.TimePartitioning.Field == "":
		out.Partition = "_PARTITIONTIME"
	case meta.TimePartitioning != nil:
		out.Partition = meta.TimePartitioning.Field
	case meta.RangePartitioning != nil:
		out.Partition = meta.RangePartitioning.Field
	}
	if c := meta.TableConstraints; c != nil && c.PrimaryKey != nil {
		out.Key = c.PrimaryKey.Columns
	}
	return out, nil
}

// types are the API's names.
var types = map[bigquery.FieldType]string{
	bigquery.StringFieldType: "STRING", bigquery.BytesFieldType: "BYTES", bigquery.IntegerFieldType: "INT64", bigquery.FloatFieldType: "FLOAT64",
	bigquery.BooleanFieldType: "BOOL", bigquery.TimestampFieldType: "TIMESTAMP", bigquery.DateFieldType: "DATE", bigquery.TimeFieldType: "TIME",
	bigquery.DateTimeFieldType: "DATETIME", bigquery.NumericFieldType: "NUMERIC", bigquery.BigNumericFieldType: "BIGNUMERIC",
	bigquery.GeographyFieldType: "GEOGRAPHY", bigquery.IntervalFieldType: "INTERVAL", bigquery.JSONFieldType: "JSON",
	"INT64": "INT64", "FLOAT64": "FLOAT64", "BOOL": "BOOL",
}

func columns(schema bigquery.Schema) []introspect.Column {
	out := make([]introspect.Column, 0, len(schema))
	for _, f := range schema {
		c := introspect.Column{Name: f.Name, Native: string(f.Type), Description: f.Description, Required: f.Required}
		if f.PolicyTags != nil && len(f.PolicyTags.Names) > 0 {
			c.Policy = strings.Join(f.PolicyTags.Names, ", ")
		}
		known := true
		switch f.Type {
		case bigquery.RecordFieldType, "STRUCT":
			c.Fields, c.Repeated = columns(f.Schema), f.Repeated
			out = append(out, c)
			continue
		case bigquery.RangeFieldType:
			c.Type = "RANGE<DATE>"
			if f.RangeElementType != nil {
				c.Type = "RANGE<" + types[f.RangeElementType.Type] + ">"
			}
		default:
			c.Type, known = types[f.Type]
		}
		if !known {
			c.Type, c.Note = "STRING", fmt.Sprintf("BigQuery's %s is not known to sluice", f.Type)
		}
		if f.Repeated {
			c.Type = "ARRAY<" + c.Type + ">"
		}
		out = append(out, c)
	}
	return out
}
