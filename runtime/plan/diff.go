package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Op says what happened to a thing between two plans.
type Op string

const (
	Added    Op = "added"
	Removed  Op = "removed"
	Modified Op = "modified" // what it declares changed
	Affected Op = "indirect" // it declares the same, and something that it depends on changed
)

// Change is what happened to one thing.
type Change struct {
	Op   Op     `json:"op"`
	Kind string `json:"kind"` // platform, variable, calendar, team, channel, secret, pool, window, dataset, routine, table, task, sla
	Name string `json:"name"`
	// Fields that differ, sorted by path; of a modified thing.
	Fields []Field `json:"fields,omitempty"`
	// Because names the nearest changed things that an affected one depends on, as
	// "<kind> <name>", sorted.
	Because []string `json:"because,omitempty"`
	// Reasons say the same in words, one line each.
	Reasons []string `json:"reasons,omitempty"`
	// Breaking: readers of a table may fail or lose data: a column is gone or has
	// another type, or the table must be made anew.
	Breaking bool `json:"breaking,omitempty"`
	// Formatting: only its SQL's words changed; the rows that it gives are the same.
	Formatting bool `json:"formatting,omitempty"`
	// Columns that change, of a table, export or model; by name.
	Columns []ColumnChange `json:"columns,omitempty"`
	// Rows: which rows there are changes.
	Rows bool `json:"rows,omitempty"`
	// Rebuild says what becomes of the rows that a table holds.
	Rebuild *Rebuild `json:"rebuild,omitempty"`
	// Implied: another change in the list says it already, such as the task of a
	// table that was added.
	Implied bool   `json:"implied,omitempty"`
	Origin  Origin `json:"origin"` // in the new plan; in the old one of what was removed
}

// Changes is all that is different between two plans.
type Changes struct {
	Old     string   `json:"old,omitempty"` // digest; empty where there was no plan
	New     string   `json:"new"`
	Changes []Change `json:"changes"` // by kind, then name
	// PersonalData is what is different in where data about people is and who lets it go;
	// by node and column. Not of a first apply.
	PersonalData []PersonalChange `json:"personal_data,omitempty"`
}

// Empty reports whether nothing is different.
func (c Changes) Empty() bool { return len(c.Changes) == 0 }

// Same reports whether the plans are one and the same. Plans without a change can
// differ still: in the lines that things were declared on.
func (c Changes) Same() bool { return c.Old == c.New }

// Count returns how many changes are of an op, implied ones left out.
func (c Changes) Count(op Op) int {
	n := 0
	for i := range c.Changes {
		if c.Changes[i].Op == op && !c.Changes[i].Implied {
			n++
		}
	}
	return n
}

// Find returns the change of one thing, nil where there is none.
func (c Changes) Find(kind, name string) *Change {
	return find(c.Changes, func(x *Change) bool { return x.Kind == kind && x.Name == name })
}

// kinds in the order in which changes are listed.
var kinds = []string{"platform", "variable", "calendar", "team", "channel", "secret", "pool", "window", "dataset", "routine", "table", "task", "sla"}

// Diff compares what is applied with what is to be applied. Old is nil where
// nothing is applied yet: everything is added then. Origins do not count: moving
// a declaration changes nothing.
func Diff(old, new *Plan) Changes {
	out := Changes{New: new.Digest}
	if old == nil {
		old = &Plan{Format: Format, Platform: new.Platform, Environment: new.Environment, Kind: new.Kind,
			TimeZone: new.TimeZone, DayStart: new.DayStart, Warehouse: new.Warehouse}
	} else {
		out.Old = old.Digest
		out.PersonalData = personal(old, new)
	}
	d := &diff{old: old, new: new, changes: map[string]*Change{}, moved: map[string]bool{}, own: map[string]*effect{}}
	d.platform()
	lists(d, "variable", old.Variables, new.Variables, func(x *Variable) (string, Origin) { return x.Name, Origin{} })
	lists(d, "calendar", old.Calendars, new.Calendars, func(x *Calendar) (string, Origin) { return x.Name, Origin{} })
	lists(d, "team", old.Teams, new.Teams, func(x *Team) (string, Origin) { return x.Name, Origin{} })
	lists(d, "channel", old.Channels, new.Channels, func(x *Channel) (string, Origin) { return x.Name, Origin{} })
	lists(d, "secret", old.Secrets, new.Secrets, func(x *Secret) (string, Origin) { return x.Name, Origin{} })
	lists(d, "pool", old.Pools, new.Pools, func(x *Pool) (string, Origin) { return x.Name, Origin{} })
	lists(d, "window", old.Windows, new.Windows, func(x *Window) (string, Origin) { return x.Name, Origin{} })
	lists(d, "dataset", old.Datasets, new.Datasets, func(x *Dataset) (string, Origin) { return x.Name, Origin{} })
	lists(d, "routine", old.Routines, new.Routines, func(x *Routine) (string, Origin) { return x.Name, x.Origin }, "origin")
	lists(d, "table", old.Tables, new.Tables, func(x *Table) (string, Origin) { return x.Name, x.Origin }, "origin", "definition", "lineage")
	lists(d, "task", old.Tasks, new.Tasks, func(x *Task) (string, Origin) { return x.ID, x.Origin },
		"origin", "earliest_min", "latest_min", "planned_min", "export.lineage")
	lists(d, "sla", old.SLAs, new.SLAs, func(x *SLA) (string, Origin) { return x.Name, x.Origin }, "origin", "predicted_min")
	d.windows, d.routines = d.changed("window"), d.changed("routine")
	d.tables()
	d.tasks()
	d.slas()

	for _, c := range d.changes {
		out.Changes = append(out.Changes, *c)
	}
	slices.SortFunc(out.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// diff collects changes by "<kind> <name>".
type diff struct {
	old, new *Plan
	changes  map[string]*Change
	own      map[string]*effect // of tables that are new or defined anew
	follow   *effects
	moved    map[string]bool // tables whose contents change, directly or not
	windows  []string        // that changed, as "window <name>", sorted
	routines []string        // the same
}

func (d *diff) get(kind, name string) *Change { return d.changes[kind+" "+name] }

// changed lists what changed of a kind, as "<kind> <name>", sorted.
func (d *diff) changed(kind string) []string {
	var list []string
	for name, c := range d.changes {
		if c.Kind == kind {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func (d *diff) put(c *Change) { d.changes[c.Kind+" "+c.Name] = c }

// affect notes that a thing depends on changed things. What changed by itself
// keeps its op.
func (d *diff) affect(kind, name string, at Origin, because []string, reason string) {
	c := d.get(kind, name)
	if c == nil {
		c = &Change{Op: Affected, Kind: kind, Name: name, Origin: at}
		d.put(c)
	}
	c.Because = union(c.Because, because)
	c.Reasons = append(c.Reasons, reason)
}

func (d *diff) platform() {
	type info struct {
		Platform    string    `json:"platform"`
		Environment string    `json:"environment"`
		Kind        string    `json:"kind"`
		TimeZone    string    `json:"time_zone"`
		DayStart    string    `json:"day_start"`
		Warehouse   Warehouse `json:"warehouse"`
	}
	of := func(p *Plan) info {
		return info{p.Platform, p.Environment, p.Kind, p.TimeZone, p.DayStart, p.Warehouse}
	}
	if fs := fields(of(d.old), of(d.new)); len(fs) > 0 {
		d.put(&Change{Op: Modified, Kind: "platform", Name: d.new.Platform, Fields: fs, Reasons: words(fs)})
	}
}

// lists compares two lists of things with unique names.
func lists[T any](d *diff, kind string, old, new []T, key func(*T) (string, Origin), skip ...string) {
	was := byName(old, func(x *T) string { name, _ := key(x); return name })
	is := byName(new, func(x *T) string { name, _ := key(x); return name })
	for name, a := range was {
		if is[name] == nil {
			_, at := key(a)
			d.put(&Change{Op: Removed, Kind: kind, Name: name, Origin: at})
		}
	}
	for name, b := range is {
		_, at := key(b)
		a := was[name]
		if a == nil {
			d.put(&Change{Op: Added, Kind: kind, Name: name, Origin: at})
			continue
		}
		if fs := fields(*a, *b, skip...); len(fs) > 0 {
			d.put(&Change{Op: Modified, Kind: kind, Name: name, Fields: fs, Reasons: words(fs), Origin: at})
		}
	}
}

// sqlPaths are the fields that hold SQL, shown as a text diff and not in a line.
var sqlPaths = []string{"sql", "query.sql", "check.sql", "export.sql"}

// words says each field's change in a line.
func words(fs []Field) []string {
	var out []string
	for _, f := range fs {
		what := f.Path
		if !strings.Contains(what, ".") {
			what = strings.ReplaceAll(what, "_", " ")
		}
		column, isColumn := strings.CutPrefix(f.Path, "columns.")
		whole := isColumn && !strings.Contains(column, ".")
		switch {
		case slices.Contains(sqlPaths, f.Path):
			out = append(out, "SQL changed")
		case f.Path == "definition":
			out = append(out, "what it computes changes")
		case whole && f.Old == "":
			out = append(out, fmt.Sprintf("column %s %s added", column, f.New))
		case whole && f.New == "":
			out = append(out, fmt.Sprintf("column %s %s removed", column, f.Old))
		case isColumn && strings.HasSuffix(column, ".type"):
			out = append(out, fmt.Sprintf("column %s changes type from %s to %s", strings.TrimSuffix(column, ".type"), f.Old, f.New))
		case isColumn && strings.HasSuffix(column, ".description"):
			out = append(out, fmt.Sprintf("column %s is described anew", strings.TrimSuffix(column, ".description")))
		case f.Path == "columns":
			out = append(out, "columns change their order")
		case f.Old == "":
			out = append(out, fmt.Sprintf("%s is now %s", what, quote(f.New)))
		case f.New == "":
			out = append(out, fmt.Sprintf("%s was %s and is gone", what, quote(f.Old)))
		case len(f.lost)+len(f.gained) > 0:
			out = append(out, what+" "+exchange(f.lost, f.gained))
		default:
			a, b := apart(f.Old, f.New)
			out = append(out, fmt.Sprintf("%s changes from %s to %s", what, quote(a), quote(b)))
		}
	}
	return out
}

// exchange says what a list of names gains and loses.
func exchange(lost, gained []string) string {
	var parts []string
	if len(gained) > 0 {
		parts = append(parts, "gains "+some(gained))
	}
	if len(lost) > 0 {
		parts = append(parts, "loses "+some(lost))
	}
	return strings.Join(parts, " and ")
}

// some keeps a list of names on the line.
func some(names []string) string {
	const shown = 5
	if len(names) > shown+1 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// most is how much of a value is shown.
const most = 80

// apart leaves out what two values begin with in common where it would hide where
// they differ.
func apart(a, b string) (string, string) {
	x, y := []rune(a), []rune(b)
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] && x[same] != '\n' {
		same++
	}
	const before = 20
	if same < most-before {
		return a, b
	}
	return "…" + string(x[same-before:]), "…" + string(y[same-before:])
}

// quote keeps a value on the line.
func quote(s string) string {
	if strings.Contains(s, "\n") {
		s, _, _ = strings.Cut(s, "\n")
		s += " …"
	}
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return `"` + s + `"`
}
