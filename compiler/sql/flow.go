package sql

import (
	"context"
	"slices"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// node is what is analysed as one: a table, a routine, an export or a check. Its
// statements are asked for when all that it reads is finished; it is finished when they
// are answered. So nobody waits for a table that he does not read, and every process is
// busy as long as there is anything to do.
type node struct {
	statements []*model.Statement // that are asked for ahead of finish
	prepare    func()             // before they are asked for; may be nil
	finish     func()
	waits      int // for nodes that it reads
	readers    []*node
	asked      int       // statements without an answer
	diags      diag.List // what finish reported
	done       bool
}

// request is a statement with what it is asked with.
type request struct {
	engine.Request
	key cache.Key
}

// flow runs nodes in the order of their dependencies.
type flow struct {
	*runner
	ctx     context.Context
	nodes   []*node // what a node reads comes before it, but on cycles
	ready   []*node // first in, first out
	waiting map[cache.Key][]*node
	answers chan answer
	asked   int
}

// answer is what the pool says of a key.
type answer struct {
	key cache.Key
	engine.Answer
}

// run runs all nodes; what they report is in their order, whatever order they had.
func (f *flow) run() {
	statements := 0
	var keys []cache.Key
	for _, n := range f.nodes {
		statements += len(n.statements)
		for _, s := range n.statements {
			if s != nil && !s.Failed && s.Level != "off" {
				keys = append(keys, f.asker.parseKey(s.Text, engine.Query))
			}
		}
		if n.waits == 0 {
			f.ready = append(f.ready, n)
		}
	}
	f.asker.recall(keys)
	f.answers = make(chan answer, statements) // who answers never waits
	for f.ctx.Err() == nil {
		switch {
		case len(f.ready) > 0:
			n := f.ready[0]
			f.ready = f.ready[1:]
			f.ask(n)
		case f.asked > 0:
			f.take(<-f.answers)
			for more := true; more; { // whatever is there already
				select {
				case a := <-f.answers:
					f.take(a)
				default:
					more = false
				}
			}
		default:
			i := slices.IndexFunc(f.nodes, func(n *node) bool { return !n.done })
			if i < 0 {
				f.report()
				return
			}
			f.ask(f.nodes[i]) // on a cycle, what is read later counts as not read
		}
	}
	f.report()
}

func (f *flow) report() {
	for _, n := range f.nodes {
		f.diags = append(f.diags, n.diags...)
	}
}

// ask asks for a node's statements, and finishes it if all is known.
func (f *flow) ask(n *node) {
	if n.done || n.asked > 0 {
		return
	}
	if n.prepare != nil {
		n.prepare()
	}
	for _, s := range n.statements {
		q := f.requestOf(s)
		if q == nil || f.asker.knows(q.key) {
			continue
		}
		n.asked++
		f.waiting[q.key] = append(f.waiting[q.key], n)
		if len(f.waiting[q.key]) > 1 {
			continue // asked for already, for the same text elsewhere
		}
		f.asked++
		f.asker.pool.Go(f.ctx, engine.Task{Request: &q.Request}, func(a engine.Answer) { f.answers <- answer{q.key, a} })
	}
	if n.asked == 0 {
		f.finish(n)
	}
}

// requestOf is what a statement is asked with; nil where it need not or cannot be
// asked, which analyse says once more.
func (f *flow) requestOf(s *model.Statement) *request {
	if s == nil || s.Failed || s.Level == "off" {
		return nil
	}
	parsed, err := f.asker.parse(s.Text, engine.Query)
	if err != nil || parsed.Problem != nil {
		return nil
	}
	q, known := f.request(s, engine.Query, parsed, nil, "")
	if !known {
		return nil
	}
	r := &request{q, f.asker.requestKey(q)}
	f.prepared[s] = r
	return r
}

func (f *flow) take(a answer) {
	f.asked--
	f.asker.store(a.key, engine.Task{Request: &engine.Request{}}, a.Answer)
	waiting := f.waiting[a.key]
	delete(f.waiting, a.key)
	for _, n := range waiting {
		if n.asked--; n.asked == 0 {
			f.finish(n)
		}
	}
}

func (f *flow) finish(n *node) {
	before := f.diags
	f.diags = nil
	n.finish()
	n.done, n.diags, f.diags = true, f.diags, before
	for _, s := range n.statements {
		if q := f.prepared[s]; q != nil {
			f.asker.forget(q.key, s.Text)
			delete(f.prepared, s)
		}
	}
	for _, reader := range n.readers {
		if reader.waits--; reader.waits == 0 && !reader.done {
			f.ready = append(f.ready, reader)
		}
	}
}

// plan makes the nodes of the platform.
func (r *runner) plan(ctx context.Context) *flow {
	f := &flow{runner: r, ctx: ctx, waiting: map[cache.Key][]*node{}}
	tables := make(map[*model.Table]*node, len(r.m.Tables))
	for _, t := range r.m.Tables {
		n := &node{finish: func() { r.table(t) }, statements: []*model.Statement{t.Statement}}
		if t.Kind == model.IncrementKind && len(t.Columns) > 0 {
			n.prepare = func() { r.know(t, t.Columns) } // it may read itself
		}
		tables[t] = n
	}
	routines := make(map[string]*node, len(r.m.Routines))
	for _, g := range r.m.Routines {
		n := &node{finish: func() { r.routine(g) }}
		n.after(tables, g.Reads)
		n.afterRoutines(routines, g.Statement)
		routines[g.Name] = n
		f.nodes = append(f.nodes, n)
	}
	placed := make(map[*model.Table]*node, len(tables))
	for _, t := range r.m.Tables {
		n := tables[t]
		n.after(placed, t.Reads)
		n.after(placed, learnedFrom(t.Statement))
		n.afterRoutines(routines, t.Statement)
		placed[t] = n
		f.nodes = append(f.nodes, n)
	}
	for _, e := range r.m.Exports {
		if e.Statement == nil {
			continue
		}
		n := &node{finish: func() { r.export(e) }, statements: []*model.Statement{e.Statement}}
		n.after(tables, e.Reads)
		n.afterRoutines(routines, e.Statement)
		f.nodes = append(f.nodes, n)
	}
	for _, c := range r.m.Checks {
		n := &node{finish: func() { r.check(c) }, statements: c.Queries}
		if !mayBeMade(c) {
			n.statements = append(slices.Clone(c.Queries), c.Statement)
		}
		n.after(tables, c.Reads)
		for _, q := range c.Queries {
			n.afterRoutines(routines, q)
		}
		f.nodes = append(f.nodes, n)
	}
	return f
}

// after has the node wait for tables.
func (n *node) after(nodes map[*model.Table]*node, tables []*model.Table) {
	for _, t := range tables {
		if other := nodes[t]; other != nil && other != n {
			other.readers = append(other.readers, n)
			n.waits++
		}
	}
}

// afterRoutines has the node wait for the routines that a text names.
func (n *node) afterRoutines(nodes map[string]*node, s *model.Statement) {
	if s == nil {
		return
	}
	wait := func(name string) {
		if other := nodes[name]; other != nil && other != n {
			other.readers = append(other.readers, n)
			n.waits++
		}
	}
	for _, name := range s.Routines {
		wait(name)
	}
	for _, ref := range s.Refs {
		if ref.Table == nil {
			wait(ref.Name)
		}
	}
}
