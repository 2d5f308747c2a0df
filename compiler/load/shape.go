package load

import (
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// The rules of shape that the schema does not say, because disjunctions of structs
// are dear in CUE: which fields belong together and which exclude one another.

// oneOf reports a node that gives both or neither of two fields.
func (d *decoder) oneOf(section string, n spec.Node, a string, av spec.Text, b string, bv spec.Text) {
	node := n.Name
	if section == "export" {
		node = "export." + n.Name
	}
	switch {
	case av.Set && bv.Set:
		d.diags.Errorf(diag.ExactlyOne, bv.At, "%s %q has both %s and %s", section, n.Name, a, b).
			WithNode(node).
			WithRelated(av.At, "%s is given here", a).
			WithHint("keep exactly one of %s and %s", a, b)
	case !av.Set && !bv.Set:
		d.diags.Errorf(diag.ExactlyOne, n.At, "%s %q has neither %s nor %s", section, n.Name, a, b).
			WithNode(node).
			WithHint("give exactly one of %s and %s", a, b)
	}
}

// routineShape wants one body. What is not SQL has to say what it returns.
func (d *decoder) routineShape(r *spec.Routine) {
	foreign := r.JS
	what := "js"
	if r.Remote != nil {
		foreign, what = r.Remote.Endpoint, "remote"
	}
	report := func(at diag.Span, hint, format string, args ...any) {
		d.diags.Errorf(diag.ShapeError, at, format, args...).WithNode(r.Name).WithHint("%s", hint)
	}
	switch {
	case !foreign.Set:
		d.oneOf("routine", r.Node, "sql", r.SQL, "sql_file", r.SQLFile)
	case r.SQL.Set || r.SQLFile.Set || r.JS.Set && r.Remote != nil:
		report(foreign.At, "keep exactly one of sql, sql_file, js and remote", "routine %q has more than one body", r.Name)
	case !r.Returns.Set:
		report(foreign.At, "give the GoogleSQL type of the result, for example returns: \"STRING\"", "routine %q is not SQL and has no returns", r.Name)
	case r.Kind.V == "table" || what == "remote" && r.Kind.V == "aggregate":
		report(r.Kind.At, "make it a scalar function", "routine %q is %s and cannot be a function of the kind %s", r.Name, what, r.Kind.V)
	}
	if len(r.Libraries) > 0 && !r.JS.Set {
		report(r.Libraries[0].At, "leave libraries out", "routine %q has libraries but no js", r.Name)
	}
}

func (d *decoder) tableShape(t *spec.Table) {
	d.oneOf("table", t.Node, "sql", t.SQL, "sql_file", t.SQLFile)
	report := func(at diag.Span, hint, format string, args ...any) {
		d.diags.Errorf(diag.ShapeError, at, format, args...).WithNode(t.Name).WithHint("%s", hint)
	}
	incremental := t.Materialization.V == "incremental"
	switch {
	case incremental && t.Incremental == nil:
		report(t.Materialization.At, `add incremental: strategy: "replace_partition" (or "merge" with a key, or "append")`,
			"table %q is incremental but does not say how new rows join it", t.Name)
	case !incremental && t.Incremental != nil:
		report(t.Incremental.At, `set materialization: "incremental", or remove incremental`,
			"table %q has incremental settings but its materialization is %q", t.Name, t.Materialization.V)
	}
	if i := t.Incremental; i != nil {
		switch {
		case i.Strategy.V == "merge" && len(i.Key) == 0:
			report(i.Strategy.At, `add the columns that identify a row: key: ["id"]`,
				"table %q merges but names no key", t.Name)
		case i.Strategy.V != "merge" && len(i.Key) > 0:
			report(i.Key[0].At, `set strategy: "merge", or remove key`,
				"table %q names a key, which strategy %q does not use", t.Name, i.Strategy.V)
		case i.Strategy.V == "replace_partition" && t.Partition == nil:
			report(i.Strategy.At, `add partition: column: "…"`,
				"table %q replaces partitions but has no partition", t.Name)
		}
	}
	if t.Materialization.V == "view" {
		for _, f := range []struct {
			name string
			has  bool
			at   diag.Span
		}{
			{"partition", t.Partition != nil, atOf(t.Partition, func(p *spec.Partition) diag.Span { return p.At })},
			{"cluster_by", len(t.ClusterBy) > 0, firstAt(t.ClusterBy)},
			{"retention", t.Retention.Set, t.Retention.At},
		} {
			if f.has {
				report(f.at, `remove it, or set materialization: "table"`, "table %q is a view; %s is for tables that keep rows", t.Name, f.name)
			}
		}
	}
	if t.Analysis.V != "strict" && !t.AnalysisReason.Set {
		report(t.Analysis.At, `add analysis_reason: "…", or remove analysis`, "table %q lowers analysis to %q without a reason", t.Name, t.Analysis.V)
	}
	d.distinct(t.Name, "cluster_by", t.ClusterBy)
}

func (d *decoder) sourceTableShape(source string, t *spec.SourceTable) {
	node := source + "." + t.Name
	report := func(at diag.Span, hint, format string, args ...any) {
		d.diags.Errorf(diag.ShapeError, at, format, args...).WithNode(node).WithHint("%s", hint)
	}
	modeAt := t.Mode.At
	if modeAt.IsZero() {
		modeAt = t.At
	}
	if t.Mode.V == "incremental" {
		if !t.Cursor.Set {
			report(modeAt, `add the column that only grows: cursor: "updated_at"`, "source table %q is incremental but names no cursor", node)
		}
		if len(t.Key) == 0 {
			report(modeAt, `add the columns that identify a row: key: ["id"]`, "source table %q is incremental but names no key", node)
		}
	} else if t.Cursor.Set {
		report(t.Cursor.At, `set mode: "incremental", or remove cursor`, "source table %q names a cursor, which mode %q does not use", node, t.Mode.V)
	}
	if t.Mode.V == "partition" && t.Partition == nil && !strings.HasSuffix(t.Name, "*") {
		t.Partition = &spec.SourcePartition{At: modeAt, By: spec.Text{V: "day"}, Column: spec.Text{V: "load_date"}}
	}
	if t.Partition != nil && t.Mode.V != "partition" && t.Mode.V != "external" {
		report(t.Partition.At, `set mode: "partition", or remove partition`, "source table %q has a partition, which mode %q does not use", node, t.Mode.V)
	}
	if len(t.Columns) == 0 {
		report(t.At, `add columns: id: type: "INT64" and so on`, "source table %q has no columns", node)
	}
	if t.Wait.Set && !t.Arrives.Set {
		report(t.Wait.At, `add arrives: "HH:MM", or remove wait`, "source table %q waits without saying when its data arrives", node)
	}
	d.distinct(node, "key", t.Key)
}

func (d *decoder) checkShape(c *spec.Check) {
	if c.Kind.V != "row_count" {
		return
	}
	if !c.Min.Set && !c.Max.Set && !c.MaxChangePercent.Set {
		d.diags.Errorf(diag.ShapeError, c.At, "check %q counts rows but bounds nothing", c.Name).
			WithHint("give min, max or max_change_percent")
	}
	if c.Min.Set && c.Max.Set && c.Min.V > c.Max.V {
		d.diags.Errorf(diag.ShapeError, c.Min.At, "check %q wants at least %d and at most %d rows", c.Name, c.Min.V, c.Max.V).
			WithRelated(c.Max.At, "max is given here").
			WithHint("min is at most max")
	}
}

// distinct reports a name that stands twice in a list.
func (d *decoder) distinct(node, field string, names []spec.Text) {
	seen := map[string]diag.Span{}
	for _, n := range names {
		if first, ok := seen[n.V]; ok {
			d.diags.Errorf(diag.ShapeError, n.At, "%s names %q twice", field, n.V).
				WithNode(node).WithRelated(first, "first named here").WithHint("remove one of them")
			continue
		}
		seen[n.V] = n.At
	}
}

func firstAt(list []spec.Text) diag.Span {
	if len(list) == 0 {
		return diag.Span{}
	}
	return list[0].At
}

func atOf[T any](p *T, at func(*T) diag.Span) diag.Span {
	if p == nil {
		return diag.Span{}
	}
	return at(p)
}
