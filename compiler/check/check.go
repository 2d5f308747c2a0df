// Package check judges a resolved platform: what is declared well but cannot work,
// cannot hold, or is of no use. It changes nothing.
//
// Each family of rules has a file. A rule that cannot be sure stays silent: a sound
// platform has no diagnostics.
package check

import (
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// Run judges the platform by every rule.
func Run(m *model.Platform) diag.List {
	j := &judge{m: m, sp: m.Spec}
	j.findUses()
	j.cycles()
	j.redundantDependencies()
	j.unused()
	j.windows()
	j.poolsInUse()
	j.clocks()
	j.calendars()
	j.gates()
	j.neverMeasured()
	j.promises()
	j.masks()
	j.literalSecrets()
	j.tests()
	j.tableRules()
	return j.diags
}

// Columns judges by the rules that need every table's columns, inferred ones too: it
// runs after the SQL stage. Tables whose columns are still unknown are left alone.
func Columns(m *model.Platform) diag.List {
	j := &judge{m: m, sp: m.Spec}
	j.testColumns()
	j.freshDates()
	return j.diags
}

// judge carries what several rules need.
type judge struct {
	m     *model.Platform
	sp    *spec.Platform
	diags diag.List

	used map[*model.Table]bool // by something other than their own checks
}

// minutes is a clock time as minutes after the opening; false where it is none or
// was left out.
func (j *judge) minutes(clock spec.Text) (int, bool) {
	if clock.V == "" {
		return 0, false
	}
	at, err := plan.ParseClock(clock.V)
	if err != nil {
		return 0, false
	}
	start, err := plan.ParseClock(j.sp.Info.DayStart.V)
	if err != nil {
		start = 0
	}
	return plan.AfterOpening(at, start), true
}

// arrows joins names in the direction in which data flows.
func arrows(names []string) string { return strings.Join(names, " → ") }

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = `"` + n + `"`
	}
	return strings.Join(out, ", ")
}

// statements are all there are: of tables, routines, checks and exports.
func (j *judge) statements() []*model.Statement {
	var out []*model.Statement
	add := func(s *model.Statement) {
		if s != nil {
			out = append(out, s)
		}
	}
	for _, t := range j.m.Tables {
		add(t.Statement)
	}
	for _, f := range j.m.Routines {
		add(f.Statement)
	}
	for _, c := range j.m.Checks {
		add(c.Statement)
	}
	for _, e := range j.m.Exports {
		add(e.Statement)
	}
	return out
}

// findUses finds the tables that something reads or waits for. A table's own checks
// do not count; a promise does: somebody waits for it.
func (j *judge) findUses() {
	j.used = map[*model.Table]bool{}
	mark := func(tables ...*model.Table) {
		for _, t := range tables {
			if t != nil {
				j.used[t] = true
			}
		}
	}
	for _, t := range j.m.Tables {
		if len(t.ReadBy) > 0 {
			j.used[t] = true
		}
		mark(t.After...)
	}
	for _, f := range j.m.Routines {
		mark(f.Reads...)
	}
	for _, c := range j.m.Checks {
		for _, t := range c.Reads {
			if t != c.Table {
				j.used[t] = true
			}
		}
	}
	for _, e := range j.m.Exports {
		mark(e.Reads...)
	}
	for _, m := range j.m.Models {
		mark(m.Train, m.Predict)
	}
	for _, s := range j.m.SLAs {
		mark(j.m.TableByName[s.Target])
	}
}
