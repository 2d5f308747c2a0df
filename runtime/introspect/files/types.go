package files

import (
	"fmt"
	"strings"

	"sluice/runtime/introspect"
)

// types are DuckDB's.
var types = map[string]string{
	"BOOLEAN": "BOOL",
	"TINYINT": "INT64", "SMALLINT": "INT64", "INTEGER": "INT64", "BIGINT": "INT64", "UTINYINT": "INT64", "USMALLINT": "INT64", "UINTEGER": "INT64",
	"UBIGINT": "NUMERIC", "HUGEINT": "BIGNUMERIC", "UHUGEINT": "BIGNUMERIC",
	"FLOAT": "FLOAT64", "DOUBLE": "FLOAT64",
	"VARCHAR": "STRING", "UUID": "STRING", "ENUM": "STRING", "BLOB": "BYTES", "JSON": "JSON",
	"DATE": "DATE", "TIME": "TIME", "INTERVAL": "INTERVAL",
	"TIMESTAMP": "DATETIME", "TIMESTAMP_S": "DATETIME", "TIMESTAMP_MS": "DATETIME", "TIMESTAMP_NS": "DATETIME",
	"TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}

// column maps a column of DuckDB's DESCRIBE.
func column(name, native string) (introspect.Column, error) {
	p := parser{rest: native}
	c, err := p.column()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("type %q is not understood at %q", native, p.rest)
	}
	c.Name, c.Native = name, native
	return c, err
}

// parser reads DuckDB's text of a type.
type parser struct{ rest string }

func (p *parser) column() (introspect.Column, error) {
	var c introspect.Column
	var err error
	if fields, ok := strings.CutPrefix(p.rest, "STRUCT("); ok {
		p.rest = fields
		c, err = p.structure()
	} else {
		c, err = p.scalar()
	}
	if err != nil {
		return c, err
	}
	for arrays := 0; strings.HasPrefix(p.rest, "[]"); arrays++ {
		p.rest = p.rest[2:]
		switch {
		case arrays > 0 || strings.HasPrefix(c.Type, "ARRAY"):
			c = introspect.Column{Type: "JSON", Note: "an array of arrays"}
		case len(c.Fields) > 0:
			c.Repeated = true
		case c.Type == "JSON":
		default:
			c.Type = "ARRAY<" + c.Type + ">"
		}
	}
	return c, nil
}

// scalar reads a name with parameters; a MAP comes as JSON.
func (p *parser) scalar() (introspect.Column, error) {
	end := strings.IndexAny(p.rest, "(),[")
	if end < 0 {
		end = len(p.rest)
	}
	name := strings.TrimSpace(p.rest[:end])
	p.rest = p.rest[end:]
	parameters := ""
	if strings.HasPrefix(p.rest, "(") {
		depth := 0
		for i, r := range p.rest {
			if r == '(' {
				depth++
			} else if r == ')' {
				if depth--; depth == 0 {
					parameters, p.rest = p.rest[1:i], p.rest[i+1:]
					break
				}
			}
		}
	}
	switch name {
	case "DECIMAL":
		var precision, scale int
		if _, err := fmt.Sscanf(parameters, "%d,%d", &precision, &scale); err != nil {
			return introspect.Column{}, fmt.Errorf("DECIMAL(%s): %w", parameters, err)
		}
		if scale > 9 || precision-scale > 29 {
			return introspect.Column{Type: "BIGNUMERIC"}, nil
		}
		return introspect.Column{Type: "NUMERIC"}, nil
	case "MAP":
		return introspect.Column{Type: "JSON", Note: "a map comes as JSON"}, nil
	}
	if t, ok := types[name]; ok {
		return introspect.Column{Type: t}, nil
	}
	return introspect.Column{Type: "STRING", Note: name + " has no counterpart; its text comes"}, nil
}

// structure reads fields up to the closing parenthesis.
func (p *parser) structure() (introspect.Column, error) {
	var c introspect.Column
	for {
		name, err := p.name()
		if err != nil {
			return c, err
		}
		f, err := p.column()
		if err != nil {
			return c, err
		}
		f.Name = name
		c.Fields = append(c.Fields, f)
		switch {
		case strings.HasPrefix(p.rest, ", "):
			p.rest = p.rest[2:]
		case strings.HasPrefix(p.rest, ")"):
			p.rest = p.rest[1:]
			return c, nil
		default:
			return c, fmt.Errorf("a struct does not end at %q", p.rest)
		}
	}
}

// name reads a field's name, in quotes where it is no plain word.
func (p *parser) name() (string, error) {
	if !strings.HasPrefix(p.rest, `"`) {
		name, rest, ok := strings.Cut(p.rest, " ")
		if !ok {
			return "", fmt.Errorf("a field has no type at %q", p.rest)
		}
		p.rest = rest
		return name, nil
	}
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		if p.rest[i] != '"' {
			b.WriteByte(p.rest[i])
			continue
		}
		if i+1 < len(p.rest) && p.rest[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		p.rest = strings.TrimPrefix(p.rest[i+1:], " ")
		return b.String(), nil
	}
	return "", fmt.Errorf("a name does not end at %q", p.rest)
}
