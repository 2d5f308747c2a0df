package check

import (
	"cmp"
	"slices"

	"sluice/compiler/diag"
	"sluice/compiler/model"
)

// cycles reports each group of tasks that wait for one another, with the shortest
// way around through its first task.
func (j *judge) cycles() {
	for _, t := range j.m.Tables {
		if slices.Contains(t.Reads, t) {
			at := t.At
			if ref := refTo(t.Statement, t); ref != nil {
				at = ref.At
			}
			j.diags.Errorf(diag.DependencyCycle, at, "%q reads itself: %s", t.Name, arrows([]string{t.Name, t.Name})).
				WithNode(t.Name).
				WithHint(`read an earlier table, or make it incremental: an incremental table may look at the rows it has`)
		}
	}
	for _, group := range components(j.m.Tasks) {
		j.reportCycle(shortestCycle(group))
	}
}

// reportCycle takes the tasks in the direction in which data flows; the last feeds
// the first.
func (j *judge) reportCycle(cycle []*model.Task) {
	names := make([]string, 0, len(cycle)+1)
	for _, t := range cycle {
		names = append(names, t.ID)
	}
	names = append(names, cycle[0].ID)
	first, last := cycle[0], cycle[len(cycle)-1]
	at, how := j.edge(last, first)
	d := j.diags.Errorf(diag.DependencyCycle, at, "%q waits for itself: %s", first.ID, arrows(names)).WithNode(first.Node)
	if len(cycle) == 1 {
		d.WithHint("remove it")
		return
	}
	d.WithRelated(at, "%s", how)
	for i, before := range cycle[:len(cycle)-1] {
		at, how := j.edge(before, cycle[i+1])
		d.WithRelated(at, "%s", how)
	}
	hint := "break it at one of these places: read an earlier table, or drop an after"
	if slices.ContainsFunc(cycle, func(t *model.Task) bool { return t.Check != nil }) {
		hint += `; a check with severity: "warn" holds nothing up`
	}
	d.WithHint("%s", hint)
}

// edge is where the user wrote that after waits for before, and in which words.
func (j *judge) edge(before, after *model.Task) (diag.Span, string) {
	switch {
	case before.Check != nil && after.Check == nil:
		return before.At, `"` + after.ID + `" waits for the blocking check "` + before.ID + `"`
	case after.Table != nil && after.Table.Spec != nil:
		source := before.Table
		if before.Model != nil {
			source = before.Model.Output
		}
		if ref := refTo(after.Table.Statement, source); ref != nil {
			return ref.At, `"` + after.ID + `" reads "` + source.Name + `"`
		}
		for _, a := range after.Table.Spec.After {
			if a.V == before.Node {
				return a.At, `"` + after.ID + `" is declared to come after "` + a.V + `"`
			}
		}
	case after.Model != nil:
		return after.At, `"` + after.ID + `" reads "` + before.Node + `"`
	}
	return after.At, `"` + after.ID + `" needs "` + before.ID + `"`
}

func refTo(s *model.Statement, t *model.Table) *model.Ref {
	if s == nil || t == nil {
		return nil
	}
	for i := range s.Refs {
		if s.Refs[i].Table == t {
			return &s.Refs[i]
		}
	}
	return nil
}

// components are the groups of two or more tasks that reach one another, and tasks
// that wait for themselves; each sorted by ID, groups by their first. (Tarjan's
// algorithm, without recursion: chains can be long.)
func components(tasks []*model.Task) [][]*model.Task {
	type state struct{ index, low, edge int }
	states := make(map[*model.Task]*state, len(tasks))
	onStack := map[*model.Task]bool{}
	var stack []*model.Task
	var groups [][]*model.Task
	for _, root := range tasks {
		if states[root] != nil {
			continue
		}
		work := []*model.Task{root}
		for len(work) > 0 {
			t := work[len(work)-1]
			s := states[t]
			if s == nil {
				s = &state{index: len(states), low: len(states)}
				states[t] = s
				stack, onStack[t] = append(stack, t), true
			}
			if s.edge < len(t.After) {
				before := t.After[s.edge]
				s.edge++
				if known := states[before]; known == nil {
					work = append(work, before)
				} else if onStack[before] {
					s.low = min(s.low, known.index)
				}
				continue
			}
			work = work[:len(work)-1]
			if len(work) > 0 {
				above := states[work[len(work)-1]]
				above.low = min(above.low, s.low)
			}
			if s.low != s.index {
				continue
			}
			cut := slices.Index(stack, t)
			group := slices.Clone(stack[cut:])
			stack = stack[:cut]
			for _, member := range group {
				onStack[member] = false
			}
			if len(group) > 1 || slices.Contains(t.After, t) {
				slices.SortFunc(group, func(a, b *model.Task) int { return cmp.Compare(a.ID, b.ID) })
				groups = append(groups, group)
			}
		}
	}
	slices.SortFunc(groups, func(a, b []*model.Task) int { return cmp.Compare(a[0].ID, b[0].ID) })
	return groups
}

// shortestCycle is the shortest way from the group's first task back to itself,
// along Next.
func shortestCycle(group []*model.Task) []*model.Task {
	inside := make(map[*model.Task]bool, len(group))
	for _, t := range group {
		inside[t] = true
	}
	start := group[0]
	from := map[*model.Task]*model.Task{}
	queue := []*model.Task{start}
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		for _, next := range t.Next {
			if next == start {
				cycle := []*model.Task{t}
				for t != start {
					t = from[t]
					cycle = append(cycle, t)
				}
				slices.Reverse(cycle)
				return cycle
			}
			if inside[next] && from[next] == nil {
				from[next] = t
				queue = append(queue, next)
			}
		}
	}
	return group
}

// redundantDependencies reports declared dependencies that change nothing.
func (j *judge) redundantDependencies() {
	position := make(map[*model.Task]int, len(j.m.Tasks))
	for i, t := range j.m.Tasks {
		position[t] = i
	}
	for _, t := range j.m.Tables {
		if t.Spec == nil {
			continue
		}
		seen := map[string]diag.Span{}
		for _, a := range t.Spec.After {
			if first, twice := seen[a.V]; twice {
				j.diags.Warnf(diag.RedundantDependency, a.At, "%q names %q twice in after", t.Name, a.V).
					WithNode(t.Name).WithRelated(first, "it is named here already").WithHint("remove one of them")
				continue
			}
			seen[a.V] = a.At
			before := j.m.TableByName[a.V]
			if before != nil && before != t && slices.Contains(t.Reads, before) {
				d := j.diags.Warnf(diag.RedundantDependency, a.At, "%q need not come after %q: its SQL reads it", t.Name, a.V).WithNode(t.Name)
				if ref := refTo(t.Statement, before); ref != nil {
					d.WithRelated(ref.At, "%q is read here", a.V)
				}
				d.WithHint("remove %q from after", a.V)
				continue
			}
			if via := j.impliedBy(t, a.V, position); via != "" {
				j.diags.Warnf(diag.RedundantDependency, a.At, "%q need not come after %q: it waits for %q, which comes after it", t.Name, a.V, via).
					WithNode(t.Name).WithHint("remove %q from after", a.V)
			}
		}
	}
}

// impliedBy finds another direct dependency of the table that already waits for
// every task of the node.
func (j *judge) impliedBy(t *model.Table, node string, position map[*model.Task]int) string {
	task := j.m.TaskByID[t.Name]
	if task == nil {
		return ""
	}
	var wanted, others []*model.Task
	earliest := len(position)
	for _, before := range task.After {
		if before.Node == node {
			wanted = append(wanted, before)
			earliest = min(earliest, position[before])
		} else {
			others = append(others, before)
		}
	}
	if len(wanted) == 0 {
		return ""
	}
	for _, other := range others {
		if other.Check != nil && other.Check.Table != nil && other.Check.Table.Name == node {
			continue // belongs to the node itself
		}
		if reachesAll(other, wanted, earliest, position) {
			return other.Node
		}
	}
	return ""
}

// reachesAll reports whether every wanted task is upstream of from. Nothing before
// the earliest of them in topological order can lead there.
func reachesAll(from *model.Task, wanted []*model.Task, earliest int, position map[*model.Task]int) bool {
	seen := map[*model.Task]bool{from: true}
	work := []*model.Task{from}
	for len(work) > 0 {
		t := work[len(work)-1]
		work = work[:len(work)-1]
		for _, before := range t.After {
			if !seen[before] && position[before] >= earliest {
				seen[before] = true
				work = append(work, before)
			}
		}
	}
	for _, w := range wanted {
		if !seen[w] || w == from {
			return false
		}
	}
	return true
}
