package resolve

import (
	"errors"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// columns resolves declared columns; class is in effect where a column has none.
func (r *resolver) columns(list []*spec.Column, class string) []model.Column {
	out := make([]model.Column, 0, len(list))
	for _, c := range list {
		column := model.Column{
			Name:        c.Name,
			Type:        r.columnType(c),
			Required:    c.Required.V,
			Description: c.Description.V,
			Class:       class,
			Mask:        c.Mask.V,
			At:          c.At,
			Spec:        c,
		}
		if c.Class.V != "" {
			column.Class = c.Class.V
		}
		column.Personal = carriesPersonal(column)
		out = append(out, column)
	}
	return out
}

func pseudo(name, kind string) model.Column {
	return model.Column{Name: name, Type: sqltype.Type{Kind: sqltype.Kind(kind)}, Class: "internal"}
}

// columnType reads a column's type. With fields it is STRUCT or ARRAY<STRUCT>, and
// the fields say the rest.
func (r *resolver) columnType(c *spec.Column) sqltype.Type {
	if len(c.Fields) > 0 {
		structure := sqltype.Type{Kind: sqltype.Struct}
		for _, f := range c.Fields {
			structure.Fields = append(structure.Fields, sqltype.Field{Name: f.Name, Type: r.columnType(f)})
		}
		switch strings.ToUpper(strings.Join(strings.Fields(c.Type.V), "")) {
		case "STRUCT", "RECORD":
			return structure
		case "ARRAY<STRUCT>", "ARRAY<RECORD>":
			return sqltype.Type{Kind: sqltype.Array, Elem: &structure}
		}
	}
	t, err := sqltype.Parse(c.Type.V)
	if err == nil {
		if len(c.Fields) > 0 {
			r.diags.Errorf(diag.BadColumnType, c.Type.At, "column %q has fields, so its type cannot be %s", c.Name, t).
				WithHint("write STRUCT or ARRAY<STRUCT> and let the fields say the rest")
		}
		return t
	}
	at := c.Type.At
	var wrong *sqltype.Error
	if errors.As(err, &wrong) {
		if at.Line != 0 && (at.EndLine == 0 || at.EndLine == at.Line) {
			at.Col += int32(wrong.Offset) + 1 // behind the opening quote
			at.EndLine, at.EndCol = 0, 0
		}
		r.diags.Errorf(diag.BadColumnType, at, "the type of column %q: %s", c.Name, wrong.Message).Hint = wrong.Hint
	}
	return sqltype.Type{}
}
