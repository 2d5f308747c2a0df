package duckdb

import (
	"fmt"
	"strings"
)

// Type is a GoogleSQL type as the runtime needs it: to read values out of files
// and to name the type that holds them in DuckDB.
type Type struct {
	Kind   string  // INT64, STRING, ARRAY, STRUCT, …; upper case, aliases resolved, parameters dropped
	Elem   *Type   // of ARRAY
	Fields []Field // of STRUCT
}

// Field is one field of a STRUCT.
type Field struct {
	Name string
	Type Type
}

// scalars maps GoogleSQL's scalar types, aliases included, to DuckDB's. BIGNUMERIC
// and GEOGRAPHY are missing: DuckDB has nothing that holds them exactly.
var scalars = map[string]struct{ kind, duck string }{
	"INT64": {"INT64", "BIGINT"}, "INT": {"INT64", "BIGINT"}, "INTEGER": {"INT64", "BIGINT"}, "BIGINT": {"INT64", "BIGINT"},
	"SMALLINT": {"INT64", "BIGINT"}, "TINYINT": {"INT64", "BIGINT"}, "BYTEINT": {"INT64", "BIGINT"},
	"FLOAT64": {"FLOAT64", "DOUBLE"}, "BOOL": {"BOOL", "BOOLEAN"}, "BOOLEAN": {"BOOL", "BOOLEAN"},
	"STRING": {"STRING", "VARCHAR"}, "BYTES": {"BYTES", "BLOB"},
	"NUMERIC": {"NUMERIC", "DECIMAL(38,9)"}, "DECIMAL": {"NUMERIC", "DECIMAL(38,9)"},
	"DATE": {"DATE", "DATE"}, "TIME": {"TIME", "TIME"}, "DATETIME": {"DATETIME", "TIMESTAMP"}, "TIMESTAMP": {"TIMESTAMP", "TIMESTAMPTZ"},
	"INTERVAL": {"INTERVAL", "INTERVAL"}, "JSON": {"JSON", "JSON"},
}

// ParseType reads a GoogleSQL type such as ARRAY<STRUCT<id INT64, name STRING(20)>>.
func ParseType(s string) (Type, error) {
	p := typeParser{rest: s}
	t, err := p.parse(0)
	if err == nil && p.space() != "" {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	if err != nil {
		return Type{}, fmt.Errorf("type %q: %w", s, err)
	}
	return t, nil
}

// DuckDB is the type's name in DuckDB.
func (t Type) DuckDB() string {
	switch t.Kind {
	case "ARRAY":
		return t.Elem.DuckDB() + "[]"
	case "STRUCT":
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = Quote(f.Name) + " " + f.Type.DuckDB()
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	return scalars[t.Kind].duck
}

// typeParser reads a type from left to right.
type typeParser struct{ rest string }

// maxTypeDepth bounds how deep types nest; GoogleSQL's own bound is 15.
const maxTypeDepth = 32

func (p *typeParser) parse(depth int) (Type, error) {
	if depth > maxTypeDepth {
		return Type{}, fmt.Errorf("nested too deep")
	}
	head := strings.ToUpper(p.word())
	switch head {
	case "ARRAY":
		if err := p.expect('<'); err != nil {
			return Type{}, err
		}
		elem, err := p.parse(depth + 1)
		if err != nil {
			return Type{}, err
		}
		return Type{Kind: "ARRAY", Elem: &elem}, p.expect('>')
	case "STRUCT":
		return p.parseStruct(depth)
	}
	scalar, ok := scalars[head]
	if !ok {
		return Type{}, fmt.Errorf("%q is no type that files and DuckDB can hold", head)
	}
	return Type{Kind: scalar.kind}, p.skipParams()
}

func (p *typeParser) parseStruct(depth int) (Type, error) {
	t := Type{Kind: "STRUCT"}
	if err := p.expect('<'); err != nil {
		return t, err
	}
	for {
		name := p.word()
		if name == "" {
			return t, fmt.Errorf("a field name is missing at %q", p.rest)
		}
		field, err := p.parse(depth + 1)
		if err != nil {
			return t, err
		}
		t.Fields = append(t.Fields, Field{Name: name, Type: field})
		if strings.HasPrefix(p.space(), ",") {
			p.rest = p.rest[1:]
			continue
		}
		return t, p.expect('>')
	}
}

// skipParams reads over (38), (38, 9) or (MAX): a value is stored in the whole type.
func (p *typeParser) skipParams() error {
	if !strings.HasPrefix(p.space(), "(") {
		return nil
	}
	inside, rest, ok := strings.Cut(p.rest[1:], ")")
	if !ok || strings.Trim(inside, "0123456789, ") != "" && !strings.EqualFold(strings.TrimSpace(inside), "MAX") {
		return fmt.Errorf("%q are no type parameters", inside)
	}
	p.rest = rest
	return nil
}

func (p *typeParser) space() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	return p.rest
}

func (p *typeParser) expect(c byte) error {
	if p.space() == "" || p.rest[0] != c {
		return fmt.Errorf("expected %q at %q", c, p.rest)
	}
	p.rest = p.rest[1:]
	return nil
}

// word reads an identifier, in backticks or plain.
func (p *typeParser) word() string {
	p.space()
	if quoted, ok := strings.CutPrefix(p.rest, "`"); ok {
		word, rest, _ := strings.Cut(quoted, "`")
		p.rest = rest
		return word
	}
	end := strings.IndexFunc(p.rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

// Quote makes a name an identifier of DuckDB.
func Quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Literal makes a text a string literal of DuckDB.
func Literal(text string) string {
	return `'` + strings.ReplaceAll(text, `'`, `''`) + `'`
}
