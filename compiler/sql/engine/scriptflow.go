package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/lineage"
	"sluice/compiler/sql/token"
	"sluice/runtime/plan"
)

// scriptFlow is what goes into the variables and temporary tables of a script. The
// order of statements does not count, since conditions and loops change it: a name
// holds whatever any statement puts there.
type scriptFlow struct {
	into   map[plan.Input][]plan.Input // by table and column (in lower case) of a name of the script
	rows   map[string][]plan.Input     // by table: what decides about its rows
	about  []plan.Input                // conditions of the script, which decide about all it does
	bodies map[string]gsql.ResolvedStatementNode
}

func newScriptFlow() *scriptFlow {
	return &scriptFlow{into: map[plan.Input][]plan.Input{}, rows: map[string][]plan.Input{}, bodies: map[string]gsql.ResolvedStatementNode{}}
}

// scriptTable is the name in the catalogue of what a script calls name.
func scriptTable(name string) string { return lineage.ScriptPrefix + strings.ToLower(name) }

func ofScript(in plan.Input) bool { return strings.HasPrefix(in.Table, lineage.ScriptPrefix) }

// columns notes that the columns of a temporary table may hold what a statement gives.
func (f *scriptFlow) columns(table string, l *plan.Lineage) {
	if l == nil {
		return
	}
	for _, c := range l.Columns {
		f.put(table, c.Name, c.Inputs)
	}
	f.rows[table] = append(f.rows[table], l.Rows...)
}

// variable notes that a variable may hold a value: a row of what an expression or a
// query gives. Which row decides about it.
func (f *scriptFlow) variable(name string, l *plan.Lineage) {
	if l == nil {
		return
	}
	table := lineage.ScriptPrefix + "@" + strings.ToLower(name)
	for _, c := range l.Columns {
		f.put(table, "", c.Inputs)
		f.put(table, c.Name, c.Inputs)
	}
	f.put(table, "", l.Rows)
	f.rows[table] = append(f.rows[table], l.Rows...)
}

// condition notes what decides about the statements of the script.
func (f *scriptFlow) condition(l *plan.Lineage) {
	if l == nil {
		return
	}
	for _, c := range l.Columns {
		f.about = append(f.about, c.Inputs...)
	}
	f.about = append(f.about, l.Rows...)
}

func (f *scriptFlow) put(table, column string, inputs []plan.Input) {
	at := plan.Input{Table: table, Column: strings.ToLower(column)}
	f.into[at] = append(f.into[at], inputs...)
}

// query is the lineage of the script's query, with what its names stand for instead of
// the names. prefix is the text before the query: its meaning is part of that of every
// column.
func (f *scriptFlow) query(l *plan.Lineage, prefix string) {
	var rows []plan.Input
	for i := range l.Columns {
		c := &l.Columns[i]
		for _, in := range c.Inputs {
			rows = append(rows, f.rowsOf(in, map[string]bool{})...)
		}
		c.Inputs = f.real(c.Inputs)
		c.Digest = digestWith(c.Digest, prefix)
	}
	for _, in := range l.Rows {
		rows = append(rows, f.rowsOf(in, map[string]bool{})...)
	}
	rows = append(append(rows, l.Rows...), conditional(f.about)...)
	l.Rows = f.real(rows)
	l.RowsDigest = digestWith(l.RowsDigest, prefix)
}

// rowsOf is what decides about the rows of a name.
func (f *scriptFlow) rowsOf(in plan.Input, seen map[string]bool) []plan.Input {
	if !ofScript(in) || seen[in.Table] {
		return nil
	}
	seen[in.Table] = true
	out := slices.Clone(f.rows[in.Table])
	for _, r := range f.rows[in.Table] {
		out = append(out, f.rowsOf(r, seen)...)
	}
	for _, inputs := range f.everything(in.Table) {
		out = append(out, f.rowsOf(inputs, seen)...)
	}
	return indirect(out)
}

// everything is what goes into any column of a name.
func (f *scriptFlow) everything(table string) []plan.Input {
	var out []plan.Input
	for at, inputs := range f.into {
		if at.Table == table {
			out = append(out, inputs...)
		}
	}
	return out
}

// real follows inputs to the tables of the platform.
func (f *scriptFlow) real(inputs []plan.Input) []plan.Input {
	found := map[plan.Input]bool{}
	seen := map[plan.Input]bool{}
	for todo := slices.Clone(inputs); len(todo) > 0; {
		in := todo[0]
		todo = todo[1:]
		if seen[in] {
			continue
		}
		seen[in] = true
		if !ofScript(in) {
			found[in] = true
			continue
		}
		for _, from := range f.behind(in) {
			todo = append(todo, through(from, in))
		}
	}
	out := make([]plan.Input, 0, len(found))
	for in := range found {
		out = append(out, in)
	}
	slices.SortFunc(out, compareInputs)
	return out
}

func compareInputs(a, b plan.Input) int {
	masked := func(in plan.Input) int {
		if in.Masking {
			return 1
		}
		return 0
	}
	return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column),
		strings.Compare(a.Field, b.Field), strings.Compare(a.Subtype, b.Subtype), cmp.Compare(masked(a), masked(b)))
}

// behind is what a name's column holds: a field of a variable is a column of the row
// that it holds, and a table that is only counted stands for the tables that it is made
// of.
func (f *scriptFlow) behind(in plan.Input) []plan.Input {
	column := strings.ToLower(in.Column)
	if strings.HasPrefix(in.Table, lineage.ScriptPrefix+"@") {
		field, _, _ := strings.Cut(in.Field, ".")
		if list, known := f.into[plan.Input{Table: in.Table, Column: strings.ToLower(field)}]; known {
			return list
		}
		return f.everything(in.Table)
	}
	if column != "" {
		return f.into[plan.Input{Table: in.Table, Column: column}]
	}
	var out []plan.Input
	for _, from := range append(f.everything(in.Table), f.rows[in.Table]...) {
		out = append(out, plan.Input{Table: from.Table, Subtype: "identity"})
	}
	return out
}

// through is an influence on what itself has one.
func through(from, on plan.Input) plan.Input {
	switch {
	case !on.Direct():
		from.Subtype, from.Masking = on.Subtype, false
	case !from.Direct():
	case on.Subtype == "aggregation" || from.Subtype == "aggregation":
		from.Subtype, from.Masking = "aggregation", from.Masking || on.Masking
	case on.Subtype == "transformation" || from.Subtype == "transformation":
		from.Subtype, from.Masking = "transformation", from.Masking || on.Masking
	}
	return from
}

// conditional are influences that only decide which statements run.
func conditional(list []plan.Input) []plan.Input {
	out := slices.Clone(list)
	for i := range out {
		out[i].Subtype, out[i].Masking = "conditional", false
	}
	return out
}

// indirect are influences on rows: those on values decide there.
func indirect(list []plan.Input) []plan.Input {
	for i := range list {
		if list[i].Direct() {
			list[i].Subtype, list[i].Masking = "filter", false
		}
	}
	return list
}

// digestWith is a digest of a meaning that the statements before it have a part in.
// Formatting and comments do not change it.
func digestWith(digest, prefix string) string {
	h := sha256.New()
	for _, part := range append([]string{digest}, words(prefix)...) {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func words(text string) []string {
	var out []string
	for _, t := range token.Meaning(text) {
		if t.Kind == token.Word { // keywords and names of the script have no case
			t.Text = strings.ToLower(t.Text)
		}
		out = append(out, t.Text)
	}
	return out
}

// flowOf is the lineage of a statement of a script.
func (env *environment) flowOf(statement gsql.ResolvedStatementNode) *plan.Lineage {
	if statement == nil {
		return nil
	}
	return env.e.lineageIn(statement, env.r, env.flow.bodies)
}

// change notes what a statement puts into a temporary table.
func (env *environment) change(statement gsql.ResolvedStatementNode) {
	var target *gsql.ResolvedTableScan
	switch s := statement.(type) {
	case *gsql.ResolvedInsertStmt:
		target = get(s.TableScan())
	case *gsql.ResolvedUpdateStmt:
		target = get(s.TableScan())
	case *gsql.ResolvedDeleteStmt:
		target = get(s.TableScan())
	case *gsql.ResolvedMergeStmt:
		target = get(s.TableScan())
	default:
		return
	}
	env.flow.columns(get(get(target.Table()).Name()), env.flowOf(statement))
}
