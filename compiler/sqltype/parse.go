package sqltype

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Error is why a text is no type. Offset is the byte in the text where it goes
// wrong, at most the text's length. Hint is the next step, or empty.
type Error struct {
	Offset  int
	Message string // one sentence, no final stop
	Hint    string
}

// Error is the message alone; the place is the caller's to show.
func (e *Error) Error() string { return e.Message }

// maxDepth bounds nesting, as BigQuery does (15 levels of fields), with room for
// the arrays between them.
const maxDepth = 32

// kinds resolves every name of a scalar type, aliases included.
var kinds = map[string]Kind{
	"INT64": Int64, "INT": Int64, "INTEGER": Int64, "BIGINT": Int64, "SMALLINT": Int64, "TINYINT": Int64, "BYTEINT": Int64,
	"FLOAT64": Float64, "FLOAT": Float64, "DOUBLE": Float64,
	"NUMERIC": Numeric, "DECIMAL": Numeric,
	"BIGNUMERIC": BigNumeric, "BIGDECIMAL": BigNumeric,
	"BOOL": Bool, "BOOLEAN": Bool,
	"STRING": String, "BYTES": Bytes, "DATE": Date, "TIME": Time, "DATETIME": DateTime, "TIMESTAMP": Timestamp,
	"INTERVAL": Interval, "JSON": JSON, "GEOGRAPHY": Geography,
}

// foreign names the GoogleSQL type for what other databases call it.
var foreign = map[string]string{
	"VARCHAR": "STRING", "CHAR": "STRING", "TEXT": "STRING", "NVARCHAR": "STRING", "UUID": "STRING",
	"JSONB": "JSON", "BLOB": "BYTES", "BYTEA": "BYTES", "BINARY": "BYTES", "VARBINARY": "BYTES",
	"TIMESTAMPTZ": "TIMESTAMP", "FLOAT8": "FLOAT64", "FLOAT4": "FLOAT64", "REAL": "FLOAT64", "INT4": "INT64", "INT8": "INT64", "INT32": "INT64",
	"RECORD": "STRUCT<…>", "OBJECT": "STRUCT<…> or JSON", "NUMBER": "NUMERIC", "MONEY": "NUMERIC",
}

// Parse reads a type in GoogleSQL's text form, in any letter case and with
// aliases. The error is always an *Error.
func Parse(text string) (Type, error) {
	p := parser{text: text}
	t, err := p.typ(0)
	if err == nil {
		if p.space(); p.pos < len(text) {
			err = p.errorf(p.pos, "unexpected %s after the type %s", p.here(), t)
		}
	}
	if err != nil {
		return Type{}, err
	}
	return t, nil
}

// parser walks the text; pos is the next byte.
type parser struct {
	text string
	pos  int
}

func (p *parser) errorf(at int, format string, args ...any) *Error {
	return &Error{Offset: min(at, len(p.text)), Message: fmt.Sprintf(format, args...)}
}

func (p *parser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// here is what stands at pos, for messages.
func (p *parser) here() string {
	if p.pos >= len(p.text) {
		return "end of the type"
	}
	for _, r := range p.text[p.pos:] {
		return strconv.QuoteRune(r)
	}
	return ""
}

// take skips white space and the byte c, if it is there.
func (p *parser) take(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *parser) want(c byte) error {
	if !p.take(c) {
		return p.errorf(p.pos, "expected %q, found %s", string(c), p.here())
	}
	return nil
}

func wordByte(c byte, first bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || !first && c >= '0' && c <= '9'
}

// word reads a plain identifier; empty where there is none.
func (p *parser) word() string {
	p.space()
	start := p.pos
	for p.pos < len(p.text) && wordByte(p.text[p.pos], p.pos == start) {
		p.pos++
	}
	return p.text[start:p.pos]
}

// wordNext reports whether an identifier, plain or quoted, comes next.
func (p *parser) wordNext() bool {
	p.space()
	return p.pos < len(p.text) && (p.text[p.pos] == '`' || wordByte(p.text[p.pos], true))
}

func (p *parser) typ(depth int) (Type, error) {
	p.space()
	at := p.pos
	if depth > maxDepth {
		return Type{}, p.errorf(at, "the type is nested more than %d levels deep", maxDepth)
	}
	name := p.word()
	if name == "" {
		return Type{}, p.errorf(at, "expected a type, found %s", p.here())
	}
	switch upper := strings.ToUpper(name); upper {
	case "ARRAY":
		return p.array(depth)
	case "STRUCT":
		return p.structure(depth)
	case "RANGE":
		return p.rangeOf(depth)
	default:
		k, ok := kinds[upper]
		if !ok {
			return Type{}, p.unknown(at, name)
		}
		t := Type{Kind: k}
		if p.take('(') {
			return p.params(t, at)
		}
		return t, nil
	}
}

func (p *parser) unknown(at int, name string) *Error {
	e := p.errorf(at, "unknown type %q", name)
	if better, ok := foreign[strings.ToUpper(name)]; ok {
		e.Hint = "GoogleSQL's type is " + better
	}
	return e
}

func (p *parser) array(depth int) (Type, error) {
	if err := p.want('<'); err != nil {
		return Type{}, err
	}
	p.space()
	at := p.pos
	elem, err := p.typ(depth + 1)
	if err != nil {
		return Type{}, err
	}
	if elem.Kind == Array {
		e := p.errorf(at, "an array cannot hold arrays")
		e.Hint = "put a STRUCT between them: ARRAY<STRUCT<items " + elem.String() + ">>"
		return Type{}, e
	}
	return Type{Kind: Array, Elem: &elem}, p.want('>')
}

func (p *parser) rangeOf(depth int) (Type, error) {
	if err := p.want('<'); err != nil {
		return Type{}, err
	}
	p.space()
	at := p.pos
	elem, err := p.typ(depth + 1)
	if err != nil {
		return Type{}, err
	}
	if elem.Kind != Date && elem.Kind != DateTime && elem.Kind != Timestamp {
		return Type{}, p.errorf(at, "a range is of DATE, DATETIME or TIMESTAMP, not of %s", elem)
	}
	return Type{Kind: Range, Elem: &elem}, p.want('>')
}

func (p *parser) structure(depth int) (Type, error) {
	t := Type{Kind: Struct}
	if err := p.want('<'); err != nil {
		return Type{}, err
	}
	if p.take('>') {
		return t, nil
	}
	for {
		f, err := p.field(depth)
		if err != nil {
			return Type{}, err
		}
		t.Fields = append(t.Fields, f)
		if p.take(',') {
			continue
		}
		return t, p.want('>')
	}
}

// field reads "name type" or "type": a word is a name where another word follows.
func (p *parser) field(depth int) (Field, error) {
	p.space()
	start := p.pos
	if p.pos < len(p.text) && p.text[p.pos] == '`' {
		name, err := p.quoted()
		if err != nil {
			return Field{}, err
		}
		t, err := p.typ(depth + 1)
		return Field{Name: name, Type: t}, err
	}
	name := p.word()
	if name == "" || !p.wordNext() {
		p.pos, name = start, ""
	}
	t, err := p.typ(depth + 1)
	return Field{Name: name, Type: t}, err
}

// quoted reads a name in backticks.
func (p *parser) quoted() (string, error) {
	start := p.pos
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; c {
		case '`':
			p.pos++
			if b.Len() == 0 {
				return "", p.errorf(start, "a field's name is empty")
			}
			return b.String(), nil
		case '\\':
			if p.pos++; p.pos < len(p.text) {
				b.WriteByte(p.text[p.pos])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", p.errorf(start, "the quoted name has no end")
}

// params reads what follows the parenthesis and checks it as BigQuery does.
func (p *parser) params(t Type, at int) (Type, error) {
	for {
		p.space()
		start := p.pos
		for p.pos < len(p.text) && p.text[p.pos] >= '0' && p.text[p.pos] <= '9' {
			p.pos++
		}
		n, err := strconv.ParseInt(p.text[start:p.pos], 10, 32)
		if err != nil {
			return Type{}, p.errorf(start, "expected a whole number, found %s", cmpOr(p.text[start:p.pos], p.here()))
		}
		t.Params = append(t.Params, int(n))
		if p.take(',') {
			continue
		}
		if err := p.want(')'); err != nil {
			return Type{}, err
		}
		break
	}
	if bad := badParams(t); bad != "" {
		return Type{}, p.errorf(at, "%s", bad)
	}
	return t, nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return strconv.Quote(a)
	}
	return b
}

// badParams says what is wrong with a type's parameters, or nothing.
func badParams(t Type) string {
	first, scale := t.Params[0], 0
	if len(t.Params) > 1 {
		scale = t.Params[1]
	}
	decimal := func(whole, maxScale int) string {
		switch {
		case len(t.Params) > 2:
			return fmt.Sprintf("%s takes a precision and a scale", t.Kind)
		case scale > maxScale:
			return fmt.Sprintf("the scale of %s is at most %d", t.Kind, maxScale)
		case first < max(1, scale) || first > whole+scale:
			return fmt.Sprintf("the precision of %s with scale %d is from %d to %d", t.Kind, scale, max(1, scale), whole+scale)
		}
		return ""
	}
	switch t.Kind {
	case String, Bytes:
		if len(t.Params) > 1 || first < 1 {
			return fmt.Sprintf("%s takes one length of at least 1", t.Kind)
		}
		return ""
	case Numeric:
		return decimal(29, 9)
	case BigNumeric:
		return decimal(38, 38)
	}
	return fmt.Sprintf("%s takes no parameters", t.Kind)
}

// reserved are GoogleSQL's reserved words, sorted: they need backticks as names.
var reserved = strings.Fields(`ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS
CUBE CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL
GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL
NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT
SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN`)

// IsReserved reports whether a word is GoogleSQL's own and needs backticks as a name.
func IsReserved(word string) bool {
	_, found := slices.BinarySearch(reserved, strings.ToUpper(word))
	return found
}

// QuoteName puts a name in backticks where it is no plain identifier.
func QuoteName(name string) string { return quoteName(name) }
