package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fixed is a file after edits, and what they were for.
type Fixed struct {
	Text  string
	Codes []Code // of the diagnostics whose edits were made, in the order of the text
}

// ApplyEdits makes the edits of a list in the texts that source gives. Where those of
// two diagnostics overlap, the first in order of the text is mended and the other left
// as it is; of one diagnostic, all edits are made or none. The result holds the files
// that change, by name.
func ApplyEdits(list List, source func(file string) (string, error)) (map[string]Fixed, error) {
	texts := map[string]string{}
	type place struct {
		start, end int
		text       string
	}
	taken := map[string][]place{}
	codes := map[string][]Code{}
	for _, d := range list.Sorted() {
		wanted := map[string][]place{}
		sound := len(d.Edits) > 0
		for _, e := range d.Edits {
			text, ok := texts[e.Span.File]
			if !ok {
				var err error
				if text, err = source(e.Span.File); err != nil {
					return nil, err
				}
				texts[e.Span.File] = text
			}
			start, a := offset(text, e.Span.Line, e.Span.Col)
			end, b := offset(text, e.Span.EndLine, e.Span.EndCol)
			p := place{start, end, e.Text}
			overlaps := func(o place) bool { return p.start <= o.end && o.start <= p.end }
			if !a || !b || end < start || slices.ContainsFunc(taken[e.Span.File], overlaps) || slices.ContainsFunc(wanted[e.Span.File], overlaps) {
				sound = false
				break
			}
			wanted[e.Span.File] = append(wanted[e.Span.File], p)
		}
		if !sound {
			continue
		}
		for file, places := range wanted {
			taken[file] = append(taken[file], places...)
			codes[file] = append(codes[file], d.Code)
		}
	}
	out := map[string]Fixed{}
	for file, places := range taken {
		slices.SortFunc(places, func(a, b place) int { return cmp.Compare(b.start, a.start) })
		text := texts[file]
		for _, p := range places {
			text = text[:p.start] + p.text + text[p.end:]
		}
		out[file] = Fixed{Text: text, Codes: codes[file]}
	}
	return out, nil
}

// offset is the byte offset of a place; false where the text has none such.
func offset(text string, line, col int32) (int, bool) {
	at := 0
	for ; line > 1; line-- {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return 0, false
		}
		at += n + 1
	}
	at += int(col) - 1
	return at, line == 1 && col >= 1 && at <= len(text)
}

// Summary is the codes with how often each was mended: SL7012 ×2, SL7069.
func (f Fixed) Summary() string {
	count := map[Code]int{}
	for _, c := range f.Codes {
		count[c]++
	}
	var parts []string
	for _, c := range slices.Compact(slices.Sorted(slices.Values(f.Codes))) {
		part := string(c)
		if count[c] > 1 {
			part = fmt.Sprintf("%s ×%d", c, count[c])
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}
