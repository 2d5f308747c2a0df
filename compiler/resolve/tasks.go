package resolve

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// defaultDuration is what a task of a kind is taken to last, in seconds, until an
// estimate or a measurement says better.
var defaultDuration = map[plan.TaskKind]int64{
	plan.Transfer: 300,
	plan.Wait:     60,
	plan.Query:    60,
	plan.Check:    10,
	plan.Export:   60,
	plan.Train:    900,
	plan.Predict:  300,
}

const viewDuration = 5 // seconds to replace a view, which moves no rows

// tasks makes what runs, one day's worth, and the edges among it.
//
// A table's consumers wait for its task and for its blocking checks. Checks wait for
// the tasks of what they read, not for each other, so that two tables may check
// against one another.
func (r *resolver) tasks() {
	made := map[*model.Table]*model.Task{} // what makes a table
	for _, t := range r.m.Tables {
		if task := r.tableTask(t); task != nil {
			made[t] = r.addTask(task)
		}
	}
	for _, c := range r.m.Checks {
		r.addTask(r.checkTask(c))
	}
	for _, e := range r.m.Exports {
		r.addTask(r.exportTask(e))
	}
	for _, m := range r.m.Models {
		if m.Spec.Train != nil {
			r.addTask(r.trainTask(m))
		}
		predict := r.addTask(r.predictTask(m))
		if m.Output != nil {
			made[m.Output] = predict
		}
	}
	r.findFinals(made)
	for _, t := range r.m.Tasks {
		r.connect(t, made)
	}
	for _, t := range r.m.Tasks {
		sortTasks(t.After)
		t.After = slices.Compact(t.After)
		for _, before := range t.After {
			before.Next = append(before.Next, t)
		}
	}
	for _, t := range r.m.Tasks {
		sortTasks(t.Next)
	}
	r.orderTasks()
}

func sortTasks(list []*model.Task) {
	slices.SortFunc(list, func(a, b *model.Task) int { return cmp.Compare(a.ID, b.ID) })
}

func (r *resolver) addTask(t *model.Task) *model.Task {
	r.m.Tasks = append(r.m.Tasks, t)
	r.m.TaskByID[t.ID] = t
	return t
}

// findFinals finds for each table the tasks after which it may be used: the one that
// makes it and its blocking checks.
func (r *resolver) findFinals(made map[*model.Table]*model.Task) {
	r.finals = make(map[*model.Table][]*model.Task, len(r.m.Tables))
	for _, t := range r.m.Tables {
		list := []*model.Task{}
		if task := made[t]; task != nil {
			list = append(list, task)
		}
		for _, c := range t.Checks {
			if c.Spec.Severity.V != "warn" {
				list = append(list, r.m.TaskByID[c.ID])
			}
		}
		sortTasks(list)
		r.finals[t] = list
	}
}

// connect collects what a task waits for.
func (r *resolver) connect(t *model.Task, made map[*model.Table]*model.Task) {
	ready := func(tables ...*model.Table) {
		for _, u := range tables {
			if u != nil && u != t.Table {
				t.After = append(t.After, r.finals[u]...)
			}
		}
	}
	switch {
	case t.Check != nil:
		for _, u := range t.Check.Reads {
			if task := made[u]; task != nil {
				t.After = append(t.After, task)
			}
		}
	case t.Export != nil:
		ready(t.Export.Reads...)
	case t.Model != nil && t.Kind == string(plan.Train):
		ready(t.Model.Train)
	case t.Model != nil:
		ready(t.Model.Predict)
		if r.m.Environment != nil && r.m.Environment.Models.V == "local" {
			// The first prediction trains its model on whatever day that is, also on one
			// on which no training is due.
			ready(t.Model.Train)
		}
		t.After = append(t.After, r.taskList("model."+t.Model.Name+"/train")...)
	case t.Table.Spec != nil:
		ready(t.Table.Reads...)
		for _, a := range t.Table.Spec.After {
			if n, known := r.nodes[a.V]; known {
				tasks, _ := r.promised(a.V, n)
				t.After = append(t.After, tasks...)
			}
		}
	}
	t.After = slices.DeleteFunc(t.After, func(u *model.Task) bool { return u == t })
}

// tableTask is the task that makes a source's or a query's table; predictions are
// made by their model's.
func (r *resolver) tableTask(t *model.Table) *model.Task {
	task := &model.Task{ID: t.Name, Node: t.Name, At: t.At, Table: t, Owner: t.Owner}
	switch {
	case t.Kind == model.PredictionKind:
		return nil
	case t.Spec != nil:
		s := t.Spec
		task.Kind = string(plan.Query)
		task.NotBefore = s.NotBefore
		task.Timeout = s.Timeout.V
		task.Retry = r.retry(s.Retry)
		setPool(task, s.Pool)
		setDuration(task, s.Estimate)
		if t.Kind == model.ViewKind && !task.Estimated {
			task.Duration = viewDuration
		}
	default:
		task.Kind = string(plan.Transfer)
		if t.Kind == model.ExternalKind {
			task.Kind = string(plan.Wait)
		}
		task.NotBefore = t.SourceTable.Arrives // what has not arrived cannot be read
		task.Timeout = t.Source.Timeout.V
		task.Retry = r.retry(t.Source.Retry)
		setPool(task, t.SourceTable.Pool, t.Source.Pool)
		setDuration(task, t.SourceTable.Estimate)
	}
	return task
}

func (r *resolver) checkTask(c *model.Check) *model.Task {
	task := &model.Task{
		ID: c.ID, Kind: string(plan.Check), Node: nodeOf(c.ID), At: c.Spec.At, Check: c, Owner: c.Owner, Retry: r.retry(nil),
	}
	setPool(task, c.Spec.Pool)
	setDuration(task, c.Spec.Estimate)
	return task
}

func (r *resolver) exportTask(e *model.Export) *model.Task {
	s := e.Spec
	task := &model.Task{
		ID: "export." + e.Name, Kind: string(plan.Export), Node: "export." + e.Name, At: s.At, Export: e, Owner: e.Owner,
		NotBefore: s.NotBefore, Calendar: s.Calendar.V, Timeout: s.Timeout.V, Retry: r.retry(s.Retry),
	}
	setPool(task, s.Pool)
	setDuration(task, s.Estimate)
	if r.m.Environment.Exports.V == "skip" {
		task.Duration = 0
	}
	return task
}

func (r *resolver) trainTask(m *model.Model) *model.Task {
	task := r.modelTask(m, plan.Train)
	task.At = m.Spec.Train.At
	r.setModelDuration(task, m.Spec.Train.Estimate)
	return task
}

func (r *resolver) predictTask(m *model.Model) *model.Task {
	task := r.modelTask(m, plan.Predict)
	task.NotBefore = m.Spec.Predict.NotBefore
	r.setModelDuration(task, m.Spec.Predict.Estimate)
	return task
}

func (r *resolver) modelTask(m *model.Model, kind plan.TaskKind) *model.Task {
	node := "model." + m.Name
	task := &model.Task{
		ID: node + "/" + string(kind), Kind: string(kind), Node: node, At: m.Spec.At, Model: m, Owner: m.Owner,
		Timeout: m.Spec.Timeout.V, Retry: r.retry(m.Spec.Retry),
	}
	setPool(task, m.Spec.Pool)
	return task
}

// setPool takes the first pool that is named.
func setPool(t *model.Task, choices ...spec.Text) {
	for _, p := range choices {
		if p.V != "" {
			t.Pool, t.PoolAt = p.V, p.At
			return
		}
	}
}

func setDuration(t *model.Task, e *spec.Estimate) {
	t.Duration = defaultDuration[plan.TaskKind(t.Kind)]
	if e != nil && e.Duration.Set {
		t.Duration, t.Estimated = e.Duration.V, true
	}
}

// setModelDuration is setDuration, but what the environment skips takes no time.
func (r *resolver) setModelDuration(t *model.Task, e *spec.Estimate) {
	setDuration(t, e)
	does := r.m.Environment.Models.V
	if does == "skip" || does == "local" && t.Model.Spec.Local.V == "skip" {
		t.Duration = 0
	}
}

// retry is the task's own, or the platform's, or the schema's.
func (r *resolver) retry(own *spec.Retry) spec.Retry {
	switch {
	case own != nil:
		return *own
	case r.sp.Info.Retry != nil:
		return *r.sp.Info.Retry
	}
	return spec.Retry{
		Attempts:   spec.Int{V: 3},
		Backoff:    spec.Seconds{V: 30},
		Factor:     spec.Number{V: 2},
		MaxBackoff: spec.Seconds{V: 15 * 60},
	}
}

// nodeOf is the node that a task belongs to: its ID up to the first slash.
func nodeOf(id string) string {
	node, _, _ := strings.Cut(id, "/")
	return node
}
