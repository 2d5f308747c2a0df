package file

import (
	"fmt"

	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// masked hides a value the way BigQuery's data masking rules of the same name do.
// NULL stays NULL. The hash of a STRING is base64, as BigQuery gives it.
func masked(v, mask string, t duckdb.Type, column string) (string, error) {
	hash := fmt.Sprintf("to_base64(from_hex(sha256(%s)))", v)
	switch {
	case mask == "":
		return v, nil
	case mask == "null":
		return "NULL", nil
	case mask == "sha256" && t.Kind == "STRING":
		return hash, nil
	case mask == "sha256" && t.Kind == "BYTES":
		return fmt.Sprintf("from_hex(sha256(%s))", v), nil
	case mask == "first_four" && t.Kind == "STRING":
		return fmt.Sprintf("CASE WHEN length(%[1]s) > 4 THEN left(%[1]s, 4) || 'XXXXX' ELSE %[2]s END", v, hash), nil
	case mask == "last_four" && t.Kind == "STRING":
		return fmt.Sprintf("CASE WHEN length(%[1]s) > 4 THEN 'XXXXX' || right(%[1]s, 4) ELSE %[2]s END", v, hash), nil
	case mask == "email" && t.Kind == "STRING":
		return fmt.Sprintf("CASE WHEN regexp_full_match(%[1]s, '[^@\\s]+@[^@\\s]+\\.[^@\\s.]+') THEN 'XXXXX' || substr(%[1]s, strpos(%[1]s, '@')) ELSE %[2]s END", v, hash), nil
	case mask == "year" && (t.Kind == "DATE" || t.Kind == "DATETIME" || t.Kind == "TIMESTAMP"):
		return fmt.Sprintf("CAST(date_trunc('year', %s) AS %s)", v, t.DuckDB()), nil
	case mask == "default":
		if value, ok := defaults[t.Kind]; ok {
			return fmt.Sprintf("CASE WHEN %s IS NOT NULL THEN %s END", v, value), nil
		}
	}
	return "", task.Fail("column %q: mask %q does not fit a %s", column, mask, t.Kind)
}

// defaults are BigQuery's default masking values; a masked JSON is NULL, and a
// STRUCT has none.
var defaults = map[string]string{
	"STRING": "''", "BYTES": "''::BLOB", "INT64": "0", "FLOAT64": "0.0::DOUBLE", "NUMERIC": "0::DECIMAL(38,9)", "BOOL": "false",
	"TIMESTAMP": "TIMESTAMPTZ '1970-01-01 00:00:00+00'", "DATE": "DATE '1970-01-01'", "TIME": "TIME '00:00:00'",
	"DATETIME": "TIMESTAMP '1970-01-01 00:00:00'", "ARRAY": "[]", "JSON": "NULL",
}
