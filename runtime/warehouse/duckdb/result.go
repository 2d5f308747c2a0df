package duckdb

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	duck "github.com/duckdb/duckdb-go/v2"

	"sluice/runtime/plan"
	"sluice/runtime/value"
	"sluice/runtime/warehouse/duckdb/prelude"
)

// Select runs a query in translated SQL and calls row for each row it gives, every
// value decoded by the GoogleSQL type of its column, in the encoding of package value.
// Names of columns play no part, so they may repeat. The slice is not reused.
func (w *Warehouse) Select(ctx context.Context, row func(values []any) error, query string, types []value.Type, args ...any) error {
	return w.Read(ctx, decoded(types, row), jsonAsText(query, types), args...)
}

// decoded makes a reader of decoded rows one of the driver's rows.
func decoded(types []value.Type, row func(values []any) error) func([]string, []any) error {
	return func(_ []string, values []any) error {
		if len(values) != len(types) {
			return fmt.Errorf("the warehouse gave %d columns where analysis found %d", len(values), len(types))
		}
		out := make([]any, len(values))
		for i, v := range values {
			var err error
			if out[i], err = decode(types[i], v); err != nil {
				return fmt.Errorf("column %d: %w", i+1, err)
			}
		}
		return row(out)
	}
}

// Unbuilt gives those of a plan's tables that hold nothing because no task has made
// them yet, in the order given. Views, and tables that sluice does not fill, are never
// among them.
func (w *Warehouse) Unbuilt(ctx context.Context, p *plan.Plan, tables []string) ([]string, error) {
	var out []string
	for _, name := range tables {
		t := Table(p, name)
		if t == nil || t.Kind != "source" && t.Kind != "table" && t.Kind != "incremental" {
			continue
		}
		schema, table := split(p, name)
		var there, built bool
		err := w.db.QueryRowContext(ctx, `SELECT
			EXISTS (SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)),
			EXISTS (SELECT 1 FROM _sluice.commits WHERE task = ?)`, schema, table, name).Scan(&there, &built)
		if err == nil && there && !built {
			err = w.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+Name(p, name)+")").Scan(&built)
		}
		if err != nil {
			return nil, Classify(ctx, err)
		}
		if !there || !built {
			out = append(out, name)
		}
	}
	return out, nil
}

// jsonAsText has JSON come as the text that it is: the driver would parse it, and lose
// digits, the order of fields and the difference between NULL and null.
func jsonAsText(query string, types []value.Type) string {
	there := false
	names, items := make([]string, len(types)), make([]string, len(types))
	for i, t := range types {
		names[i] = fmt.Sprintf("c%d", i)
		items[i] = names[i]
		if t.Has("JSON") {
			there = true
			items[i] = "CAST(" + names[i] + " AS " + textType(t) + ")"
		}
	}
	if !there {
		return query
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (\n" + strings.TrimRight(query, "; \t\r\n") + "\n) AS q(" + strings.Join(names, ", ") + ")"
}

// textType is the DuckDB type that holds a type's values, with text in place of JSON.
func textType(t value.Type) string {
	switch t.Kind {
	case "JSON":
		return "VARCHAR"
	case "BIGNUMERIC":
		return "BLOB" // see prelude.BigNumericText
	case "ARRAY":
		return textType(*t.Elem) + "[]"
	case "RANGE":
		bound := textType(*t.Elem)
		return `STRUCT("start" ` + bound + `, "end" ` + bound + `)`
	case "STRUCT":
		fields := make([]string, len(t.Fields))
		for i, name := range fieldNames(t) {
			fields[i] = Quote(name) + " " + textType(t.Fields[i].Type)
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	return scalars[t.Kind].duck
}

// fieldNames are the names of a struct's fields in DuckDB, where they are unique
// whatever their case: an anonymous field, and one that repeats an earlier name, is
// called _field_<position>, as the translation calls it.
func fieldNames(t value.Type) []string {
	names := make([]string, len(t.Fields))
	seen := map[string]bool{}
	for i, f := range t.Fields {
		names[i] = f.Name
		if f.Name == "" || seen[strings.ToLower(f.Name)] {
			names[i] = "_field_" + strconv.Itoa(i+1)
		}
		seen[strings.ToLower(names[i])] = true
	}
	return names
}

// decode turns a value of the driver into one of GoogleSQL.
func decode(t value.Type, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch t.Kind {
	case "ARRAY":
		return decodeArray(t, v)
	case "STRUCT":
		return decodeStruct(t, v)
	case "RANGE":
		return decodeRange(t, v)
	case "INT64":
		return decodeInteger(v)
	case "NUMERIC", "BIGNUMERIC":
		return decodeDecimal(t, v)
	case "FLOAT64":
		return decodeFloat(v)
	case "INTERVAL":
		if i, ok := v.(duck.Interval); ok {
			return intervalText(i), nil
		}
	case "BYTES":
		if b, ok := v.([]byte); ok {
			return base64.StdEncoding.EncodeToString(b), nil
		}
	case "BOOL":
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case "STRING", "JSON", "GEOGRAPHY", "UUID":
		if s, ok := v.(string); ok {
			return s, nil
		}
	case "DATE", "TIME", "DATETIME", "TIMESTAMP":
		if at, ok := v.(time.Time); ok {
			return at.UTC().Format(timeLayouts[t.Kind]), nil
		}
	}
	return nil, mismatch(t, v)
}

var timeLayouts = map[string]string{
	"DATE":      time.DateOnly,
	"TIME":      "15:04:05.999999",
	"DATETIME":  "2006-01-02 15:04:05.999999",
	"TIMESTAMP": "2006-01-02 15:04:05.999999+00",
}

func mismatch(t value.Type, v any) error {
	return fmt.Errorf("the warehouse gave a %T where analysis found %s", v, t.Kind)
}

func decodeArray(t value.Type, v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, mismatch(t, v)
	}
	out := make([]any, len(list))
	for i, e := range list {
		var err error
		if out[i], err = decode(*t.Elem, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decodeStruct(t value.Type, v any) (any, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, mismatch(t, v)
	}
	out := make([]any, len(t.Fields))
	for i, name := range fieldNames(t) {
		field, there := fields[name]
		if !there {
			return nil, fmt.Errorf("the warehouse gave a struct without the field %q", name)
		}
		var err error
		if out[i], err = decode(t.Fields[i].Type, field); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decodeRange(t value.Type, v any) (any, error) {
	bounds, ok := v.(map[string]any)
	if !ok {
		return nil, mismatch(t, v)
	}
	texts := make([]string, 2)
	for i, name := range []string{"start", "end"} {
		bound, err := decode(*t.Elem, bounds[name])
		if err != nil {
			return nil, err
		}
		texts[i] = "UNBOUNDED"
		if bound != nil {
			texts[i] = fmt.Sprint(bound)
		}
	}
	return "[" + texts[0] + ", " + texts[1] + ")", nil
}

func decodeInteger(v any) (any, error) {
	switch n := v.(type) {
	case int64:
		return strconv.FormatInt(n, 10), nil
	case int32, int16, int8, uint8, uint16, uint32, uint64:
		return fmt.Sprint(n), nil
	case *big.Int:
		if n.IsInt64() {
			return n.String(), nil
		}
		return nil, fmt.Errorf("int64 overflow: %s", n)
	}
	return nil, mismatch(value.Type{Kind: "INT64"}, v)
}

func decodeDecimal(t value.Type, v any) (any, error) {
	switch n := v.(type) {
	case duck.Decimal:
		return n.String(), nil
	case []byte:
		return prelude.BigNumericText(n), nil
	}
	return nil, mismatch(t, v)
}

func decodeFloat(v any) (any, error) {
	var f float64
	switch n := v.(type) {
	case float64:
		f = n
	case float32:
		f = float64(n)
	default:
		return nil, mismatch(value.Type{Kind: "FLOAT64"}, v)
	}
	switch {
	case math.IsNaN(f):
		return "NaN", nil
	case math.IsInf(f, 1):
		return "Infinity", nil
	case math.IsInf(f, -1):
		return "-Infinity", nil
	}
	return f, nil
}

// intervalText is GoogleSQL's canonical form: Y-M D H:M:S[.f], each part with its sign.
func intervalText(i duck.Interval) string {
	sign := func(negative bool) string {
		if negative {
			return "-"
		}
		return ""
	}
	months := int64(i.Months)
	text := fmt.Sprintf("%s%d-%d %d ", sign(months < 0), abs(months)/12, abs(months)%12, i.Days)
	micros := new(big.Int).Abs(big.NewInt(i.Micros))
	seconds, fraction := new(big.Int).QuoRem(micros, big.NewInt(1e6), new(big.Int))
	s := seconds.Int64()
	text += fmt.Sprintf("%s%d:%d:%d", sign(i.Micros < 0), s/3600, s/60%60, s%60)
	if f := fraction.Int64(); f != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%06d", f), "0")
	}
	return text
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// errorKinds is how DuckDB begins its messages.
var errorKinds = regexp.MustCompile(`^(?:[A-Z][A-Za-z]*(?: [A-Z]?[A-Za-z]+)* (?:Error|exception|Exception): ?)+`)

// Message is what an error of a statement says, without DuckDB's and the driver's own
// words around it, and in one line.
func Message(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*duck.Error](err); ok {
		text = e.Msg
	}
	text, _, _ = strings.Cut(text, "\n\nLINE ")
	text = strings.ReplaceAll(errorKinds.ReplaceAllString(text, ""), driverWords, "")
	text, _, _ = strings.Cut(text, "\n")
	return strings.TrimSpace(text)
}
