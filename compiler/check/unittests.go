package check

import (
	"maps"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// tests are rules of unit tests that need no SQL analysis.
func (j *judge) tests() {
	for _, t := range j.m.Tables {
		if t.Spec == nil {
			continue
		}
		reads := readable(t)
		for _, test := range t.Spec.Tests {
			if !t.Statement.Failed {
				j.given(t, test, reads)
			}
			j.expectations(t, test)
			j.testVariables(t, test)
		}
	}
}

// given reports rows of tables that the SQL does not read.
func (j *judge) given(t *model.Table, test *spec.Test, reads map[string]*model.Table) {
	for _, given := range test.Given {
		if reads[given.Name] != nil || given.Name == t.Name && t.Kind == model.IncrementKind {
			continue
		}
		j.diags.Errorf(diag.TestOfUnreadTable, given.At, "the test %q gives rows of %q, which the SQL of %q does not read", test.Name, given.Name, t.Name).
			WithNode(t.Name).WithHint("the SQL reads %s", quoted(tableNames(t.Reads)))
	}
}

// expectations reports a test that shows nothing, or that wants rows and an error.
func (j *judge) expectations(t *model.Table, test *spec.Test) {
	rows := test.Expects.V || len(test.ExpectCTE) > 0
	switch {
	case !rows && test.ExpectError.V == "":
		j.diags.Errorf(diag.TestExpectation, test.At, "the test %q of %q expects nothing", test.Name, t.Name).
			WithNode(t.Name).WithHint("give expect (an empty list where no row may come), expect_cte or expect_error")
	case rows && test.ExpectError.V != "":
		j.diags.Errorf(diag.TestExpectation, test.ExpectError.At, "the test %q of %q expects rows and an error", test.Name, t.Name).
			WithNode(t.Name).WithHint("a query that fails gives no rows: make two tests of it")
	}
}

// testVariables checks the values that a test gives variables.
func (j *judge) testVariables(t *model.Table, test *spec.Test) {
	for _, p := range test.Variables {
		v := variable(j.m, p.Name)
		if v == nil {
			var names []string
			for _, v := range j.m.Variables {
				names = append(names, v.Name)
			}
			d := j.diags.Errorf(diag.UnknownVariable, p.At, "the test %q gives a value to the variable %q, which does not exist", test.Name, p.Name).WithNode(t.Name)
			if len(names) == 0 {
				d.WithHint("declare it under variable")
			} else {
				d.WithHint("variables are %s", quoted(names))
			}
			continue
		}
		if v.Type.IsZero() {
			continue
		}
		if _, err := sqltype.Value(p.V, v.Type); err != nil {
			j.diags.Errorf(diag.BadVariableValue, p.At, "variable %q in the test %q: %s", p.Name, test.Name, err).
				WithNode(t.Name).WithHint("give a value of type %s, for example %s", v.Type, sqltype.ExampleValue(v.Type))
		}
	}
}

func variable(m *model.Platform, name string) *model.Variable {
	for i := range m.Variables {
		if m.Variables[i].Name == name {
			return &m.Variables[i]
		}
	}
	return nil
}

// readable are the tables that a test of t may give rows of, by name.
func readable(t *model.Table) map[string]*model.Table {
	reads := map[string]*model.Table{}
	for _, u := range t.Reads {
		reads[u.Name] = u
	}
	for _, ref := range t.Statement.Refs {
		if ref.Table != nil {
			reads[ref.Name] = ref.Table // as the SQL spells it, the table itself included
			reads[ref.Table.Name] = ref.Table
		}
	}
	return reads
}

func tableNames(list []*model.Table) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.Name)
	}
	return out
}

// testColumns checks the columns and values in the rows of tests, once the SQL has
// been analysed.
func (j *judge) testColumns() {
	for _, t := range j.m.Tables {
		if t.Spec == nil || len(t.Spec.Tests) == 0 {
			continue
		}
		reads := readable(t)
		for _, test := range t.Spec.Tests {
			for _, given := range test.Given {
				u := reads[given.Name]
				if u == nil && given.Name == t.Name {
					u = t
				}
				if u != nil {
					columns := append(append([]model.Column(nil), u.Columns...), u.PseudoColumns...)
					j.suffixes(t, test, given, u)
					j.rows(testRows{test: test, table: t, of: u.Name, verb: "gives", at: given.At, columns: columns, declared: u}, given.Rows)
				}
			}
			columns := t.Statement.Columns
			if len(columns) == 0 {
				columns = t.Columns
			}
			j.rows(testRows{test: test, table: t, of: t.Name, verb: "expects of", at: test.At, columns: columns}, test.Expect)
			for _, entry := range test.ExpectCTE {
				if q := testQuery(t, entry.Name); q != nil {
					j.rows(testRows{test: test, table: t, of: entry.Name, verb: "expects of", at: entry.At, columns: q.Statement.Columns}, entry.Rows)
				}
			}
		}
	}
}

// suffixes warns of given rows of a wildcard family that do not say which member they
// are of: in CUE a name that begins with _ is hidden unless it stands in quotes.
func (j *judge) suffixes(t *model.Table, test *spec.Test, given *spec.TestRows, u *model.Table) {
	const suffix = "_TABLE_SUFFIX"
	pseudo := slices.ContainsFunc(u.PseudoColumns, func(c model.Column) bool { return c.Name == suffix })
	if !pseudo || given.Name != u.Name || test.Missing.V == "default" {
		return
	}
	for _, row := range given.Rows {
		if _, there := row.Values[suffix]; !there {
			j.diags.Warnf(diag.TestValueMismatch, nearest(diag.Span{}, row.At, given.At), "the test %q gives a row of %q that is of no member of the family", test.Name, u.Name).
				WithNode(t.Name).WithHint(`add "_TABLE_SUFFIX": "20260115", in quotes: CUE hides names that begin with _`)
			return
		}
	}
}

// testQuery is the query that reads a WITH entry of t for its tests.
func testQuery(t *model.Table, cte string) *model.TestQuery {
	for _, q := range t.TestQueries {
		if q.CTE == cte {
			return q
		}
	}
	return nil
}

// testRows says whose rows they are.
type testRows struct {
	test     *spec.Test
	table    *model.Table // that the test is of
	of       string       // table or WITH entry that has the columns
	verb     string
	at       diag.Span // where a row has no place
	columns  []model.Column
	declared *model.Table // to point at; nil for the table itself
}

// rows checks names, each once, and values.
func (j *judge) rows(r testRows, rows []spec.Row) {
	if len(r.columns) == 0 {
		return // not known, which is reported elsewhere
	}
	known := map[string]model.Column{}
	var names []string
	for _, c := range r.columns {
		known[strings.ToLower(c.Name)] = c
		names = append(names, c.Name)
	}
	unknown := map[string]bool{}
	for _, row := range rows {
		for _, cell := range cellsOf(row) {
			key := strings.ToLower(cell.Name)
			column, there := known[key]
			if !there {
				if !unknown[key] {
					unknown[key] = true
					j.unknownTestColumn(r, nearest(cell.Key, row.At, r.at), cell.Name, names)
				}
				continue
			}
			if column.Type.IsZero() {
				continue
			}
			if _, err := sqltype.Value(row.Values[cell.Name], column.Type); err != nil {
				d := j.diags.Errorf(diag.TestValueMismatch, nearest(cell.At, row.At, r.at), "the test %q, column %q of %q: %s", r.test.Name, column.Name, r.of, err).
					WithNode(r.table.Name).WithHint("a value of type %s is written %s", column.Type, sqltype.ExampleValue(column.Type))
				if !column.At.IsZero() {
					d.WithRelated(column.At, "%q is declared here", column.Name)
				}
			}
		}
	}
}

func (j *judge) unknownTestColumn(r testRows, at diag.Span, name string, names []string) {
	d := j.diags.Errorf(diag.TestUnknownColumn, at, "the test %q %s %q a column %q, which it does not have", r.test.Name, r.verb, r.of, name).
		WithNode(r.table.Name).WithHint("its columns are %s", strings.Join(names, ", "))
	if r.declared != nil && r.declared != r.table {
		d.WithRelated(r.declared.At, "%q is declared here", r.declared.Name)
	}
}

// cellsOf are a row's values with their places, as far as they have any.
func cellsOf(row spec.Row) []spec.Cell {
	if len(row.Cells) == len(row.Values) {
		return row.Cells
	}
	var cells []spec.Cell
	for _, name := range slices.Sorted(maps.Keys(row.Values)) {
		cells = append(cells, spec.Cell{Name: name})
	}
	return cells
}

// nearest is the first place that is known, without its end where that is a whole row.
func nearest(at, row, list diag.Span) diag.Span {
	if !at.IsZero() {
		return at
	}
	if row.IsZero() {
		row = list
	}
	row.EndLine, row.EndCol = 0, 0
	return row
}
