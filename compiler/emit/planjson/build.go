package planjson

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
	"sluice/runtime/plan"
)

// Build makes the plan of a platform that is resolved, analysed and scheduled. It
// is pure: the same platform gives the same plan, whatever the order of its lists.
// Format and digest are set by plan.Seal.
func Build(m *model.Platform) *plan.Plan {
	b := builder{m: m, routines: map[string]*model.Routine{}, models: map[string]*model.Model{}}
	for _, r := range m.Routines {
		b.routines[r.Name] = r
	}
	for _, x := range m.Models {
		b.models[x.Name] = x
	}
	p := &plan.Plan{
		Format:      plan.Format,
		Platform:    m.Spec.Info.Name.V,
		Environment: m.Environment.Name,
		Kind:        m.Environment.Kind.V,
		TimeZone:    m.Spec.Info.TimeZone.V,
		DayStart:    cmp.Or(m.Spec.Info.DayStart.V, "00:00"),
		Warehouse:   b.warehouse(),
		Variables:   mapped(m.Variables, variable),
		Calendars:   mapped(m.Spec.Calendars, calendar),
		Teams:       mapped(m.Spec.Teams, team),
		Channels:    mapped(m.Spec.Channels, channel),
		Secrets:     mapped(m.Spec.Secrets, secret),
		Pools:       mapped(m.Spec.Pools, pool),
		Windows:     mapped(m.Spec.Windows, window),
		Datasets:    mapped(m.Datasets, dataset),
		Routines:    mapped(m.Routines, b.routine),
		Tables:      mapped(m.Tables, b.table),
		Tasks:       mapped(m.Tasks, b.task),
		SLAs:        mapped(m.SLAs, b.sla),
	}
	sortBy(p.Variables, func(x plan.Variable) string { return x.Name })
	sortBy(p.Calendars, func(x plan.Calendar) string { return x.Name })
	sortBy(p.Teams, func(x plan.Team) string { return x.Name })
	sortBy(p.Channels, func(x plan.Channel) string { return x.Name })
	sortBy(p.Secrets, func(x plan.Secret) string { return x.Name })
	sortBy(p.Pools, func(x plan.Pool) string { return x.Name })
	sortBy(p.Datasets, func(x plan.Dataset) string { return x.Name })
	sortBy(p.Tables, func(x plan.Table) string { return x.Name })
	sortBy(p.Tasks, func(x plan.Task) string { return x.ID })
	sortBy(p.SLAs, func(x plan.SLA) string { return x.Name })
	sortWindows(p)
	return p
}

// builder carries what the parts of a plan look up.
type builder struct {
	m        *model.Platform
	routines map[string]*model.Routine
	models   map[string]*model.Model
}

func (b *builder) warehouse() plan.Warehouse {
	w := b.m.Environment.Warehouse
	if b.m.Target == "duckdb" {
		return plan.Warehouse{
			Kind:     "duckdb",
			Path:     cmp.Or(w.Path.V, ".sluice/warehouse.duckdb"),
			MemoryMB: int(w.MemoryLimit.V / 1_000_000),
			Threads:  int(w.Threads.V),
		}
	}
	return plan.Warehouse{
		Kind:               "bigquery",
		Project:            cmp.Or(w.Project.V, b.m.Project),
		Location:           b.m.Location,
		Endpoint:           w.Endpoint.V,
		Reservation:        w.Reservation.V,
		MaximumBytesBilled: w.MaximumBytesBilled.V,
	}
}

func variable(v model.Variable) plan.Variable {
	return plan.Variable{Name: v.Name, Type: v.Type.String(), Value: v.Value}
}

var week = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func calendar(c *spec.Calendar) plan.Calendar {
	days := texts(c.Days)
	slices.SortFunc(days, func(a, b string) int { return cmp.Compare(slices.Index(week, a), slices.Index(week, b)) })
	return plan.Calendar{Name: c.Name, Days: slices.Compact(days), Holidays: sortedTexts(c.Holidays), ExtraDays: sortedTexts(c.ExtraDays)}
}

func team(t *spec.Team) plan.Team {
	return plan.Team{Name: t.Name, Members: texts(t.Members), Channels: texts(t.Channels)}
}

func channel(c *spec.Channel) plan.Channel {
	return plan.Channel{Name: c.Name, Kind: c.Kind.V, Channel: c.Channel.V, To: texts(c.To), URL: c.URL.V, Secret: c.Secret.V}
}

func secret(s *spec.Secret) plan.Secret {
	out := plan.Secret{Name: s.Name, SecretManager: s.SecretManager.V, Env: s.Env.V}
	if out.SecretManager != "" {
		out.Version = cmp.Or(s.Version.V, "latest")
	}
	return out
}

func pool(p *spec.Pool) plan.Pool {
	size := int(p.Size.V)
	if !p.Size.Set && size == 0 {
		size = 1
	}
	return plan.Pool{Name: p.Name, Size: size}
}

func window(w *spec.Window) plan.Window {
	out := plan.Window{Name: w.Name, Start: w.Start.V, End: w.End.V,
		Workers: int(w.Workers.V), Slots: int(w.Slots.V), Nodes: int(w.Nodes.V)}
	for _, p := range w.Pools {
		if out.Pools == nil {
			out.Pools = map[string]int{}
		}
		out.Pools[p.Name] = int(p.Size.V)
	}
	return out
}

// sortWindows orders windows by their start after the opening of the day.
func sortWindows(p *plan.Plan) {
	start, err := plan.ParseClock(p.DayStart)
	if err != nil {
		start = 0 // check reports it
	}
	after := func(w plan.Window) int {
		at, err := plan.ParseClock(w.Start)
		if err != nil {
			return 0
		}
		return plan.AfterOpening(at, start)
	}
	slices.SortFunc(p.Windows, func(a, b plan.Window) int {
		return cmp.Or(cmp.Compare(after(a), after(b)), cmp.Compare(a.Name, b.Name))
	})
}

func dataset(d *model.Dataset) plan.Dataset {
	return plan.Dataset{Name: d.Name, Physical: d.Physical}
}

func (b *builder) routine(r *model.Routine) plan.Routine {
	out := plan.Routine{Name: r.Name, Definition: b.routineDefinition(r), Origin: origin(r.Spec.At)}
	if b.m.Target == "bigquery" {
		out.SQL = b.createRoutine(r)
	}
	return out
}

// createRoutine is the statement that makes a routine in BigQuery. The embedded
// warehouse needs none: calls are expanded where they stand.
func (b *builder) createRoutine(r *model.Routine) string {
	var arguments []string
	for _, a := range r.Arguments {
		kind := "ANY TYPE"
		if !a.Type.IsZero() {
			kind = a.Type.WithoutParams().String()
		}
		arguments = append(arguments, "`"+a.Name+"` "+kind)
	}
	kind, returns := "FUNCTION", ""
	if !r.Returns.IsZero() {
		returns = " RETURNS " + r.Returns.WithoutParams().String() // parameters are not part of a signature
	}
	switch r.Spec.Kind.V {
	case "aggregate":
		kind = "AGGREGATE FUNCTION"
	case "table":
		kind, returns = "TABLE FUNCTION", ""
	}
	_, name, _ := strings.Cut(r.Name, ".")
	full := "`" + b.warehouse().Project + "." + r.Dataset.Physical + "." + name + "`"
	head := "CREATE OR REPLACE " + kind + " " + full + "(" + strings.Join(arguments, ", ") + ")" + returns
	switch s := r.Spec; {
	case s.Remote != nil:
		return head + " REMOTE WITH CONNECTION `" + s.Remote.Connection.V + "` OPTIONS (endpoint = " + sqltype.QuoteString(s.Remote.Endpoint.V) + ")"
	case s.JS.Set:
		head += " LANGUAGE js"
		if len(s.Libraries) > 0 {
			var list []string
			for _, l := range s.Libraries {
				list = append(list, sqltype.QuoteString(l.V))
			}
			head += " OPTIONS (library = [" + strings.Join(list, ", ") + "])"
		}
		return head + " AS " + sqltype.QuoteString(s.JS.V)
	}
	// The body may end in a comment, so the bracket stands on a line of its own.
	return head + " AS (\n" + r.Statement.Rendered + "\n)"
}

func (b *builder) table(t *model.Table) plan.Table {
	out := plan.Table{
		Name:       t.Name,
		Kind:       string(t.Kind),
		Columns:    columns(t.Columns),
		Reads:      b.reads(t),
		Definition: b.definition(t),
		Lineage:    t.Lineage,
		Owner:      t.Owner,
		Origin:     origin(t.At),
	}
	if t.Statement != nil {
		out.SQL = t.Statement.Text
	}
	switch {
	case t.Spec != nil:
		if d := t.Spec.Declassify; d != nil && len(t.Declassified) > 0 {
			out.Declassify = &plan.Release{Columns: t.Declassified, Reason: d.Reason.V, ApprovedBy: d.ApprovedBy.V}
		}
		out.ClusterBy = texts(t.Spec.ClusterBy)
		out.RetentionSec = t.Spec.Retention.V
		out.Description = t.Spec.Description.V
		out.Tags = sortedTexts(t.Spec.Tags)
		if p := t.Spec.Partition; p != nil {
			out.Partition, out.PartitionBy = p.Column.V, cmp.Or(p.By.V, "day")
		}
	case t.SourceTable != nil:
		out.Description = t.SourceTable.Description.V
		out.Tags = sortedTexts(t.SourceTable.Tags)
		out.Partition, out.PartitionBy = sourcePartition(t.SourceTable)
	case t.Model != nil:
		out.Description = t.Model.Description.V
		out.Tags = sortedTexts(t.Model.Tags)
	}
	return out
}

// reads lists what a table is made from; a prediction is made from what its model
// learns from and scores.
func (b *builder) reads(t *model.Table) []string {
	all := slices.Clone(t.Reads)
	if t.Model != nil {
		if x := b.models[t.Model.Name]; x != nil {
			all = append(all, x.Predict, x.Train)
		}
	}
	var names []string
	for _, r := range all {
		if r != nil {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sourcePartition is the column that a source's table is cut by and its unit.
func sourcePartition(t *spec.SourceTable) (column, by string) {
	if t.Mode.V != "partition" {
		return "", ""
	}
	column, by = "load_date", "day"
	if t.Partition != nil {
		column, by = cmp.Or(t.Partition.Column.V, column), cmp.Or(t.Partition.By.V, by)
	}
	return column, by
}

func columns(list []model.Column) []plan.Column {
	return mapped(list, func(c model.Column) plan.Column {
		return plan.Column{Name: c.Name, Type: c.Type.String(), Required: c.Required, Description: c.Description, Class: c.Class, Mask: c.Mask}
	})
}

func (b *builder) sla(s *model.SLA) plan.SLA {
	out := plan.SLA{
		Name:         s.Name,
		Description:  s.Spec.Description.V,
		Target:       s.Target,
		ReadyBy:      s.Spec.ReadyBy.V,
		Calendar:     s.Spec.Calendar.V,
		Percent:      cmp.Or(s.Spec.Percent.V, 98),
		Over:         cmp.Or(s.Spec.Over.V, "half_year"),
		Owner:        s.Owner,
		Stakeholders: texts(s.Spec.Stakeholders),
		WarnBefore:   s.Spec.WarnBefore.V,
		Runbook:      runbook(s.Spec.Runbook),
		Origin:       origin(s.Spec.At),
	}
	for _, t := range s.Tasks {
		out.Tasks = append(out.Tasks, t.ID)
	}
	slices.Sort(out.Tasks)
	for _, e := range s.Spec.Escalation {
		out.Escalation = append(out.Escalation, plan.Escalation{AfterSec: e.After.V, Notify: texts(e.Notify)})
	}
	slices.SortStableFunc(out.Escalation, func(a, b plan.Escalation) int { return cmp.Compare(a.AfterSec, b.AfterSec) })
	if b.m.Timetable != nil {
		out.PredictedMin = b.m.Timetable.BySLA[s.Name].Finish
	}
	return out
}

func runbook(r *spec.Runbook) *plan.Runbook {
	if r == nil {
		return nil
	}
	return &plan.Runbook{EscalateWhen: r.EscalateWhen.V, Steps: texts(r.Steps), Attitude: r.Attitude.V, URL: r.URL.V}
}

func origin(s diag.Span) plan.Origin {
	return plan.Origin{File: s.File, Line: int(s.Line), Col: int(s.Col)}
}

// mapped applies f to each element; an empty list stays nil.
func mapped[A, B any](list []A, f func(A) B) []B {
	var out []B
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}

func texts(list []spec.Text) []string {
	return mapped(list, func(t spec.Text) string { return t.V })
}

func sortedTexts(list []spec.Text) []string {
	out := texts(list)
	slices.Sort(out)
	return slices.Compact(out)
}

func sortBy[T any](list []T, key func(T) string) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}
