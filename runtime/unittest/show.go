package unittest

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"sluice/runtime/value"
)

// Show is a value as people read it, in one line. Text that could be taken for
// something else stands in quotes.
func Show(v any, t value.Type) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		if t.Kind == "STRING" && quotes(v) {
			return strconv.Quote(v)
		}
		return strings.ReplaceAll(v, "\n", " ")
	case []any:
		return list(v, t)
	}
	return fmt.Sprint(v)
}

// quotes reports whether a text would be misread without quotes.
func quotes(s string) bool {
	return s == "" || s == "NULL" || s == "·" || s != strings.TrimSpace(s) || strings.Contains(s, "  ") ||
		strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func list(values []any, t value.Type) string {
	parts := make([]string, len(values))
	for i, v := range values {
		switch {
		case t.Kind == "ARRAY" && t.Elem != nil:
			parts[i] = Show(v, *t.Elem)
		case i < len(t.Fields):
			parts[i] = Show(v, t.Fields[i].Type)
			if name := t.Fields[i].Name; name != "" {
				parts[i] = name + ": " + parts[i]
			}
		}
	}
	if t.Kind == "ARRAY" {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
