package check

import (
	"fmt"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sqltype"
)

// tableRules are rules about one table, source table or check.
func (j *judge) tableRules() {
	for _, t := range j.m.Tables {
		if t.SourceTable != nil {
			j.externalTable(t)
		}
	}
	for _, c := range j.m.Checks {
		switch c.Spec.Kind.V {
		case "freshness":
			j.freshness(c)
		case "reconcile":
			if c.Spec.Where.V != "" {
				j.diags.Warnf(diag.IgnoredWhere, c.Spec.Where.At, "where has no effect in the reconcile check %q", c.Name).
					WithNode(nodeOf(c.ID)).WithHint("put the condition into left and right")
			}
		}
	}
}

func nodeOf(id string) string {
	node, _, _ := strings.Cut(id, "/")
	return node
}

// movable are the kinds of source whose rows are never in BigQuery already.
var movable = []string{"postgres", "mysql", "mongodb", "rest"}

func (j *judge) externalTable(t *model.Table) {
	mode := t.SourceTable.Mode
	if mode.V != "external" {
		return
	}
	switch {
	case slices.Contains(movable, t.Source.Kind.V):
		j.diags.Errorf(diag.ExternalWithoutWarehouse, mode.At, "%q cannot be external: its source is of kind %s", t.Name, t.Source.Kind.V).
			WithNode(t.Name).WithHint("use mode full, incremental or partition")
	case t.Kind == model.ExternalKind && j.m.Target == "duckdb":
		j.diags.Errorf(diag.ExternalNotReachable, t.At, "%q exists in BigQuery, but the environment %q has DuckDB", t.Name, j.m.Environment.Name).
			WithNode(t.Name).WithHint(`let the environment read it from files: sources: %s: read: "files"`, t.Source.Name)
	}
}

const daySeconds = 24 * 3600

// age writes seconds as users write ages: in days where they are whole.
func age(seconds int64) string {
	if seconds > 0 && seconds%daySeconds == 0 {
		return fmt.Sprintf("%dd", seconds/daySeconds)
	}
	return span(seconds)
}

func (j *judge) freshness(c *model.Check) {
	if c.Table == nil || c.Spec.MaxAge.V == 0 {
		return
	}
	node := nodeOf(c.ID)
	if t := c.Table.Spec; t != nil && t.Retention.Set && t.Retention.V < c.Spec.MaxAge.V {
		j.diags.Warnf(diag.RetentionTooShort, c.Spec.MaxAge.At, "the check %q allows rows that are %s old, but %q drops them after %s",
			c.Name, age(c.Spec.MaxAge.V), c.Table.Name, age(t.Retention.V)).WithNode(node).
			WithRelated(t.Retention.At, "the retention is set here").WithHint("keep rows longer, or allow less age")
	}
}

// freshDates reports freshness checks of DATE columns that can never hold.
func (j *judge) freshDates() {
	for _, c := range j.m.Checks {
		if c.Table == nil || c.Spec.Kind.V != "freshness" || c.Spec.MaxAge.V == 0 || c.Spec.MaxAge.V >= daySeconds {
			continue
		}
		for _, column := range c.Table.Columns {
			if strings.EqualFold(column.Name, c.Spec.Column.V) && column.Type.Kind == sqltype.Date {
				j.diags.Errorf(diag.FreshnessNeverHolds, c.Spec.MaxAge.At, "the check %q can never hold: the newest %s, a DATE, is at least 24h old when its day ends", c.Name, column.Name).
					WithNode(nodeOf(c.ID)).WithHint(`write max_age: "1d" or more`)
			}
		}
	}
}
