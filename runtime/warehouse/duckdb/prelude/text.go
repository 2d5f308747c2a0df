package prelude

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// maxText bounds what a repetition may build.
const maxText = 1 << 20

var textFunctions = map[string]*udf{
	"gsql_error":   fn1(func(msg string) (string, error) { return "", errors.New(msg) }),
	"gsql_upper":   fn1(func(s string) (string, error) { return cases.Upper(language.Und).String(s), nil }),
	"gsql_lower":   fn1(func(s string) (string, error) { return lower(s), nil }),
	"gsql_reverse": fn1(func(s string) (string, error) { return string(reversed([]rune(s))), nil }),
	"gsql_initcap": fn2(func(s, delimiters string) (string, error) { return initcap(s, delimiters), nil }),
	"gsql_trim":    fn2(func(s, set string) (string, error) { return strings.Trim(s, set), nil }),
	"gsql_ltrim":   fn2(func(s, set string) (string, error) { return strings.TrimLeft(s, set), nil }),
	"gsql_rtrim":   fn2(func(s, set string) (string, error) { return strings.TrimRight(s, set), nil }),
	"gsql_substr": fn3(func(s string, pos, n int64) (string, error) {
		r, err := substr([]rune(s), pos, n)
		return string(r), err
	}),
	"gsql_left":  fn2(func(s string, n int64) (string, error) { r, err := left([]rune(s), n); return string(r), err }),
	"gsql_right": fn2(func(s string, n int64) (string, error) { r, err := right([]rune(s), n); return string(r), err }),
	"gsql_lpad": fn3(func(s string, n int64, p string) (string, error) {
		r, err := pad([]rune(s), n, []rune(p), true)
		return string(r), err
	}),
	"gsql_rpad": fn3(func(s string, n int64, p string) (string, error) {
		r, err := pad([]rune(s), n, []rune(p), false)
		return string(r), err
	}),
	"gsql_repeat":                fn2(func(s string, n int64) (string, error) { r, err := repeat([]byte(s), n); return string(r), err }),
	"gsql_translate":             fn3(translate),
	"gsql_instr":                 fn4(instr),
	"gsql_split":                 fn2(func(s, d string) (strs, error) { return split(s, d), nil }),
	"gsql_ascii":                 fn1(asciiCode),
	"gsql_unicode":               fn1(unicodeCode),
	"gsql_chr":                   fn1(chr),
	"gsql_to_code_points":        fn1(func(s string) (ints, error) { return codePoints(s), nil }),
	"gsql_code_points_to_string": fn2(codePointsToString),
	"gsql_contains_substr": fn2(func(s, sub string) (bool, error) {
		return strings.Contains(normalize(s, "NFKC_FOLD"), normalize(sub, "NFKC_FOLD")), nil
	}),
	"gsql_limit_text": fn2(func(s string, n int64) (string, error) {
		if size := utf8.RuneCountInString(s); int64(size) > n {
			return "", fmt.Errorf("maximum length is %d but provided length is %d", n, size)
		}
		return s, nil
	}),
	"gsql_limit_bytes": fn2(func(b []byte, n int64) ([]byte, error) {
		if int64(len(b)) > n {
			return nil, fmt.Errorf("maximum length is %d but provided length is %d", n, len(b))
		}
		return b, nil
	}),
	"gsql_soundex": fn1(func(s string) (string, error) { return soundex(s), nil }),
	"gsql_edit_distance": fn3(func(a, b string, most int64) (int64, error) {
		if most < 0 {
			return 0, errors.New("EDIT_DISTANCE max_distance must be non-negative")
		}
		return min(most, editDistance([]rune(a), []rune(b))), nil
	}),
	"gsql_edit_distance_bytes": fn3(func(a, b []byte, most int64) (int64, error) {
		if most < 0 {
			return 0, errors.New("EDIT_DISTANCE max_distance must be non-negative")
		}
		return min(most, editDistance(a, b)), nil
	}),
	"gsql_array_to_string": fn4(func(l strs, sep, null string, withNull bool) (string, error) {
		return joined(l, sep, null, withNull), nil
	}),
	"gsql_array_to_bytes": fn4(func(l blobs, sep, null []byte, withNull bool) ([]byte, error) {
		texts := strs{}
		for _, v := range l {
			if v == nil {
				texts = append(texts, nil)
			} else {
				texts = append(texts, string(v.([]byte)))
			}
		}
		return []byte(joined(texts, string(sep), string(null), withNull)), nil
	}),
	"gsql_split_substr": fn4(splitSubstr),
	"gsql_normalize":    fn2(func(s, mode string) (string, error) { return normalize(s, mode), nil }),
}

// lower is the full lower case of Unicode.
func lower(s string) string { return cases.Lower(language.Und).String(s) }

func reversed[T any](s []T) []T {
	out := make([]T, len(s))
	for i, v := range s {
		out[len(s)-1-i] = v
	}
	return out
}

// initcap makes the first letter of each word upper case and the others lower.
func initcap(s, delimiters string) string {
	var b strings.Builder
	start := true
	for _, r := range s {
		switch {
		case strings.ContainsRune(delimiters, r):
			start = true
			b.WriteRune(r)
		case start:
			start = false
			b.WriteRune(unicode.ToUpper(r))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// substr is SUBSTR: positions are 1-based, negative from the end.
func substr[T any](s []T, pos, n int64) ([]T, error) {
	if n < 0 {
		return nil, errors.New("third argument in SUBSTR() cannot be negative")
	}
	size := int64(len(s))
	switch {
	case pos > size:
		return nil, nil
	case pos < -size || pos == 0:
		pos = 1
	case pos < 0:
		pos = size + pos + 1
	}
	rest := s[pos-1:]
	if n < int64(len(rest)) {
		rest = rest[:n]
	}
	return rest, nil
}

func left[T any](s []T, n int64) ([]T, error) {
	if n < 0 {
		return nil, errors.New("second argument in LEFT() cannot be negative")
	}
	return s[:min(n, int64(len(s)))], nil
}

func right[T any](s []T, n int64) ([]T, error) {
	if n < 0 {
		return nil, errors.New("second argument in RIGHT() cannot be negative")
	}
	return s[int64(len(s))-min(n, int64(len(s))):], nil
}

func pad[T any](s []T, n int64, p []T, front bool) ([]T, error) {
	if n < 0 {
		return nil, errors.New("second argument (output size) for LPAD/RPAD cannot be negative")
	}
	if len(p) == 0 {
		return nil, errors.New("third argument (pad pattern) for LPAD/RPAD cannot be empty")
	}
	size := int64(len(s))
	if n <= size {
		return s[:n], nil
	}
	if n > maxText {
		return nil, fmt.Errorf("output of LPAD/RPAD exceeds max allowed output size of %d", maxText)
	}
	fill := make([]T, n-size)
	for i := range fill {
		fill[i] = p[i%len(p)]
	}
	if front {
		return append(fill, s...), nil
	}
	return append(append([]T{}, s...), fill...), nil
}

func repeat(s []byte, n int64) ([]byte, error) {
	if n < 0 {
		return nil, errors.New("second argument in REPEAT() cannot be negative")
	}
	if len(s) == 0 || n == 0 {
		return []byte{}, nil
	}
	if n > maxText/int64(len(s)) {
		return nil, fmt.Errorf("output of REPEAT exceeds max allowed output size of %d", maxText)
	}
	return []byte(strings.Repeat(string(s), int(n))), nil
}

func translate(s, from, to string) (string, error) {
	targets := []rune(to)
	m := map[rune]rune{}
	for i, r := range []rune(from) {
		if _, dup := m[r]; dup {
			return "", errors.New("duplicate character in TRANSLATE source characters")
		}
		m[r] = -1
		if i < len(targets) {
			m[r] = targets[i]
		}
	}
	return strings.Map(func(r rune) rune {
		if t, ok := m[r]; ok {
			return t
		}
		return r
	}, s), nil
}

// instr finds the n-th occurrence at or after pos, backwards if pos is negative.
func instr(s, sub string, pos, n int64) (int64, error) {
	return instrOf([]rune(s), []rune(sub), pos, n)
}

func instrOf[T comparable](s, sub []T, pos, n int64) (int64, error) {
	if pos == 0 {
		return 0, errors.New("third argument (position) for INSTR cannot be 0")
	}
	if n <= 0 {
		return 0, errors.New("fourth argument (occurrence) for INSTR must be positive")
	}
	size, width := int64(len(s)), int64(len(sub))
	if width == 0 && pos > size+1 {
		return 0, nil
	}
	at := func(i int64) bool {
		for j := range sub {
			if s[i+int64(j)] != sub[j] {
				return false
			}
		}
		return true
	}
	step, i := int64(1), pos-1
	if pos < 0 {
		step, i = -1, min(size+pos, size-width)
	}
	for ; i >= 0 && i+width <= size; i += step {
		if at(i) {
			if n--; n == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, nil
}

func split(s, d string) strs {
	if s == "" {
		return strs{""}
	}
	var out strs
	for _, p := range strings.Split(s, d) {
		out = append(out, p)
	}
	return out
}

func asciiCode(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	if s[0] >= 0x80 {
		return 0, errors.New("non-ASCII character in ASCII()")
	}
	return int64(s[0]), nil
}

func unicodeCode(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	r, _ := utf8.DecodeRuneInString(s)
	return int64(r), nil
}

func validPoint(n int64) bool { return n >= 0 && n <= unicode.MaxRune && (n < 0xd800 || n > 0xdfff) }

func chr(n int64) (string, error) {
	if !validPoint(n) {
		return "", fmt.Errorf("invalid codepoint %d", n)
	}
	return string(rune(n)), nil
}

func codePoints(s string) ints {
	out := ints{}
	for _, r := range s {
		out = append(out, int64(r))
	}
	return out
}

func codePointsToString(points ints, hasNull bool) (string, error) {
	var b strings.Builder
	for _, p := range points {
		if p == nil {
			return "", errNull
		}
		if !validPoint(p.(int64)) {
			return "", fmt.Errorf("invalid codepoint %d", p)
		}
		b.WriteRune(rune(p.(int64)))
	}
	return b.String(), nil
}

// soundex is the American Soundex code, "" when there is no letter.
func soundex(s string) string {
	const codes = "01230120022455012623010202"
	var out []byte
	var last byte
	for i := 0; i < len(s) && len(out) < 4; i++ {
		c := s[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			continue
		}
		code := codes[c-'A']
		switch {
		case len(out) == 0:
			out = append(out, c)
			last = code
		case c == 'H' || c == 'W':
		default:
			if code != '0' && code != last {
				out = append(out, code)
			}
			last = code
		}
	}
	if len(out) == 0 {
		return ""
	}
	for len(out) < 4 {
		out = append(out, '0')
	}
	return string(out)
}

// joined is ARRAY_TO_STRING: NULL elements are left out, or stand as a text.
func joined(l strs, sep, null string, withNull bool) string {
	parts := make([]string, 0, len(l))
	for _, v := range l {
		switch {
		case v != nil:
			parts = append(parts, v.(string))
		case withNull:
			parts = append(parts, null)
		}
	}
	return strings.Join(parts, sep)
}

// splitSubstr is SPLIT_SUBSTR: n of the parts between delimiters, from a 1-based
// position, or one counted from the end.
func splitSubstr(s, d string, pos, n int64) (string, error) {
	if d == "" {
		return "", errors.New("the delimiter of SPLIT_SUBSTR must not be empty")
	}
	if n < 0 {
		return "", errors.New("the count of SPLIT_SUBSTR must not be negative")
	}
	parts := strings.Split(s, d)
	size := int64(len(parts))
	switch {
	case pos == 0:
		pos = 1
	case pos < -size:
		pos = 1
	case pos < 0:
		pos += size + 1
	}
	if pos > size || n == 0 {
		return "", nil
	}
	return strings.Join(parts[pos-1:min(size, pos-1+min(n, size))], d), nil
}

func editDistance[T comparable](a, b []T) int64 {
	row := make([]int64, len(b)+1)
	for j := range row {
		row[j] = int64(j)
	}
	for i := range a {
		diag := row[0]
		row[0] = int64(i + 1)
		for j := range b {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, diag+1)
		}
	}
	return row[len(b)]
}

func normalize(s, mode string) string {
	mode, fold := strings.CutSuffix(mode, "_FOLD")
	form := map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}[mode]
	if fold {
		s = cases.Fold().String(form.String(s))
	}
	return form.String(s)
}
