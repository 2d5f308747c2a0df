package resolve

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// checks resolves the checks of tables and those that stand alone, and makes the SQL
// of each.
func (r *resolver) checks() {
	for _, t := range r.m.Tables {
		var own []*spec.Check
		switch {
		case t.Spec != nil:
			own = t.Spec.Checks
		case t.SourceTable != nil:
			own = t.SourceTable.Checks
		}
		for _, c := range own {
			r.addCheck(c, t.Name+"/"+c.Name, t)
		}
	}
	for _, c := range r.sp.Checks {
		if r.nodes["check."+c.Name].check == c {
			r.addCheck(c, "check."+c.Name, nil)
		}
	}
	byID := func(a, b *model.Check) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(r.m.Checks, byID)
	for _, t := range r.m.Tables {
		slices.SortFunc(t.Checks, byID)
	}
}

// addCheck resolves one check; in is the table whose declaration it stands in.
func (r *resolver) addCheck(c *spec.Check, id string, in *model.Table) {
	node, _, _ := strings.Cut(id, "/")
	r.team(c.Owner)
	r.pool(c.Pool)
	check := &model.Check{ID: id, Name: c.Name, Spec: c, Table: in}
	switch {
	case in == nil:
		check.Table = r.table(c.Table, node)
	case c.Table.V != "" && c.Table.V != in.Name:
		r.diags.Errorf(diag.CheckWithoutTable, c.Table.At, "check %q stands in %q but names the table %q", c.Name, in.Name, c.Table.V).
			WithNode(node).
			WithHint("leave table out, or move the check to the top-level check")
	}
	needsTable := c.Kind.V != "reconcile" && c.Kind.V != "sql"
	if needsTable && check.Table == nil && c.Table.V == "" {
		r.diags.Errorf(diag.CheckWithoutTable, c.At, "check %q is of kind %s and needs a table", c.Name, c.Kind.V).
			WithNode(node).
			WithHint("add table: \"<dataset>.<table>\"")
	}
	check.To = r.table(c.To, node)
	check.Owner = cmp.Or(c.Owner.V, ownerOf(check.Table), r.sp.Info.Owner.V)
	r.checkQueries(check)
	columnsKnown := r.checkColumns(check)
	text, parameters := r.checkSQL(check)
	check.Statement = &model.Statement{
		Node: id, Text: text, At: c.At, Made: true, Level: "strict", Parameters: parameters,
		Failed: text == "" || !columnsKnown,
	}
	for _, t := range []*model.Table{check.Table, check.To} {
		if t != nil {
			check.Statement.Refs = append(check.Statement.Refs, model.Ref{Name: t.Name, At: c.At, Table: t})
			check.Reads = append(check.Reads, t)
		}
	}
	for _, q := range check.Queries {
		check.Reads = append(check.Reads, r.resolveRefs(q)...)
		check.Statement.Refs = append(check.Statement.Refs, q.Refs...)
		check.Statement.Failed = check.Statement.Failed || q.Failed
	}
	sortTables(check.Reads)
	check.Reads = slices.Compact(check.Reads)
	if check.Table != nil {
		check.Table.Checks = append(check.Table.Checks, check)
	}
	r.m.Checks = append(r.m.Checks, check)
}

func ownerOf(t *model.Table) string {
	if t == nil {
		return ""
	}
	return t.Owner
}

// checkQueries takes the user's own texts in a check.
func (r *resolver) checkQueries(check *model.Check) {
	c := check.Spec
	switch c.Kind.V {
	case "sql":
		check.Queries = []*model.Statement{r.statement(check.ID, spec.Text{}, c.Query, "")}
	case "reconcile":
		check.Queries = []*model.Statement{
			r.statement(check.ID+"/left", spec.Text{}, c.Left, ""),
			r.statement(check.ID+"/right", spec.Text{}, c.Right, ""),
		}
	}
}

// checkColumns reports columns that a check names and its table, where its columns
// are declared, does not have.
func (r *resolver) checkColumns(check *model.Check) bool {
	before := len(r.diags)
	c := check.Spec
	list := slices.Clone(c.Columns)
	if c.Column.V != "" {
		list = append(list, c.Column)
	}
	if t := check.Table; t != nil && len(t.Columns) > 0 {
		known := *t
		known.Columns = append(slices.Clone(t.Columns), t.PseudoColumns...)
		r.ownColumns(&known, list, "check "+`"`+check.Name+`"`)
	}
	if check.To != nil && len(check.To.Columns) > 0 {
		r.ownColumns(check.To, []spec.Text{c.ToColumn}, "check "+`"`+check.Name+`"`)
	}
	return len(r.diags) == before
}

// columnKind is the declared type of a table's column; empty where it is inferred.
func columnKind(t *model.Table, name string) sqltype.Kind {
	if c := findColumn(t.Columns, name); c != nil {
		return c.Type.Kind
	}
	return ""
}
