package duckdb

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"sluice/compiler/sqltype"
)

// whitespace is what TRIM removes: the characters with Unicode's White_Space property.
const whitespace = "'\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'"

// wordEnds are the characters between which INITCAP finds words.
const wordEnds = "' \t\n\v\f\r<>()[]{}/|\\+-=*&^%$#@!~`\"''?.,:;_'"

var stringFunctions = map[string]function{
	"length":           custom(byBytes("length($1)", "octet_length($1)")),
	"char_length":      total("length($1)"),
	"character_length": total("length($1)"),
	"byte_length":      custom(byBytes("strlen($1)", "octet_length($1)")),
	"octet_length":     custom(byBytes("strlen($1)", "octet_length($1)")),
	"upper":            customTotal(ascii("upper", "gsql_upper")),
	"lower":            customTotal(ascii("lower", "gsql_lower")),
	"reverse":          customTotal(ascii("reverse", "gsql_reverse")),
	"initcap": custom(func(c *call) string {
		if len(c.args) == 1 {
			return "gsql_initcap(" + c.args[0] + ", " + wordEnds + ")"
		}
		return c.udf("gsql_initcap")
	}),
	"trim":        custom(trim("trim")),
	"ltrim":       custom(trim("ltrim")),
	"rtrim":       custom(trim("rtrim")),
	"concat":      custom(concat),
	"substr":      custom(substr),
	"substring":   custom(substr),
	"left":        custom(byBytes("gsql_left($1, $2)", "gsql_left_bytes($1, $2)")),
	"right":       custom(byBytes("gsql_right($1, $2)", "gsql_right_bytes($1, $2)")),
	"replace":     custom(byBytes("replace($1, $2, $3)", "gsql_replace_bytes($1, $2, $3)")),
	"translate":   custom(byBytes("gsql_translate($1, $2, $3)", "gsql_translate_bytes($1, $2, $3)")),
	"strpos":      custom(byBytes("CAST(strpos($1, $2) AS BIGINT)", "gsql_strpos_bytes($1, $2)")),
	"instr":       custom(byBytes("gsql_instr($1, $2, %3, %4)", "gsql_instr_bytes($1, $2, %3, %4)")),
	"starts_with": custom(byBytes("starts_with($1, $2)", "gsql_starts_with_bytes($1, $2)")),
	"ends_with":   custom(byBytes("suffix($1, $2)", "gsql_ends_with_bytes($1, $2)")),
	"lpad":        custom(pad("gsql_lpad")),
	"rpad":        custom(pad("gsql_rpad")),
	"repeat":      custom(byBytes("gsql_repeat($1, $2)", "gsql_repeat_bytes($1, $2)")),
	"split":       custom(split),
	"split_substr": custom(func(c *call) string {
		if c.kind(0) != sqltype.String {
			return c.refuse("SPLIT_SUBSTR of %s is not translated", c.kind(0))
		}
		return c.expand("gsql_split_substr($1, $2, $3, ") + c.orBig(3) + ")"
	}),
	"ascii":                 custom(byBytes("gsql_ascii($1)", "gsql_ascii_bytes($1)")),
	"unicode":               native("gsql_unicode($1)"),
	"chr":                   native("gsql_chr($1)"),
	"to_code_points":        custom(byBytes("gsql_to_code_points($1)", "gsql_to_code_points_bytes($1)")),
	"code_points_to_string": native("gsql_code_points_to_string($1, len($1) > list_count($1))"),
	"code_points_to_bytes":  native("gsql_code_points_to_bytes($1, len($1) > list_count($1))"),
	"contains_substr": custom(func(c *call) string {
		if c.kind(0) != sqltype.String || len(c.args) > 2 {
			return c.refuse("CONTAINS_SUBSTR is translated for a STRING only")
		}
		return c.expand("gsql_contains_substr($1, $2)")
	}),
	"soundex": native("gsql_soundex($1)"),
	"edit_distance": custom(func(c *call) string {
		fn := "gsql_edit_distance"
		if c.kind(0) == sqltype.Bytes {
			fn += "_bytes"
		}
		return fn + c.expand("($1, $2, ") + c.orBig(2) + ")"
	}),
	"normalize":                    custom(normalize(false)),
	"normalize_and_casefold":       custom(normalize(true)),
	"to_hex":                       total("lower(hex($1))"),
	"from_hex":                     native("gsql_from_hex($1)"),
	"to_base64":                    total("to_base64($1)"),
	"from_base64":                  native("gsql_from_base64($1)"),
	"to_base32":                    native("gsql_to_base32($1)"),
	"from_base32":                  native("gsql_from_base32($1)"),
	"safe_convert_bytes_to_string": total("gsql_safe_to_string($1)"),
	"regexp_contains":              custom(regexFn(func(c *call, p string) string { return c.expand("regexp_matches($1, $2)") }, "gsql_regexp_contains_bytes($1, $2)")),
	"regexp_extract":               custom(regexpExtract),
	"regexp_substr":                custom(regexpExtract),
	"regexp_extract_all":           custom(regexFn(func(c *call, p string) string { return c.expand("gsql_regexp_extract_all($1, $2)") }, "gsql_regexp_extract_all_bytes($1, $2)")),
	"regexp_replace":               custom(regexFn(func(c *call, p string) string { return c.expand("gsql_regexp_replace($1, $2, $3)") }, "gsql_regexp_replace_bytes($1, $2, $3)")),
	"regexp_instr": custom(regexFn(func(c *call, p string) string {
		return "gsql_regexp_instr(" + c.args[0] + ", " + c.args[1] + ", " + c.orInt(2, 1) + ", " + c.orInt(3, 1) + ", " + c.orInt(4, 0) + ")"
	}, "gsql_regexp_instr_bytes($1, $2, %3, %4, %5)")),
	"md5":              custom(byBytes("unhex(md5($1))", "unhex(md5($1))")),
	"sha1":             custom(byBytes("unhex(sha1($1))", "unhex(sha1($1))")),
	"sha256":           custom(byBytes("unhex(sha256($1))", "unhex(sha256($1))")),
	"sha512":           custom(byBytes("gsql_sha512(encode($1))", "gsql_sha512($1)")),
	"farm_fingerprint": custom(byBytes("gsql_farm_fingerprint(encode($1))", "gsql_farm_fingerprint($1)")),
	"generate_uuid":    total("CAST(uuid() AS VARCHAR)"),
	"format":           custom(format),
}

// byBytes picks a template by whether the first argument is STRING or BYTES; %3
// is the third argument or 1.
func byBytes(str, bytes string) func(*call) string {
	return func(c *call) string {
		tmpl := str
		if c.kind(0) == sqltype.Bytes {
			tmpl = bytes
		}
		tmpl = strings.NewReplacer("%3", c.orInt(2, 1), "%4", c.orInt(3, 1)).Replace(tmpl)
		return c.expand(tmpl)
	}
}

// orInt is an optional INT64 argument.
func (c *call) orInt(i int, def int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return "CAST(" + strconv.Itoa(def) + " AS BIGINT)"
}

// orBig is an optional INT64 argument that limits, by default, nothing.
func (c *call) orBig(i int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return "CAST(9223372036854775807 AS BIGINT)"
}

// udf calls a prelude function with all arguments.
func (c *call) udf(name string) string { return name + "(" + strings.Join(c.args, ", ") + ")" }

// ascii uses the native function where characters are bytes, for which it is exact.
func ascii(fn, udf string) func(*call) string {
	return func(c *call) string {
		if c.kind(0) == sqltype.Bytes {
			return c.expand(udf + "_bytes($1)")
		}
		return c.expand("(CASE WHEN strlen($1) = length($1) THEN " + fn + "($1) ELSE " + udf + "($1) END)")
	}
}

func trim(fn string) func(*call) string {
	return func(c *call) string {
		if c.kind(0) == sqltype.Bytes {
			return c.udf("gsql_" + fn + "_bytes")
		}
		if len(c.args) == 1 {
			return fn + "(" + c.args[0] + ", " + whitespace + ")"
		}
		return c.udf("gsql_" + fn)
	}
}

func concat(c *call) string {
	if c.kind(0) == sqltype.Array {
		return arrayConcat(c)
	}
	return "(" + strings.Join(c.args, " || ") + ")"
}

// smallInt is an argument that is a literal between lo and 2^31-1.
func (c *call) smallInt(i int, lo int64) bool {
	v, ok := c.literalOf(i)
	if !ok || c.kind(i) != sqltype.Int64 {
		return false
	}
	n := get(v.Int64Value())
	return n >= lo && n < 1<<31
}

func substr(c *call) string {
	if c.kind(0) == sqltype.Bytes {
		if len(c.args) == 3 {
			return c.udf("gsql_substr_bytes")
		}
		return c.expand("gsql_substr_bytes($1, $2, CAST(9223372036854775807 AS BIGINT))")
	}
	if c.smallInt(1, 1) && (len(c.args) == 2 || c.smallInt(2, 0)) {
		return c.udf("substring")
	}
	if len(c.args) == 3 {
		return c.udf("gsql_substr")
	}
	return c.expand("gsql_substr($1, $2, CAST(9223372036854775807 AS BIGINT))")
}

func pad(fn string) func(*call) string {
	return func(c *call) string {
		name, p := fn, "' '"
		if c.kind(0) == sqltype.Bytes {
			name, p = fn+"_bytes", "unhex('20')"
		}
		if len(c.args) == 3 {
			p = c.args[2]
		}
		return name + "(" + c.args[0] + ", " + c.args[1] + ", " + p + ")"
	}
}

func split(c *call) string {
	if c.kind(0) == sqltype.Bytes {
		return c.udf("gsql_split_bytes")
	}
	if len(c.args) == 1 {
		return c.expand("string_split($1, ',')")
	}
	if d, ok := c.stringOf(1); ok && d != "" {
		return c.expand("string_split($1, $2)")
	}
	return c.udf("gsql_split")
}

func normalize(fold bool) func(*call) string {
	return func(c *call) string {
		mode := "NFC"
		if len(c.args) > 1 {
			if mode = c.partOf(1); mode == "" {
				return c.refuse("the normalization mode must be a literal")
			}
		}
		if fold {
			mode += "_FOLD"
		}
		return "gsql_normalize(" + c.args[0] + ", " + text(mode) + ")"
	}
}

// regexFn checks a literal pattern at translation, where Go's regular
// expressions (the same syntax) can tell; other patterns go to the prelude.
func regexFn(f func(c *call, pattern string) string, bytes string) func(*call) string {
	return func(c *call) string {
		if c.kind(0) == sqltype.Bytes {
			return c.expand(strings.NewReplacer("%3", c.orInt(2, 1), "%4", c.orInt(3, 1), "%5", c.orInt(4, 0)).Replace(bytes))
		}
		p, _ := c.stringOf(1)
		if _, err := syntax.Parse(p, syntax.Perl); err != nil && !strings.Contains(p, `\C`) {
			// DuckDB would fail before it reads a row, even where no row comes to it.
			c.simple()
			return "(CASE WHEN " + c.args[0] + " IS NULL THEN NULL ELSE " + c.fail("Cannot parse regular expression: "+err.Error()) + " END)"
		}
		return f(c, p)
	}
}

// takesPart reports whether a pattern's group, if it has one, is part of every
// match; REGEXP_EXTRACT is NULL for a match without it.
func takesPart(pattern string) bool {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false
	}
	return re.MaxCap() == 0 || everyMatch(re)
}

func everyMatch(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpCapture:
		return true
	case syntax.OpPlus:
		return everyMatch(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min > 0 && everyMatch(re.Sub[0])
	case syntax.OpConcat:
		return slices.ContainsFunc(re.Sub, everyMatch)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !everyMatch(s) })
	}
	return false
}

func regexpExtract(c *call) string {
	if c.kind(0) == sqltype.Bytes {
		return "gsql_regexp_extract_bytes(" + c.args[0] + ", " + c.args[1] + ", " + c.orInt(2, 1) + ", " + c.orInt(3, 1) + ")"
	}
	if p, ok := c.stringOf(1); ok && len(c.args) == 2 {
		if re, err := regexp.Compile(p); err == nil && re.NumSubexp() <= 1 && takesPart(p) {
			c.simple()
			return c.expand("(CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2, " + strconv.Itoa(re.NumSubexp()) + ") END)")
		}
	}
	return "gsql_regexp_extract(" + c.args[0] + ", " + c.args[1] + ", " + c.orInt(2, 1) + ", " + c.orInt(3, 1) + ")"
}
