package sqltype

import "strings"

// AnyText is the type of a function's argument that takes any: it comes with each call.
const AnyText = "ANY TYPE"

// IsAny reports whether the text of an argument's type is AnyText.
func IsAny(text string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(text), " "), AnyText)
}

// QuoteString is a text as a string literal of GoogleSQL.
func QuoteString(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\x00", `\x00`).Replace(text) + "'"
}
