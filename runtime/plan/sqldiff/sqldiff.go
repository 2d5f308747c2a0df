// Package sqldiff shows what changed in a text, line by line.
package sqldiff

import (
	"bytes"

	"github.com/rogpeppe/go-internal/diff"
)

// Unified is the unified diff of two texts, with three lines of context and the
// names in its ---/+++ lines; empty where the texts are equal. A missing final
// newline is no difference.
func Unified(oldName, old, newName, new string) string {
	out := diff.Diff(oldName, ended(old), newName, ended(new))
	// The first line repeats the names: "diff old new".
	if _, rest, found := bytes.Cut(out, []byte("\n")); found {
		out = rest
	}
	return string(out)
}

func ended(s string) []byte {
	if s != "" && s[len(s)-1] != '\n' {
		s += "\n"
	}
	return []byte(s)
}
