package check

import (
	"regexp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// unused reports what is declared and changes nothing.
func (j *judge) unused() {
	j.unusedSources()
	j.orphanTables()
	j.unusedNames()
	j.unusedVariables()
	j.unusedRoutines()
}

func (j *judge) unusedSources() {
	for _, s := range j.sp.Sources {
		var idle []*model.Table
		for _, t := range s.Tables {
			if table := j.m.TableByName[s.Name+"."+t.Name]; table != nil && table.SourceTable == t && !j.used[table] {
				idle = append(idle, table)
			}
		}
		if len(idle) == len(s.Tables) {
			j.diags.Warnf(diag.UnusedSource, s.At, "nothing reads the source %q", s.Name).
				WithNode(s.Name).WithHint("read one of its tables, or remove the source")
			continue
		}
		for _, t := range idle {
			j.diags.Warnf(diag.UnusedSourceTable, t.At, "nothing reads the source table %q", t.Name).
				WithNode(t.Name).WithHint("read it, or remove it so that it is not transferred every day")
		}
	}
}

func (j *judge) orphanTables() {
	for _, t := range j.m.Tables {
		if t.Spec != nil && t.Owner == "" && !j.used[t] {
			j.diags.Warnf(diag.OrphanTable, t.At, "nothing reads %q and no team owns it", t.Name).
				WithNode(t.Name).WithHint("give it an owner, or remove it")
		}
	}
}

// unusedNames reports pools, channels, secrets and calendars that nothing names, in
// whatever environment.
func (j *judge) unusedNames() {
	pools, channels, secrets, calendars := names{}, names{}, names{}, names{}
	for _, t := range j.m.Tasks {
		pools.add(t.Pool)
	}
	for _, s := range j.sp.Sources {
		pools.add(s.Pool.V)
		secrets.add(s.Connection.Secret.V)
	}
	for _, e := range j.sp.Environments {
		for _, o := range e.Sources {
			secrets.add(o.Secret.V)
		}
	}
	for _, c := range j.sp.Channels {
		secrets.add(c.Secret.V)
	}
	for _, t := range j.sp.Teams {
		channels.addAll(t.Channels)
	}
	for _, e := range j.sp.Exports {
		secrets.add(e.To.Secret.V)
		calendars.add(e.Calendar.V)
	}
	for _, s := range j.sp.SLAs {
		calendars.add(s.Calendar.V)
		for _, step := range s.Escalation {
			channels.addAll(step.Notify)
		}
	}
	report := func(code diag.Code, used names, n spec.Node, what, hint string) {
		if !used[n.Name] {
			j.diags.Warnf(code, n.At, "the %s %q is used nowhere", what, n.Name).WithHint("%s", hint)
		}
	}
	for _, p := range j.sp.Pools {
		report(diag.UnusedPool, pools, p.Node, "pool", "let a table, source, export or model run in it, or remove it")
	}
	for _, c := range j.sp.Channels {
		report(diag.UnusedChannel, channels, c.Node, "channel", "name it in a team or an escalation step, or remove it")
	}
	for _, s := range j.sp.Secrets {
		report(diag.UnusedSecret, secrets, s.Node, "secret", "name it where it is needed, or remove it")
	}
	for _, c := range j.sp.Calendars {
		report(diag.UnusedCalendar, calendars, c.Node, "calendar", "name it in an export or an SLA, or remove it")
	}
}

type names map[string]bool

func (n names) add(name string) { n[name] = true }

func (n names) addAll(list []spec.Text) {
	for _, t := range list {
		n[t.V] = true
	}
}

var parameter = regexp.MustCompile(`@([A-Za-z_][A-Za-z0-9_]*)`)

// unusedVariables looks for @name in all SQL, whether it parses or not.
func (j *judge) unusedVariables() {
	if len(j.m.Variables) == 0 {
		return
	}
	used := names{}
	for _, s := range j.statements() {
		for _, m := range parameter.FindAllStringSubmatch(s.Text, -1) {
			used.add(strings.ToLower(m[1]))
		}
	}
	for _, v := range j.m.Variables {
		if !used[strings.ToLower(v.Name)] {
			j.diags.Warnf(diag.UnusedVariable, v.Spec.At, "no SQL uses the variable %q", v.Name).
				WithHint("use @%s in a query, or remove the variable", v.Name)
		}
	}
}

// unusedRoutines looks for the routine's name in all SQL but its own body.
func (j *judge) unusedRoutines() {
	if len(j.m.Routines) == 0 {
		return
	}
	texts := j.statements()
	lower := make(map[*model.Statement]string, len(texts))
	for _, s := range texts {
		lower[s] = strings.ToLower(s.Text)
	}
	for _, f := range j.m.Routines {
		dataset, name, _ := strings.Cut(f.Name, ".")
		call := regexp.MustCompile("(?i)`?\\b" + regexp.QuoteMeta(dataset) + "\\b`?\\s*\\.\\s*`?\\b" + regexp.QuoteMeta(name) + `\b`)
		called := slices.ContainsFunc(texts, func(s *model.Statement) bool {
			return s != f.Statement && strings.Contains(lower[s], name) && call.MatchString(s.Text)
		})
		if !called {
			j.diags.Warnf(diag.UnusedRoutine, f.Spec.At, "no SQL calls the routine %q", f.Name).
				WithNode(f.Name).WithHint("call it, or remove it")
		}
	}
}
