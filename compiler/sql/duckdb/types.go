package duckdb

import (
	"fmt"
	"strconv"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// scalarTypes is the DuckDB type of each scalar kind. TIMESTAMP is an instant,
// DATETIME a wall clock. A kind that is missing has no exact counterpart.
var scalarTypes = map[sqltype.Kind]string{
	sqltype.Int64:   "BIGINT",
	sqltype.Float64: "DOUBLE",
	sqltype.Numeric: "DECIMAL(38,9)",
	// 32 bytes that sort as the numbers do: see runtime/warehouse/duckdb/prelude.
	sqltype.BigNumeric: "BLOB",
	sqltype.Bool:       "BOOLEAN",
	sqltype.String:     "VARCHAR",
	sqltype.Bytes:      "BLOB",
	sqltype.Date:       "DATE",
	sqltype.Time:       "TIME",
	sqltype.DateTime:   "TIMESTAMP",
	sqltype.Timestamp:  "TIMESTAMPTZ",
	sqltype.Interval:   "INTERVAL",
	sqltype.JSON:       "JSON",
	sqltype.Geography:  "VARCHAR", // well-known text
	enum:               "VARCHAR",
}

// enum is the kind of the arguments that are words, as a rounding mode. Columns
// cannot have it; it comes up inside functions that are written in SQL.
const enum sqltype.Kind = "ENUM"

// TypeOf is the DuckDB type that holds the values of a GoogleSQL type, and ""
// when there is none. Type parameters are not kept: a NUMERIC(10,2) column is
// stored as NUMERIC. It is also the type of declared columns.
func TypeOf(t sqltype.Type) string {
	switch t.Kind {
	case sqltype.Array:
		if t.Elem == nil {
			return ""
		}
		if e := TypeOf(*t.Elem); e != "" {
			return e + "[]"
		}
		return ""
	case sqltype.Range:
		if t.Elem == nil {
			return ""
		}
		e := TypeOf(*t.Elem)
		return fmt.Sprintf(`STRUCT("start" %s, "end" %s)`, e, e)
	case sqltype.Struct:
		names := FieldNames(t)
		if len(names) == 0 {
			return ""
		}
		parts := make([]string, len(names))
		for i, f := range t.Fields {
			ft := TypeOf(f.Type)
			if ft == "" {
				return ""
			}
			parts[i] = Quote(names[i]) + " " + ft
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	}
	return scalarTypes[t.Kind]
}

// FieldNames are the names that a STRUCT's fields have in DuckDB, where names
// are unique whatever their case: a field keeps its name unless it is anonymous
// or repeats an earlier one, and is called "_field_<position>" otherwise.
func FieldNames(t sqltype.Type) []string {
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

// typeKinds maps the analyser's kinds.
var typeKinds = map[gsql.TypeKind]sqltype.Kind{
	gsql.TypeKindTypeInt64:      sqltype.Int64,
	gsql.TypeKindTypeDouble:     sqltype.Float64,
	gsql.TypeKindTypeNumeric:    sqltype.Numeric,
	gsql.TypeKindTypeBignumeric: sqltype.BigNumeric,
	gsql.TypeKindTypeBool:       sqltype.Bool,
	gsql.TypeKindTypeString:     sqltype.String,
	gsql.TypeKindTypeBytes:      sqltype.Bytes,
	gsql.TypeKindTypeDate:       sqltype.Date,
	gsql.TypeKindTypeTime:       sqltype.Time,
	gsql.TypeKindTypeDatetime:   sqltype.DateTime,
	gsql.TypeKindTypeTimestamp:  sqltype.Timestamp,
	gsql.TypeKindTypeInterval:   sqltype.Interval,
	gsql.TypeKindTypeJson:       sqltype.JSON,
	gsql.TypeKindTypeGeography:  sqltype.Geography,
}

// resolvedType reads a type of the resolved tree. A type outside BigQuery's
// (an enum, a proto) has its head as Kind.
func resolvedType(t gsql.Googlesql_TypeNode) sqltype.Type {
	kind := get(t.Kind())
	switch kind {
	case gsql.TypeKindTypeArray:
		e := resolvedType(get(get(t.AsArray()).ElementType()))
		return sqltype.Type{Kind: sqltype.Array, Elem: &e}
	case gsql.TypeKindTypeRange:
		e := resolvedType(get(get(t.AsRange()).ElementType()))
		return sqltype.Type{Kind: sqltype.Range, Elem: &e}
	case gsql.TypeKindTypeStruct:
		st := get(t.AsStruct())
		out := sqltype.Type{Kind: sqltype.Struct}
		for i := range get(st.NumFields()) {
			f := get(st.Field(i))
			out.Fields = append(out.Fields, sqltype.Field{Name: f.Name, Type: resolvedType(f.Type_)})
		}
		return out
	}
	if k, ok := typeKinds[kind]; ok {
		return sqltype.Type{Kind: k}
	}
	return sqltype.Type{Kind: sqltype.Kind(strings.ToUpper(strings.TrimPrefix(kind.String(), "TypeKindType")))}
}

// duckType is the DuckDB type of a resolved type, refusing one that has none.
func (t *translator) duckType(n gsql.ResolvedNode, ty sqltype.Type) string {
	s := TypeOf(ty)
	if s == "" {
		t.refuse(n, "type "+ty.String(), "the embedded warehouse has no type that holds %s exactly", ty)
		return "INTEGER"
	}
	return s
}

// has reports whether a value of type t can hold a value of one of the kinds,
// itself or inside.
func has(t sqltype.Type, kinds ...sqltype.Kind) bool {
	for _, k := range kinds {
		if t.Kind == k {
			return true
		}
	}
	if t.Elem != nil && has(*t.Elem, kinds...) {
		return true
	}
	for _, f := range t.Fields {
		if has(f.Type, kinds...) {
			return true
		}
	}
	return false
}
