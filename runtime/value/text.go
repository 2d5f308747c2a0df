package value

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Text is a value as people read it in a table or a file of text. NULL is NULL, also
// inside; an array is in brackets, a struct in braces with the names of its fields.
func Text(t Type, v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return floatText(v)
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			switch {
			case t.Kind == "ARRAY":
				parts[i] = inner(*t.Elem, e)
			case t.Fields[i].Name != "":
				parts[i] = t.Fields[i].Name + ": " + inner(t.Fields[i].Type, e)
			default:
				parts[i] = inner(t.Fields[i].Type, e)
			}
		}
		if t.Kind == "ARRAY" {
			return "[" + strings.Join(parts, ", ") + "]"
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return ""
}

// inner is a value inside another: text stands in quotes.
func inner(t Type, v any) string {
	if s, ok := v.(string); ok && t.Kind == "STRING" {
		quoted, err := json.Marshal(s)
		if err == nil {
			return string(quoted)
		}
	}
	return Text(t, v)
}

// floatText tells a FLOAT64 from an INT64, as BigQuery does: 1.0.
func floatText(f float64) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.ContainsAny(text, ".e") {
		return text
	}
	return text + ".0"
}
