package selector

import (
	"strings"
	"testing"

	"sluice/runtime/plan"
)

// diamond is app.a → core.b → mart.d → export.e, app.a → core.c → mart.d, and app.z alone.
func diamond() *plan.Plan {
	task := func(id string, kind plan.TaskKind, owner, file string, tags []string, after ...string) plan.Task {
		return plan.Task{ID: id, Kind: kind, Owner: owner, Tags: tags, After: after, Origin: plan.Origin{File: file}}
	}
	p := &plan.Plan{Tasks: []plan.Task{
		task("app.a", plan.Transfer, "data", "source.cue", nil),
		task("app.z", plan.Transfer, "data", "source.cue", nil),
		task("core.b", plan.Query, "data", "core/b.cue", []string{"daily"}, "app.a"),
		task("core.b/unique", plan.Check, "data", "core/b.cue", nil, "core.b"),
		task("core.c", plan.Query, "sales", "core/c.cue", nil, "app.a"),
		task("mart.d", plan.Query, "sales", "mart.cue", []string{"daily"}, "core.b", "core.b/unique", "core.c"),
		task("export.e", plan.Export, "sales", "export.cue", nil, "mart.d"),
	}}
	p.Tasks[0].Transfer = &plan.TransferSpec{Source: "app"}
	p.Tables = []plan.Table{{Name: "core.c", Kind: "view"}}
	return p
}

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		include, exclude, nodes string
	}{
		{"", "", "app.a app.z core.b core.c export.e mart.d"},
		{"core.b", "", "core.b"},
		{"core", "", "core.b core.c"},
		{"core.*", "", "core.b core.c"},
		{"+mart.d", "", "app.a core.b core.c mart.d"},
		{"1+mart.d", "", "core.b core.c mart.d"},
		{"core.b+", "", "core.b export.e mart.d"},
		{"core.b+1", "", "core.b mart.d"},
		{"1+core.b+1", "", "app.a core.b mart.d"},
		{"@core.b", "", "app.a core.b core.c export.e mart.d"},
		{"core.b export.e", "", "core.b export.e"},
		{"tag:daily,owner:sales", "", "mart.d"},
		{"path:core", "", "core.b core.c"},
		{"path:core/b.cue", "", "core.b"},
		{"kind:view", "", "core.c"},
		{"kind:transfer", "", "app.a app.z"},
		{"source:app+", "app.a", "core.b core.c export.e mart.d"},
	} {
		var include, exclude []string
		if c.include != "" {
			include = []string{c.include}
		}
		if c.exclude != "" {
			exclude = []string{c.exclude}
		}
		s, err := Select(diamond(), include, exclude)
		if err != nil {
			t.Errorf("%q: %v", c.include, err)
		}
		if got := strings.Join(s.Nodes, " "); got != c.nodes {
			t.Errorf("%q less %q: got %q, want %q", c.include, c.exclude, got, c.nodes)
		}
	}
}

func TestSelectTakesAllTasksOfANode(t *testing.T) {
	s, err := Select(diamond(), []string{"core.b"}, nil)
	if err != nil || strings.Join(s.Tasks, " ") != "core.b core.b/unique" {
		t.Fatalf("got %v, %v", s.Tasks, err)
	}
}

func TestSelectErrors(t *testing.T) {
	for in, want := range map[string]string{
		"core.bb":            `did you mean "core.b"?`,
		"nothing_like_it":    "sluice ls",
		"tag:none":           "matches nothing",
		"color:red":          "unknown method",
		"core.b,export.e":    "no node is in all of its parts",
		"+":                  "not of the form",
		" ":                  "empty selector",
		"[":                  "not a valid pattern",
		"99999999999+core.b": "too many",
	} {
		if _, err := Select(diamond(), []string{in}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", in, err, want)
		}
	}
}

func FuzzSelect(f *testing.F) {
	for _, s := range []string{"+core.b+", "@mart.d", "1+core.b+2", "tag:daily,core", "a b", "[", "+"} {
		f.Add(s)
	}
	p := diamond()
	f.Fuzz(func(t *testing.T, s string) {
		sel, err := Select(p, []string{s}, nil)
		if err == nil && len(sel.Nodes) == 0 {
			t.Fatalf("%q: empty selection without an error", s)
		}
	})
}
