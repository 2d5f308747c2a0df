package prelude

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"
)

// castBytesText is CAST(bytes AS STRING FORMAT f).
func castBytesText(b []byte, f string) (string, error) {
	switch strings.ToUpper(f) {
	case "HEX", "BASE16":
		return hex.EncodeToString(b), nil
	case "BASE2":
		return bitText(b, 1), nil
	case "BASE8":
		return bitText(b, 3), nil
	case "BASE32":
		return base32.StdEncoding.EncodeToString(b), nil
	case "BASE64":
		return base64.StdEncoding.EncodeToString(b), nil
	case "BASE64M":
		return mimeLines(base64.StdEncoding.EncodeToString(b)), nil
	case "ASCII":
		for _, c := range b {
			if c > 127 {
				return "", errors.New("failed to decode invalid ASCII string")
			}
		}
		return string(b), nil
	case "UTF8", "UTF-8":
		if !utf8.Valid(b) {
			return "", errors.New("failed to decode invalid UTF-8 string")
		}
		return string(b), nil
	}
	return "", fmt.Errorf("invalid format '%s'", f)
}

// castParseBytes is CAST(text AS BYTES FORMAT f).
func castParseBytes(s, f string) ([]byte, error) {
	switch strings.ToUpper(f) {
	case "HEX", "BASE16":
		return fromHex(s)
	case "BASE2":
		return bitBytes(s, 1)
	case "BASE8":
		return bitBytes(s, 3)
	case "BASE32":
		b, err := base32.StdEncoding.DecodeString(s)
		if err != nil {
			return nil, errors.New("failed to decode invalid base32 string")
		}
		return b, nil
	case "BASE64", "BASE64M":
		return fromBase64(strings.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\n\v\f\r", r) {
				return -1
			}
			return r
		}, s))
	case "ASCII":
		for _, c := range []byte(s) {
			if c > 127 {
				return nil, errors.New("failed to encode invalid ASCII string")
			}
		}
		return []byte(s), nil
	case "UTF8", "UTF-8":
		return []byte(s), nil
	}
	return nil, fmt.Errorf("invalid format '%s'", f)
}

// mimeLines breaks after every 76 characters.
func mimeLines(s string) string {
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	return b.String() + s
}

// bitText writes bytes as digits of a number of bits each, from the left; the
// first digit holds what is left over.
func bitText(b []byte, bits int) string {
	if len(b) == 0 {
		return ""
	}
	width := (len(b)*8 + bits - 1) / bits
	s := new(big.Int).SetBytes(b).Text(1 << bits)
	return strings.Repeat("0", width-len(s)) + s
}

func bitBytes(s string, bits int) ([]byte, error) {
	if s == "" {
		return []byte{}, nil
	}
	n, ok := new(big.Int).SetString(s, 1<<bits)
	if !ok || strings.ContainsAny(s, "+-_") {
		return nil, fmt.Errorf("failed to decode invalid base%d string", 1<<bits)
	}
	size := len(s) * bits / 8
	if n.BitLen() > size*8 {
		return nil, fmt.Errorf("failed to decode invalid base%d string", 1<<bits)
	}
	return n.FillBytes(make([]byte, size)), nil
}
