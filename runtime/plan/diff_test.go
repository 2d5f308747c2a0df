package plan

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// summary is one line a change, enough to compare in a table test.
func summary(c Changes) []string {
	var out []string
	for _, x := range c.Changes {
		line := string(x.Op) + " " + x.Kind + " " + x.Name
		if x.Breaking {
			line += " breaking"
		}
		if x.Formatting {
			line += " formatting"
		}
		if x.Implied {
			line += " implied"
		}
		if len(x.Because) > 0 {
			line += " because " + strings.Join(x.Because, ", ")
		}
		if len(x.Reasons) > 0 {
			line += ": " + strings.Join(x.Reasons, "; ")
		}
		out = append(out, line)
	}
	return out
}

func TestDiff(t *testing.T) {
	task := func(p *Plan, id string) *Task { return p.TaskByID(id) }
	table := func(p *Plan, name string) *Table { return p.TableByName(name) }
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   []string
	}{
		{"nothing", func(*Plan) {}, nil},
		{"a declaration moves to another file", func(p *Plan) {
			table(p, "core.members").Origin = Origin{File: "other.cue", Line: 9, Col: 3}
			task(p, "core.members").Origin = Origin{File: "other.cue", Line: 9, Col: 3}
		}, nil},
		{"SQL", func(p *Plan) {
			x := table(p, "core.members")
			x.SQL, x.Definition = "SELECT id, LOWER(name) AS name FROM app.members", "sha256:2"
			task(p, "core.members").Query.SQL = "SELECT id, lower(name) AS name FROM app.members"
		}, []string{
			"indirect table core.active because table core.members: its rows may change through table core.members",
			"modified table core.members: SQL changed",
			"modified task core.members implied: SQL changed",
			"indirect task core.members/id_unique because table core.members: what it reads changes through table core.members",
			"indirect task export.active because table core.active: what it reads changes through table core.active",
			"indirect sla members_ready because table core.members: its target table core.members changes",
		}},
		{"layout of SQL", func(p *Plan) {
			table(p, "core.members").SQL = "SELECT id, name\nFROM app.members <&>"
		}, []string{"modified table core.members formatting: SQL changed in layout and comments only"}},
		{"column removed and another's type changed", func(p *Plan) {
			x := table(p, "core.members")
			x.Columns, x.Definition = []Column{{Name: "id", Type: "STRING"}}, "sha256:2"
		}, []string{
			"indirect table core.active because table core.members: its rows may change through table core.members",
			"modified table core.members breaking: column id changes type from INT64 to STRING; column name STRING removed",
			"indirect task core.members/id_unique because table core.members: what it reads changes through table core.members",
			"indirect task export.active because table core.active: what it reads changes through table core.active",
			"indirect sla members_ready because table core.members: its target table core.members changes",
		}},
		{"description only", func(p *Plan) { table(p, "core.members").Description = "Members." },
			[]string{`modified table core.members: description is now "Members."`}},
		{"what a task waits for", func(p *Plan) {
			x := task(p, "export.active")
			x.After = append(slices.Clone(x.After), "app.members")
		}, []string{"modified task export.active: after gains app.members"}},
		{"end of a long description", func(p *Plan) {
			table(p, "core.members").Description = strings.Repeat("Members and again ", 8) + "members."
		}, []string{`modified table core.members: description is now "` + strings.Repeat("Members and again ", 8)[:most] + `…"`}},
		{"columns reordered", func(p *Plan) { slices.Reverse(table(p, "app.members").Columns) },
			[]string{"modified table app.members: columns change their order"}},
		{"routine", func(p *Plan) {
			p.Routines = []Routine{{Name: "core.f", SQL: "CREATE FUNCTION core.f() AS (2)"}}
			table(p, "core.active").Definition = "sha256:2"
		}, []string{
			"added routine core.f",
			"indirect table core.active because routine core.f: its definition changes through routine core.f",
			"indirect task export.active because table core.active: what it reads changes through table core.active",
		}},
		{"variable", func(p *Plan) {
			p.Variables[0].Value = "16"
			task(p, "core.active").Query.Parameters = []string{"min_age"}
		}, []string{
			`modified variable min_age: value changes from "13" to "16"`,
			"indirect table core.active because variable min_age: its rows may change through variable min_age",
			`modified task core.active: query.parameters is now "min_age"`,
			"indirect task export.active because table core.active: what it reads changes through table core.active",
		}},
		{"table and task added", func(p *Plan) {
			p.Tables = append(p.Tables, Table{Name: "core.new", Kind: "view", Definition: "sha256:1"})
			p.Tasks = append(p.Tasks, Task{ID: "core.new", Kind: Query, Node: "core.new", Query: &QuerySpec{Table: "core.new"}})
		}, []string{"added table core.new", "added task core.new implied"}},
		{"export removed", func(p *Plan) { p.Tasks = p.Tasks[:4] }, []string{"removed task export.active"}},
		{"window makes a task and a promise later", func(p *Plan) {
			p.Windows[0].Pools = map[string]int{"ingest": 2}
			task(p, "core.members").Planned = 30
			p.SLAs[0].PredictedMin = 42
		}, []string{
			`modified window peak: pools.ingest changes from "6" to "2"; pools.sql was "4" and is gone`,
			"indirect task core.members because window peak: planned to start at 00:30 instead of 00:00, 30 min later",
			"indirect sla members_ready because task core.members: predicted for 00:42 instead of 00:12, 30 min later",
		}},
		{"promise", func(p *Plan) { p.SLAs[0].ReadyBy = "09:00" },
			[]string{`modified sla members_ready: ready by changes from "10:00" to "09:00"`}},
		{"platform", func(p *Plan) { p.TimeZone, p.Warehouse.Threads = "Asia/Seoul", 2 },
			[]string{`modified platform shop: time zone changes from "Asia/Tokyo" to "Asia/Seoul"; warehouse.threads changes from "0" to "2"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := example()
			c.change(p)
			got := Diff(example(), p)
			if s := summary(got); !slices.Equal(s, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(s, "\n  "), strings.Join(c.want, "\n  "))
			}
			if _, err := Seal(p); err != nil {
				t.Fatal(err)
			}
			if sealed := Diff(example(), p); sealed.Same() != (c.name == "nothing") {
				t.Errorf("the same plan: %v", sealed.Same())
			}
			if got.Empty() != (len(c.want) == 0) {
				t.Error("Empty disagrees with the list")
			}
			// The same change always gives the same bytes.
			got.New = p.Digest
			a, _ := json.Marshal(got)
			b, _ := json.Marshal(Diff(example(), p))
			if string(a) != string(b) {
				t.Error("two runs differ")
			}
		})
	}
}

func TestDiffOfNothingApplied(t *testing.T) {
	p := example()
	c := Diff(nil, p)
	if n := c.Count(Added); n == 0 || len(c.Changes) != n+3 {
		t.Errorf("want everything added, three tasks implied by their tables, got %d of %d: %v", n, len(c.Changes), summary(c))
	}
	if c.Old != "" || c.New != p.Digest {
		t.Errorf("digests %q, %q", c.Old, c.New)
	}
	if x := c.Find("table", "core.members"); x == nil || x.Op != Added {
		t.Errorf("Find gives %v", x)
	}
}

func TestDiffKeepsSQLForTheTextDiff(t *testing.T) {
	p := example()
	p.Tables[1].SQL += " -- x"
	c := Diff(example(), p).Find("table", "core.active")
	if c == nil || len(c.Fields) != 1 || c.Fields[0].Old == "" || c.Fields[0].New != p.Tables[1].SQL {
		t.Errorf("want the whole SQL in old and new, got %+v", c)
	}
}

// BenchmarkDiffEverything10000: everything changes and moves at once.
func BenchmarkDiffEverything10000(b *testing.B) {
	old, new := wide(10000), wide(10000)
	new.Windows[0].Pools["sql"] = 1
	for i := range new.Tasks {
		new.Tasks[i].Planned, new.Tasks[i].Pool = i%1000+1, "sql"
		new.Tables[i].Definition, new.Tables[i].SQL = "sha256:other", "SELECT 2"
	}
	for b.Loop() {
		if c := Diff(old, new); c.Count(Modified) < 10000 {
			b.Fatal(c.Count(Modified))
		}
	}
}

func BenchmarkDiff10000(b *testing.B) {
	old, new := wide(10000), wide(10000)
	new.Tables[0].Definition = "sha256:other"
	for b.Loop() {
		if c := Diff(old, new); c.Count(Affected) != 10000 {
			b.Fatal(c.Count(Affected))
		}
	}
}

// What two long values have in common does not hide where they differ.
func TestApart(t *testing.T) {
	long := strings.Repeat("Members, ", 12)
	for _, c := range []struct{ old, new, wantOld, wantNew string }{
		{"a", "b", "a", "b"},
		{"a\nb", "a\nc", "a\nb", "a\nc"},
		{long, long + "and again", "…, Members, Members, ", "…, Members, Members, and again"},
		{long + "日", long + "本", "…, Members, Members, 日", "…, Members, Members, 本"},
	} {
		if a, b := apart(c.old, c.new); a != c.wantOld || b != c.wantNew {
			t.Errorf("apart(%q, %q) = %q, %q", c.old, c.new, a, b)
		}
	}
}

func TestExchange(t *testing.T) {
	for _, c := range []struct {
		lost, gained []string
		want         string
	}{
		{[]string{"a"}, nil, "loses a"},
		{[]string{"a", "b"}, []string{"c"}, "gains c and loses a, b"},
		{nil, strings.Split("abcdef", ""), "gains a, b, c, d, e, f"},
		{nil, strings.Split("abcdefg", ""), "gains a, b, c, d, e and 2 more"},
	} {
		if got := exchange(c.lost, c.gained); got != c.want {
			t.Errorf("exchange(%v, %v) = %q, want %q", c.lost, c.gained, got, c.want)
		}
	}
}
