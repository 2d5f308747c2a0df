package unittest

import (
	"slices"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/value"
)

// Diff is how the rows of a query differ from those expected.
type Diff struct {
	CTE     string   `json:"cte,omitempty"` // WITH entry; empty for the table's own rows
	Columns []string `json:"columns"`       // that any expected row names
	// Rows are those that differ, in the order of the expected rows, unexpected ones last.
	Rows []DiffRow `json:"rows,omitempty"`
	// Matched is how many rows are as expected.
	Matched int `json:"matched"`
	// Order says that all rows came, but not in their order; Rows are then those that
	// stand elsewhere.
	Order bool `json:"order,omitempty"`
}

// DiffRow is a row that is missing (no Actual), unexpected (no Expected), or changed.
// Cells are in the order of Diff.Columns.
type DiffRow struct {
	Origin   plan.Origin `json:"origin,omitzero"` // of the expected row
	Expected []Cell      `json:"expected,omitempty"`
	Actual   []Cell      `json:"actual,omitempty"`
}

// Cell is a value in a DiffRow, as people read it.
type Cell struct {
	Text    string `json:"text"`
	Differs bool   `json:"differs,omitempty"`
	Any     bool   `json:"any,omitempty"` // not named by the expected row: any value will do
}

// Summary is the difference in a line.
func (d Diff) Summary() string {
	missing, unexpected, changed := 0, 0, 0
	for _, r := range d.Rows {
		switch {
		case r.Actual == nil:
			missing++
		case r.Expected == nil:
			unexpected++
		default:
			changed++
		}
	}
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, count(n, "row")+" "+what)
		}
	}
	if d.Order {
		parts = append(parts, "rows are in another order")
	} else {
		add(changed, "differ")
		add(missing, "missing")
		add(unexpected, "unexpected")
	}
	text := strings.ReplaceAll(strings.Join(parts, ", "), "1 row differ,", "1 row differs,")
	if text == "1 row differ" {
		text = "1 row differs"
	}
	if d.CTE != "" {
		return d.CTE + ": " + text
	}
	return text
}

// compare gives the difference between what a query must give and gave, if there is any.
func compare(q *plan.TestQuery, types []value.Type, rows [][]any) (Diff, bool) {
	m := &matcher{types: types, expected: q.Rows, actual: rows}
	ofExpected, ofActual := m.match()
	d := differ{matcher: m, query: q, shown: shownColumns(q)}
	out := Diff{CTE: q.CTE}
	for _, c := range d.shown {
		out.Columns = append(out.Columns, q.Columns[c].Name)
	}
	missing, unexpected := open(ofExpected), open(ofActual)
	out.Matched = len(ofExpected) - len(missing)
	if len(missing)+len(unexpected) == 0 {
		if !q.Ordered || m.inOrder() {
			return out, false
		}
		out.Order, out.Matched = true, 0
		for e := range m.expected {
			if m.fits(e, e) {
				out.Matched++
				continue
			}
			out.Rows = append(out.Rows, d.row(e, e))
		}
		return out, true
	}
	partners := d.pair(missing, unexpected)
	for _, e := range missing {
		out.Rows = append(out.Rows, d.row(e, partners[e]))
	}
	for _, a := range unexpected {
		if !containsValue(partners, a) {
			out.Rows = append(out.Rows, d.row(-1, a))
		}
	}
	return out, true
}

func open(partner []int) []int {
	var out []int
	for i, p := range partner {
		if p < 0 {
			out = append(out, i)
		}
	}
	return out
}

func containsValue(m map[int]int, v int) bool {
	for _, x := range m {
		if x == v {
			return true
		}
	}
	return false
}

// shownColumns are the columns that expected rows name, or all where none does.
func shownColumns(q *plan.TestQuery) []int {
	named := make([]bool, len(q.Columns))
	for _, row := range q.Rows {
		for _, c := range row.Cells {
			named[c.Column] = true
		}
	}
	var out []int
	for i := range named {
		if named[i] || !slices.Contains(named, true) {
			out = append(out, i)
		}
	}
	return out
}

// differ pairs rows that did not match.
type differ struct {
	*matcher
	query *plan.TestQuery
	shown []int
}

// pair finds for each missing row the unexpected one that it most likely is: the one of
// the same key, where the table declares one, else the most alike, if at least half of
// what the row names is equal. One of each belong together unless their keys differ. It
// maps missing to unexpected, -1 for none.
func (d *differ) pair(missing, unexpected []int) map[int]int {
	type pairing struct{ e, a, score int }
	var list []pairing
	for _, e := range missing {
		for _, a := range unexpected {
			if score := d.likeness(e, a); score > 0 {
				list = append(list, pairing{e, a, score})
			}
		}
	}
	slices.SortStableFunc(list, func(x, y pairing) int { return y.score - x.score })
	if len(missing) == 1 && len(unexpected) == 1 && !d.namesKey(missing[0]) {
		return map[int]int{missing[0]: unexpected[0]}
	}
	out := map[int]int{}
	taken := map[int]bool{}
	for _, e := range missing {
		out[e] = -1
	}
	for _, p := range list {
		if out[p.e] < 0 && !taken[p.a] {
			out[p.e], taken[p.a] = p.a, true
		}
	}
	return out
}

// likeness is how many cells are equal, 0 for too few; a key that is equal counts more
// than all cells.
func (d *differ) likeness(e, a int) int {
	same, key := 0, 0
	cells := d.expected[e].Cells
	for _, c := range cells {
		if !equal(d.types[c.Column], c.Value, d.actual[a][c.Column]) {
			continue
		}
		same++
		if d.isKey(c.Column) {
			key++
		}
	}
	switch {
	case len(d.query.Key) > 0 && key == len(d.query.Key):
		return same + len(d.types)
	case d.namesKey(e):
		return 0 // it is another row
	case 2*same >= len(cells):
		return same
	}
	return 0
}

func (d *differ) isKey(column int) bool {
	return slices.ContainsFunc(d.query.Key, func(k string) bool { return strings.EqualFold(k, d.query.Columns[column].Name) })
}

// namesKey reports whether an expected row gives the whole key.
func (d *differ) namesKey(e int) bool {
	n := 0
	for _, c := range d.expected[e].Cells {
		if d.isKey(c.Column) {
			n++
		}
	}
	return n > 0 && n == len(d.query.Key)
}

// row shows an expected and an actual row; -1 stands for none.
func (d *differ) row(e, a int) DiffRow {
	var out DiffRow
	if e >= 0 {
		out.Origin = d.expected[e].Origin
	}
	for _, column := range d.shown {
		t := d.types[column]
		var want *plan.ExpectedCell
		if e >= 0 {
			for i := range d.expected[e].Cells {
				if c := &d.expected[e].Cells[i]; c.Column == column {
					want = c
				}
			}
		}
		differs := want != nil && a >= 0 && !equal(t, want.Value, d.actual[a][column])
		if e >= 0 {
			cell := Cell{Text: "·", Any: true}
			if want != nil {
				cell = Cell{Text: Show(want.Value, t), Differs: differs}
			}
			out.Expected = append(out.Expected, cell)
		}
		if a >= 0 {
			out.Actual = append(out.Actual, Cell{Text: Show(d.actual[a][column], t), Differs: differs})
		}
	}
	return out
}
