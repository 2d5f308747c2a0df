package prelude

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// format is FORMAT over arguments given as text, with their types. It knows the
// verbs d i u x X o s t T f F e E g G and %%, flags, width and precision.
func format(f, types string, args strs) (string, error) {
	kinds := strings.Split(types, ",")
	var b strings.Builder
	next := 0
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			b.WriteByte(f[i])
			continue
		}
		if i+1 < len(f) && f[i+1] == '%' {
			b.WriteByte('%')
			i++
			continue
		}
		j := i + 1
		for j < len(f) && strings.IndexByte("-+ #0'123456789.*", f[j]) >= 0 {
			j++
		}
		if j == len(f) {
			return "", fmt.Errorf("invalid FORMAT string %q", f)
		}
		spec, verb := f[i+1:j], f[j]
		i = j
		if strings.ContainsAny(spec, "*") {
			return "", fmt.Errorf("a * in a FORMAT string is not supported here")
		}
		if next >= len(args) {
			return "", fmt.Errorf("too few arguments to FORMAT for pattern %q", f)
		}
		s, err := formatOne(spec, verb, kinds[next], args[next])
		if err != nil {
			return "", err
		}
		b.WriteString(s)
		next++
	}
	if next < len(args) {
		return "", fmt.Errorf("too many arguments to FORMAT for pattern %q", f)
	}
	return b.String(), nil
}

func formatOne(spec string, verb byte, kind string, arg any) (string, error) {
	null := arg == nil
	if null {
		if verb == 't' || verb == 'T' {
			return padText("NULL", spec), nil
		}
		return "", errNull
	}
	s := arg.(string)
	quote := strings.Contains(spec, "'")
	switch verb {
	case 'd', 'i', 'x', 'X', 'o':
		if kind != "INT64" {
			return "", fmt.Errorf("FORMAT %%%c of %s is not supported here", verb, kind)
		}
		if quote && verb != 'd' && verb != 'i' {
			return "", fmt.Errorf("FORMAT %%'%c is not supported here", verb)
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return "", err
		}
		if verb == 'i' {
			verb = 'd'
		}
		if quote {
			return grouped(fmt.Sprintf("%"+strings.ReplaceAll(spec, "'", "")+"d", n), spec)
		}
		return fmt.Sprintf("%"+spec+string(verb), n), nil
	case 'f', 'F', 'e', 'E', 'g', 'G':
		return formatFloat(spec, verb, kind, s)
	case 's':
		if kind != "STRING" {
			return "", fmt.Errorf("FORMAT %%s of %s is not supported here", kind)
		}
		return padText(s, spec), nil
	case 't':
		if kind == "FLOAT64" {
			f, err := toFloat64(s)
			if err != nil {
				return "", err
			}
			if s = floatText(f); !strings.ContainsAny(s, ".eni") {
				s += ".0"
			}
		}
		if kind == "NUMERIC" {
			s = trimNumeric(s)
		}
		if kind == "BYTES" {
			return "", fmt.Errorf("FORMAT %%t of BYTES is not supported here")
		}
		return padText(s, spec), nil
	case 'T':
		switch kind {
		case "INT64", "BOOL":
			return padText(s, spec), nil
		case "DATE", "DATETIME", "TIMESTAMP", "TIME":
			return padText(kind+` "`+s+`"`, spec), nil
		case "NUMERIC":
			return padText(`NUMERIC "`+trimNumeric(s)+`"`, spec), nil
		case "STRING":
			if !strings.ContainsAny(s, "\"\\'") && strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 {
				return padText(`"`+s+`"`, spec), nil
			}
		}
	}
	return "", fmt.Errorf("FORMAT %%%c of %s is not supported here", verb, kind)
}

func formatFloat(spec string, verb byte, kind, s string) (string, error) {
	if kind != "FLOAT64" && !(kind == "NUMERIC" && (verb == 'f' || verb == 'F')) {
		return "", fmt.Errorf("FORMAT %%%c of %s is not supported here", verb, kind)
	}
	plain := strings.ReplaceAll(spec, "'", "")
	var out string
	if kind == "NUMERIC" {
		_, prec, ok := strings.Cut(plain, ".")
		digits := 6
		if ok {
			digits, _ = strconv.Atoi(prec)
		}
		if strings.Trim(strings.TrimSuffix(plain, "."+prec), "0123456789") != "" || strings.HasPrefix(plain, "0") {
			return "", fmt.Errorf("FORMAT flags for NUMERIC are not supported here")
		}
		r, _ := new(big.Rat).SetString(s)
		out = padText(r.FloatString(digits), strings.TrimSuffix(plain, "."+prec))
	} else {
		f, err := toFloat64(s)
		if err != nil {
			return "", err
		}
		if f != f || f-f != 0 {
			return padText(floatText(f), strings.SplitN(strings.TrimLeft(plain, "0+ "), ".", 2)[0]), nil
		}
		if (verb == 'g' || verb == 'G') && !strings.Contains(plain, ".") {
			plain += ".6"
		}
		out = fmt.Sprintf("%"+plain+string(verb), f)
	}
	if strings.Contains(spec, "'") {
		return grouped(out, spec)
	}
	return out, nil
}

// grouped puts commas between thousands.
func grouped(s, spec string) (string, error) {
	width := strings.TrimLeft(strings.ReplaceAll(spec, "'", ""), "-+ #")
	if strings.HasPrefix(width, "0") || width != "" && width[0] != '.' {
		return "", fmt.Errorf("the FORMAT flag ' with a width is not supported here")
	}
	sign := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, s = s[:1], s[1:]
	}
	whole, frac, hasFrac := strings.Cut(s, ".")
	var b strings.Builder
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if hasFrac {
		b.WriteString("." + frac)
	}
	return sign + b.String(), nil
}

// padText applies a width, a precision and the flag -.
func padText(s, spec string) string {
	if spec == "" {
		return s
	}
	return fmt.Sprintf("%"+spec+"s", s)
}
