package prelude

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

var regexpFunctions = map[string]*udf{
	"gsql_regexp_extract":     fn4(regexpExtract),
	"gsql_regexp_extract_all": fn2(regexpExtractAll),
	"gsql_regexp_replace":     fn3(regexpReplace),
	"gsql_regexp_instr":       fn5(regexpInstr),
	"gsql_regexp_contains_bytes": fn2(func(b, p []byte) (bool, error) {
		re, err := pattern(latin1(p))
		return err == nil && re.MatchString(latin1(b)), err
	}),
	"gsql_regexp_extract_bytes": fn4(func(b, p []byte, pos, n int64) ([]byte, error) {
		s, err := regexpExtract(latin1(b), latin1(p), pos, n)
		return bytesOf(s), err
	}),
	"gsql_regexp_extract_all_bytes": fn2(func(b, p []byte) (blobs, error) {
		found, err := regexpExtractAll(latin1(b), latin1(p))
		out := blobs{}
		for _, s := range found {
			out = append(out, bytesOf(s.(string)))
		}
		return out, err
	}),
	"gsql_regexp_replace_bytes": fn3(func(b, p, rewrite []byte) ([]byte, error) {
		s, err := regexpReplace(latin1(b), latin1(p), latin1(rewrite))
		return bytesOf(s), err
	}),
	"gsql_regexp_instr_bytes": fn5(func(b, p []byte, pos, n, after int64) (int64, error) {
		return regexpInstr(latin1(b), latin1(p), pos, n, after)
	}),
}

// latin1 makes each byte a character, so that a regular expression on BYTES sees
// bytes; bytesOf is its inverse.
func latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

func bytesOf(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		out = append(out, byte(r))
	}
	return out
}

var patterns sync.Map // pattern → *regexp.Regexp

func pattern(p string) (*regexp.Regexp, error) {
	if re, ok := patterns.Load(p); ok {
		return re.(*regexp.Regexp), nil
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil, fmt.Errorf("cannot parse regular expression: %w", err)
	}
	patterns.Store(p, re)
	return re, nil
}

func oneGroup(p string) (*regexp.Regexp, error) {
	re, err := pattern(p)
	if err == nil && re.NumSubexp() > 1 {
		return nil, errors.New("regular expression has more than one capturing group")
	}
	return re, err
}

// byteOffset is where the character at a 1-based position starts.
func byteOffset(s string, pos int64) (int, bool) {
	i := 0
	for pos > 1 {
		if i >= len(s) {
			return 0, false
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
		pos--
	}
	return i, true
}

// occurrence finds the n-th match at or after a position; index pairs as in
// regexp.FindStringSubmatchIndex, in bytes of s.
func occurrence(re *regexp.Regexp, s string, pos, n int64) ([]int, error) {
	if pos < 1 {
		return nil, errors.New("position must be positive")
	}
	if n < 1 {
		return nil, errors.New("occurrence must be positive")
	}
	if pos > int64(len(s)) && (s != "" || pos > 1) {
		return nil, errNull
	}
	from, ok := byteOffset(s, pos)
	if !ok {
		return nil, errNull
	}
	for _, m := range re.FindAllStringSubmatchIndex(s[from:], -1) {
		if n--; n == 0 {
			for i := range m {
				if m[i] >= 0 {
					m[i] += from
				}
			}
			return m, nil
		}
	}
	return nil, errNull
}

func regexpExtract(s, p string, pos, n int64) (string, error) {
	re, err := oneGroup(p)
	if err != nil {
		return "", err
	}
	m, err := occurrence(re, s, pos, n)
	if err != nil {
		return "", err
	}
	m = m[len(m)-2:]
	if m[0] < 0 {
		return "", errNull
	}
	return s[m[0]:m[1]], nil
}

func regexpExtractAll(s, p string) (strs, error) {
	re, err := oneGroup(p)
	if err != nil {
		return nil, err
	}
	out := strs{}
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		out = append(out, m[len(m)-1])
	}
	return out, nil
}

func regexpReplace(s, p, rewrite string) (string, error) {
	re, err := pattern(p)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[last:m[0]])
		for i := 0; i < len(rewrite); i++ {
			if rewrite[i] != '\\' {
				b.WriteByte(rewrite[i])
				continue
			}
			i++
			switch {
			case i < len(rewrite) && rewrite[i] == '\\':
				b.WriteByte('\\')
			case i < len(rewrite) && rewrite[i] >= '0' && rewrite[i] <= '9':
				g := int(rewrite[i] - '0')
				if g > re.NumSubexp() {
					return "", fmt.Errorf("invalid REGEXP_REPLACE pattern: group %d", g)
				}
				if m[2*g] >= 0 {
					b.WriteString(s[m[2*g]:m[2*g+1]])
				}
			default:
				return "", errors.New("invalid REGEXP_REPLACE pattern: a backslash must be followed by a digit or a backslash")
			}
		}
		last = m[1]
	}
	b.WriteString(s[last:])
	return b.String(), nil
}

func regexpInstr(s, p string, pos, n, after int64) (int64, error) {
	re, err := oneGroup(p)
	if err != nil {
		return 0, err
	}
	if after != 0 && after != 1 {
		return 0, errors.New("occurrence position must be 0 or 1")
	}
	m, err := occurrence(re, s, pos, n)
	if errors.Is(err, errNull) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	m = m[len(m)-2:]
	if m[0] < 0 {
		return 0, nil
	}
	return int64(utf8.RuneCountInString(s[:m[after]])) + 1, nil
}
