// Package unittest makes the tables' unit tests what the runtime runs: rows with a
// value for every column, queries for the embedded warehouse, and where each comes from.
package unittest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
	"sluice/runtime/plan"
)

// Build gives the tests of a platform without mistakes, whose SQL was analysed with
// sql.Options.Tests, sorted by table and name.
func Build(m *model.Platform) []plan.UnitTest {
	var out []plan.UnitTest
	for _, t := range m.Tables {
		if t.Spec == nil {
			continue
		}
		for _, test := range t.Spec.Tests {
			b := builder{m: m, table: t, test: test}
			out = append(out, b.build())
		}
	}
	slices.SortFunc(out, func(a, b plan.UnitTest) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Name, b.Name))
	})
	return out
}

// builder makes one test.
type builder struct {
	m     *model.Platform
	table *model.Table
	test  *spec.Test
}

func (b *builder) build() plan.UnitTest {
	out := plan.UnitTest{
		Table: b.table.Name, Name: b.test.Name, Description: b.test.Description.V, Origin: origin(b.test.At),
		Date: b.test.RunDate.V, Variables: b.variables(), Error: b.test.ExpectError.V,
	}
	var reads []*model.Table
	for _, q := range b.queries() {
		reads = append(reads, q.query.Reads...)
		out.Refused = append(out.Refused, q.query.Refused...)
		out.Queries = append(out.Queries, b.query(q))
	}
	slices.SortFunc(reads, func(x, y *model.Table) int { return strings.Compare(x.Name, y.Name) })
	for _, t := range slices.Compact(reads) {
		out.Tables = append(out.Tables, b.given(t))
	}
	return out
}

// variables are those in effect, with the test's own values.
func (b *builder) variables() []plan.Variable {
	var out []plan.Variable
	for _, v := range b.m.Variables {
		value := plan.Variable{Name: v.Name, Type: v.Type.String(), Value: v.Value}
		for _, p := range b.test.Variables {
			if p.Name != v.Name {
				continue
			}
			switch own := must(sqltype.Value(p.V, v.Type)).(type) {
			case string:
				value.Value = own
			case float64:
				value.Value = strconv.FormatFloat(own, 'g', -1, 64)
			case bool:
				value.Value = strconv.FormatBool(own)
			}
		}
		out = append(out, value)
	}
	return out
}

// expected is a query with the rows that it must give.
type expected struct {
	query *model.TestQuery
	rows  []spec.Row
}

// queries are those that the test has expectations of; one that must fail is the
// table's own.
func (b *builder) queries() []expected {
	var out []expected
	for _, q := range b.table.TestQueries {
		switch {
		case q.CTE == "" && (b.test.Expects.V || b.test.ExpectError.V != ""):
			out = append(out, expected{q, b.test.Expect})
		case q.CTE != "":
			for _, e := range b.test.ExpectCTE {
				if e.Name == q.CTE {
					out = append(out, expected{q, e.Rows})
				}
			}
		}
	}
	return out
}

func (b *builder) query(e expected) plan.TestQuery {
	s := e.query.Statement
	out := plan.TestQuery{
		CTE: e.query.CTE, SQL: s.Rendered, Parameters: s.Parameters, Columns: columns(s.Columns), Ordered: b.test.Ordered.V,
	}
	if e.query.CTE == "" {
		out.Key = b.key()
	}
	for _, row := range e.rows {
		out.Rows = append(out.Rows, expectedRow(row, s.Columns))
	}
	return out
}

// key are the columns that identify a row: those of a unique check, or of a merge.
func (b *builder) key() []string {
	for _, c := range b.table.Checks {
		if c.Spec != nil && c.Spec.Kind.V == "unique" && c.Spec.Where.V == "" {
			return texts(c.Spec.Columns)
		}
	}
	if i := b.table.Spec.Incremental; i != nil {
		return texts(i.Key)
	}
	return nil
}

func texts(list []spec.Text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.V)
	}
	return out
}

func expectedRow(row spec.Row, list []model.Column) plan.ExpectedRow {
	out := plan.ExpectedRow{Origin: origin(row.At)}
	for i, c := range list {
		if v, named := lookup(row, c.Name); named {
			out.Cells = append(out.Cells, plan.ExpectedCell{Column: i, Value: typed(v, c.Type)})
		}
	}
	return out
}

// given is a table with the rows that the test gives it, under whatever names.
func (b *builder) given(t *model.Table) plan.TestTable {
	list := append(slices.Clone(t.Columns), t.PseudoColumns...)
	out := plan.TestTable{Name: t.Name, Columns: columns(list)}
	for _, given := range b.test.Given {
		if given.Name != t.Name && !b.named(given.Name, t) {
			continue
		}
		for _, row := range given.Rows {
			values := make([]any, len(list))
			for i, c := range list {
				values[i] = b.cell(row, c, given.Name, t)
			}
			out.Rows = append(out.Rows, values)
		}
	}
	return out
}

// named reports whether the query calls the table by another name.
func (b *builder) named(name string, t *model.Table) bool {
	return slices.ContainsFunc(b.table.Statement.Refs, func(r model.Ref) bool { return r.Name == name && r.Table == t })
}

// cell is the value of a column in a given row.
func (b *builder) cell(row spec.Row, c model.Column, name string, t *model.Table) any {
	if v, there := lookup(row, c.Name); there {
		return stored(typed(v, c.Type), c.Type)
	}
	if suffix, member := memberSuffix(name, t); member && strings.EqualFold(c.Name, "_TABLE_SUFFIX") {
		return suffix
	}
	if b.test.Missing.V == "default" {
		return sqltype.ZeroValue(c.Type)
	}
	return stored(nil, c.Type)
}

// stored is a value as a table holds it: no array in a table is null.
func stored(v any, t sqltype.Type) any {
	if v == nil && t.Kind == sqltype.Array {
		return []any{}
	}
	return v
}

// memberSuffix is what the name of one member of a wildcard family says.
func memberSuffix(name string, t *model.Table) (string, bool) {
	family, wild := strings.CutSuffix(t.Name, "*")
	_, family, _ = strings.Cut(family, ".")
	rest, member := strings.CutPrefix(name[strings.LastIndexByte(name, '.')+1:], family)
	return rest, wild && member && !strings.HasSuffix(rest, "*")
}

func lookup(row spec.Row, column string) (any, bool) {
	if v, there := row.Values[column]; there {
		return v, true
	}
	for name, v := range row.Values {
		if strings.EqualFold(name, column) {
			return v, true
		}
	}
	return nil, false
}

func typed(v any, t sqltype.Type) any {
	if t.IsZero() {
		return v
	}
	return must(sqltype.Value(v, t))
}

// must unwraps a value that the check stage has judged.
func must(v any, err error) any {
	if err != nil {
		panic("a value of a test was not checked: " + err.Error())
	}
	return v
}

func columns(list []model.Column) []plan.Column {
	var out []plan.Column
	for _, c := range list {
		out = append(out, plan.Column{Name: c.Name, Type: c.Type.WithoutParams().String()})
	}
	return out
}

func origin(s diag.Span) plan.Origin {
	return plan.Origin{File: s.File, Line: int(s.Line), Col: int(s.Col)}
}
