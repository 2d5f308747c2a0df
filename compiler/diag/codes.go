package diag

import "slices"

// CodeInfo is what is known of a code wherever it is explained.
type CodeInfo struct {
	Code    Code   `json:"code"`
	Title   string `json:"title"`   // a few words
	Explain string `json:"explain"` // why it is a mistake and how to fix it
}

// codes is every code there is, sorted. A code is never reused.
var codes = []CodeInfo{
	{SyntaxError, "CUE syntax error", "The file is not valid CUE. The message is CUE's own; fix the text at the place named, or run `sluice fmt` to see how CUE reads it."},
}

// Codes of the load stage.
const (
	SyntaxError Code = "SL1001"
)

// Codes returns every code, sorted.
func Codes() []CodeInfo {
	out := slices.Clone(codes)
	slices.SortFunc(out, func(a, b CodeInfo) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return out
}

// Lookup finds what is known of a code.
func Lookup(c Code) (CodeInfo, bool) {
	i := slices.IndexFunc(codes, func(i CodeInfo) bool { return i.Code == c })
	if i < 0 {
		return CodeInfo{}, false
	}
	return codes[i], true
}
