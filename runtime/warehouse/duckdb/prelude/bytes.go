package prelude

import (
	"bytes"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"

	farm "github.com/dgryski/go-farm"
)

var bytesFunctions = map[string]*udf{
	"gsql_ascii_bytes": fn1(func(b []byte) (int64, error) {
		switch {
		case len(b) == 0:
			return 0, nil
		case b[0] > 127:
			return 0, errors.New("non-ASCII character at the start of the input of ASCII")
		}
		return int64(b[0]), nil
	}),
	"gsql_upper_bytes":       fn1(func(b []byte) ([]byte, error) { return mapASCII(b, 'a', 'z', -32), nil }),
	"gsql_lower_bytes":       fn1(func(b []byte) ([]byte, error) { return mapASCII(b, 'A', 'Z', 32), nil }),
	"gsql_reverse_bytes":     fn1(func(b []byte) ([]byte, error) { return reversed(b), nil }),
	"gsql_trim_bytes":        fn2(func(b, set []byte) ([]byte, error) { return trimBytes(b, set, true, true), nil }),
	"gsql_ltrim_bytes":       fn2(func(b, set []byte) ([]byte, error) { return trimBytes(b, set, true, false), nil }),
	"gsql_rtrim_bytes":       fn2(func(b, set []byte) ([]byte, error) { return trimBytes(b, set, false, true), nil }),
	"gsql_substr_bytes":      fn3(substr[byte]),
	"gsql_left_bytes":        fn2(left[byte]),
	"gsql_right_bytes":       fn2(right[byte]),
	"gsql_lpad_bytes":        fn3(func(b []byte, n int64, p []byte) ([]byte, error) { return pad(b, n, p, true) }),
	"gsql_rpad_bytes":        fn3(func(b []byte, n int64, p []byte) ([]byte, error) { return pad(b, n, p, false) }),
	"gsql_repeat_bytes":      fn2(repeat),
	"gsql_replace_bytes":     fn3(func(b, from, to []byte) ([]byte, error) { return replaceBytes(b, from, to), nil }),
	"gsql_translate_bytes":   fn3(translateBytes),
	"gsql_strpos_bytes":      fn2(func(b, sub []byte) (int64, error) { return int64(bytes.Index(b, sub) + 1), nil }),
	"gsql_instr_bytes":       fn4(instrOf[byte]),
	"gsql_starts_with_bytes": fn2(func(b, p []byte) (bool, error) { return bytes.HasPrefix(b, p), nil }),
	"gsql_ends_with_bytes":   fn2(func(b, p []byte) (bool, error) { return bytes.HasSuffix(b, p), nil }),
	"gsql_split_bytes":       fn2(splitBytes),
	"gsql_like_bytes":        fn2(likeBytes),
	"gsql_to_code_points_bytes": fn1(func(b []byte) (ints, error) {
		out := ints{}
		for _, c := range b {
			out = append(out, int64(c))
		}
		return out, nil
	}),
	"gsql_code_points_to_bytes": fn2(codePointsToBytes),
	"gsql_bit_count_bytes": fn1(func(b []byte) (int64, error) {
		n := 0
		for _, c := range b {
			n += bits.OnesCount8(c)
		}
		return int64(n), nil
	}),
	"gsql_and_bytes":         fn2(func(a, b []byte) ([]byte, error) { return bitsOf(a, b, func(x, y byte) byte { return x & y }) }),
	"gsql_or_bytes":          fn2(func(a, b []byte) ([]byte, error) { return bitsOf(a, b, func(x, y byte) byte { return x | y }) }),
	"gsql_xor_bytes":         fn2(func(a, b []byte) ([]byte, error) { return bitsOf(a, b, func(x, y byte) byte { return x ^ y }) }),
	"gsql_not_bytes":         fn1(func(a []byte) ([]byte, error) { return bitsOf(a, a, func(x, _ byte) byte { return ^x }) }),
	"gsql_shift_left_bytes":  fn2(func(b []byte, n int64) ([]byte, error) { return shiftBytes(b, n, true) }),
	"gsql_shift_right_bytes": fn2(func(b []byte, n int64) ([]byte, error) { return shiftBytes(b, n, false) }),
	"gsql_from_hex":          fn1(fromHex),
	"gsql_from_base64":       fn1(fromBase64),
	"gsql_to_base32":         fn1(func(b []byte) (string, error) { return base32.StdEncoding.EncodeToString(b), nil }),
	"gsql_from_base32":       fn1(func(s string) ([]byte, error) { return base32.StdEncoding.DecodeString(s) }),
	"gsql_safe_to_string":    fn1(func(b []byte) (string, error) { return safeToString(b), nil }),
	"gsql_sha512":            fn1(func(b []byte) ([]byte, error) { h := sha512.Sum512(b); return h[:], nil }),
	"gsql_farm_fingerprint":  fn1(func(b []byte) (int64, error) { return int64(farm.Fingerprint64(b)), nil }),
}

func mapASCII(b []byte, lo, hi byte, by int) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= lo && c <= hi {
			c = byte(int(c) + by)
		}
		out[i] = c
	}
	return out
}

func trimBytes(b, set []byte, front, back bool) []byte {
	for front && len(b) > 0 && bytes.IndexByte(set, b[0]) >= 0 {
		b = b[1:]
	}
	for back && len(b) > 0 && bytes.IndexByte(set, b[len(b)-1]) >= 0 {
		b = b[:len(b)-1]
	}
	return b
}

func replaceBytes(b, from, to []byte) []byte {
	if len(from) == 0 {
		return b
	}
	return bytes.ReplaceAll(b, from, to)
}

func translateBytes(b, from, to []byte) ([]byte, error) {
	var m [256]int
	for i := range m {
		m[i] = i
	}
	var seen [256]bool
	for i, c := range from {
		if seen[c] {
			return nil, errors.New("duplicate byte in TRANSLATE source characters")
		}
		seen[c] = true
		m[c] = -1
		if i < len(to) {
			m[c] = int(to[i])
		}
	}
	out := []byte{}
	for _, c := range b {
		if m[c] >= 0 {
			out = append(out, byte(m[c]))
		}
	}
	return out, nil
}

func splitBytes(b, d []byte) (blobs, error) {
	if len(b) == 0 {
		return blobs{[]byte{}}, nil
	}
	out := blobs{}
	if len(d) == 0 {
		for i := range b {
			out = append(out, b[i:i+1])
		}
		return out, nil
	}
	for _, p := range bytes.Split(b, d) {
		out = append(out, p)
	}
	return out, nil
}

// likeBytes is LIKE on BYTES: % any bytes, _ one byte, \ escapes.
func likeBytes(b, pattern []byte) (bool, error) {
	type token struct {
		kind byte // '%', '_' or 'c'
		c    byte
	}
	var tokens []token
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '%', '_':
			tokens = append(tokens, token{kind: pattern[i]})
		case '\\':
			i++
			if i == len(pattern) {
				return false, errors.New("LIKE pattern ends with a backslash")
			}
			tokens = append(tokens, token{'c', pattern[i]})
		default:
			tokens = append(tokens, token{'c', pattern[i]})
		}
	}
	i, j, star, mark := 0, 0, -1, 0
	for i < len(b) {
		switch {
		case j < len(tokens) && tokens[j].kind == '%':
			star, mark = j, i
			j++
		case j < len(tokens) && (tokens[j].kind == '_' || tokens[j].c == b[i]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false, nil
		}
	}
	for j < len(tokens) && tokens[j].kind == '%' {
		j++
	}
	return j == len(tokens), nil
}

func codePointsToBytes(points ints, _ bool) ([]byte, error) {
	out := []byte{}
	for _, p := range points {
		if p == nil {
			return nil, errNull
		}
		n := p.(int64)
		if n < 0 || n > 255 {
			return nil, fmt.Errorf("invalid extended ASCII code point %d", n)
		}
		out = append(out, byte(n))
	}
	return out, nil
}

func fromHex(s string) ([]byte, error) {
	if len(s)%2 == 1 {
		s = "0" + s
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("failed to decode hex string: %w", err)
	}
	return b, nil
}

func fromBase64(s string) ([]byte, error) {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n\v\f\r", r) {
			return -1
		}
		return r
	}, s)
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("failed to decode invalid base64 string")
	}
	return b, nil
}

// safeToString replaces each byte that is not part of UTF-8 by U+FFFD.
func safeToString(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n <= 1 {
			out.WriteRune(utf8.RuneError)
			b = b[1:]
			continue
		}
		out.Write(b[:n])
		b = b[n:]
	}
	return out.String()
}

// bitsOf combines two values of one length byte by byte.
func bitsOf(a, b []byte, op func(x, y byte) byte) ([]byte, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("bitwise operator for BYTES requires equal length of the inputs, got %d and %d bytes", len(a), len(b))
	}
	out := make([]byte, len(a))
	for i := range a {
		out[i] = op(a[i], b[i])
	}
	return out, nil
}

// shiftBytes moves the bits by n places and keeps the length.
func shiftBytes(b []byte, n int64, left bool) ([]byte, error) {
	if n < 0 {
		return nil, errors.New("bitwise shift by negative offset")
	}
	out := make([]byte, len(b))
	if n >= int64(len(b))*8 {
		return out, nil
	}
	whole, part := int(n/8), uint(n%8)
	at := func(i int) uint16 {
		if i < 0 || i >= len(b) {
			return 0
		}
		return uint16(b[i])
	}
	for i := range out {
		if left {
			out[i] = byte(at(i+whole)<<part | at(i+whole+1)<<part>>8)
		} else {
			out[i] = byte((at(i-whole-1)<<8 | at(i-whole)) >> part)
		}
	}
	return out, nil
}
