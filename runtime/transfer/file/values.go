package file

import (
	"encoding/json"
	"fmt"
	"strings"

	"sluice/runtime/warehouse/duckdb"
)

// The functions here write DuckDB expressions that read a value of a GoogleSQL type
// out of text or JSON. An expression is NULL where the text does not hold such a
// value; DuckDB's own casts are narrowed where they are wider than GoogleSQL's.

// fromText reads a scalar out of the VARCHAR expression raw.
func fromText(raw string, t duckdb.Type) string {
	digitFirst := fmt.Sprintf("ascii(%s) BETWEEN 48 AND 57", raw) // not 'infinity', 'epoch', or a year BC
	switch t.Kind {
	case "STRING":
		return raw
	case "INT64":
		// DuckDB would round 1.5 and expand 1e3.
		return fmt.Sprintf("CASE WHEN contains(%[1]s, '.') OR contains(%[1]s, 'e') OR contains(%[1]s, 'E') OR contains(%[1]s, '_') THEN NULL ELSE TRY_CAST(%[1]s AS BIGINT) END", raw)
	case "NUMERIC":
		// The narrow cast is many times faster and holds nearly every amount.
		return fmt.Sprintf("coalesce(CAST(TRY_CAST(%[1]s AS DECIMAL(18,9)) AS DECIMAL(38,9)), TRY_CAST(%[1]s AS DECIMAL(38,9)))", raw)
	case "BYTES":
		return fmt.Sprintf("TRY(from_base64(%s))", raw)
	case "DATE":
		return fmt.Sprintf("CASE WHEN length(%[1]s) <= 10 AND %[2]s THEN TRY_CAST(%[1]s AS DATE) END", raw, digitFirst)
	case "DATETIME":
		// A zone has no place in a DATETIME; DuckDB would drop it.
		return fmt.Sprintf("CASE WHEN %[2]s AND NOT regexp_matches(substr(%[1]s, 11), '[-+Zz]') THEN TRY_CAST(%[1]s AS TIMESTAMP) END", raw, digitFirst)
	case "TIMESTAMP":
		return fmt.Sprintf("CASE WHEN %[2]s THEN TRY_CAST(%[1]s AS TIMESTAMPTZ) END", raw, digitFirst)
	}
	return fmt.Sprintf("TRY_CAST(%s AS %s)", raw, t.DuckDB())
}

// isNested says whether a type is read from JSON also where the file holds text.
func isNested(t duckdb.Type) bool { return t.Kind == "ARRAY" || t.Kind == "STRUCT" }

// jsonReader writes expressions over nested JSON; it numbers their lambda parameters.
type jsonReader struct{ lambdas int }

func (r *jsonReader) lambda() string {
	r.lambdas++
	return fmt.Sprintf("l%d", r.lambdas)
}

// value reads a value of type t out of the JSON expression e; NULL where it has
// another shape.
func (r *jsonReader) value(e string, t duckdb.Type) string {
	switch t.Kind {
	case "JSON":
		return fmt.Sprintf("CASE WHEN %s THEN %s END", present(e), e)
	case "ARRAY":
		x := r.lambda()
		return fmt.Sprintf("coalesce(list_transform(TRY_CAST(%s AS JSON[]), lambda %s: %s), [])", e, x, r.value(x, *t.Elem))
	case "STRUCT":
		s := r.lambda()
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			field := s + "." + duckdb.Quote(f.Name)
			if isNested(f.Type) || f.Type.Kind == "JSON" {
				field = r.value(field, f.Type)
			} else {
				field = fromText(field, f.Type)
			}
			fields[i] = duckdb.Quote(f.Name) + " := " + field
		}
		// A list of one element gives the parsed object a name.
		return fmt.Sprintf("list_transform([%s], lambda %s: CASE WHEN %s IS NOT NULL THEN struct_pack(%s) END)[1]",
			objectOf(e, t), s, s, strings.Join(fields, ", "))
	}
	return fromText(fmt.Sprintf("(%s ->> '$')", e), t)
}

// bad is true where the JSON expression e holds something that is no value of type t.
func (r *jsonReader) bad(e string, t duckdb.Type) string {
	switch t.Kind {
	case "JSON":
		return "false"
	case "ARRAY":
		x := r.lambda()
		return fmt.Sprintf("(%s AND (TRY_CAST(%s AS JSON[]) IS NULL OR len(list_filter(TRY_CAST(%s AS JSON[]), lambda %s: %s)) > 0))",
			present(e), e, e, x, r.bad(x, *t.Elem))
	case "STRUCT":
		s := r.lambda()
		bads := []string{"false"}
		for _, f := range t.Fields {
			field := s + "." + duckdb.Quote(f.Name)
			switch {
			case isNested(f.Type):
				bads = append(bads, r.bad(field, f.Type))
			case f.Type.Kind != "JSON" && f.Type.Kind != "STRING":
				bads = append(bads, fmt.Sprintf("(%s IS NOT NULL AND %s IS NULL)", field, fromText(field, f.Type)))
			}
		}
		return fmt.Sprintf("(%s AND coalesce(list_transform([%s], lambda %s: %s IS NULL OR %s)[1], true))",
			present(e), objectOf(e, t), s, s, strings.Join(bads, " OR "))
	}
	raw := fmt.Sprintf("(%s ->> '$')", e)
	return fmt.Sprintf("(%s IS NOT NULL AND %s IS NULL)", raw, fromText(raw, t))
}

// present is true where there is something other than JSON's null.
func present(e string) string {
	return fmt.Sprintf("coalesce(json_type(%s) <> 'NULL', false)", e)
}

// objectOf splits a JSON object into its fields: text for scalars, JSON for the rest.
// It is NULL where e is no object.
func objectOf(e string, t duckdb.Type) string {
	return fmt.Sprintf("CASE WHEN json_type(%s) = 'OBJECT' THEN TRY(json_transform(%s, %s)) END", e, e, duckdb.Literal(fieldsOf(t.Fields)))
}

// fieldsOf is the structure that json_transform takes a record apart by.
func fieldsOf(fields []duckdb.Field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		name, _ := json.Marshal(f.Name)
		kind := `"VARCHAR"`
		if isNested(f.Type) || f.Type.Kind == "JSON" {
			kind = `"JSON"`
		}
		parts[i] = string(name) + ":" + kind
	}
	return "{" + strings.Join(parts, ",") + "}"
}
