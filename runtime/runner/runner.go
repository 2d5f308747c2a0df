// Package runner does a plan's tasks: it hands each to the package that knows its
// kind, by one table.
package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	exportfile "sluice/runtime/export/file"
	"sluice/runtime/model/regression"
	"sluice/runtime/plan"
	"sluice/runtime/task"
	transferfile "sluice/runtime/transfer/file"
	"sluice/runtime/warehouse/duckdb"
)

// Options are what tasks need beside the plan.
type Options struct {
	Root      string            // the platform's folder
	StateDir  string            // folder for what is kept between days, such as models
	Warehouse *duckdb.Warehouse // open; the caller closes it
}

// Runner is a task.Runner.
type Runner struct{ table map[route]work }

// route is what decides who does a task: the warehouse, the kind of task, and the
// kind of the system at its other end ("" where it has none).
type route struct {
	warehouse string
	kind      plan.TaskKind
	system    string
}

type work func(context.Context, task.Attempt) (task.Result, error)

// New makes a runner for the embedded warehouse.
func New(o Options) *Runner {
	transfer := &transferfile.Transfer{Warehouse: o.Warehouse, Root: o.Root}
	export := &exportfile.Export{Warehouse: o.Warehouse, Root: o.Root}
	model := &regression.Regression{Warehouse: o.Warehouse, State: o.StateDir}
	return &Runner{table: map[route]work{
		{"duckdb", plan.Transfer, "files"}: transfer.Run,
		{"duckdb", plan.Transfer, "file"}:  transfer.Run,
		{"duckdb", plan.Wait, "files"}:     transfer.Run,
		{"duckdb", plan.Wait, "file"}:      transfer.Run,
		{"duckdb", plan.Query, ""}:         o.Warehouse.Query,
		{"duckdb", plan.Check, ""}:         o.Warehouse.Check,
		{"duckdb", plan.Export, "files"}:   export.Run,
		{"duckdb", plan.Export, "skip"}:    skip,
		{"duckdb", plan.Train, "local"}:    model.Train,
		{"duckdb", plan.Train, "skip"}:     skip,
		{"duckdb", plan.Predict, "local"}:  model.Predict,
		{"duckdb", plan.Predict, "skip"}:   skip,
	}}
}

// skip is the work that an environment leaves out.
func skip(context.Context, task.Attempt) (task.Result, error) {
	return task.Result{Skipped: true, Message: "left out in this environment"}, nil
}

// Run does one attempt.
func (r *Runner) Run(ctx context.Context, a task.Attempt) (task.Result, error) {
	system, err := systemOf(a.Task)
	if err != nil {
		return task.Result{}, err
	}
	do, ok := r.table[route{a.Plan.Warehouse.Kind, a.Task.Kind, system}]
	if !ok {
		return task.Result{}, r.unsupported(a, system)
	}
	return do(ctx, a)
}

// systemOf is the kind of the system at a task's other end, once its payload is
// known to be there.
func systemOf(t *plan.Task) (string, error) {
	switch {
	case t.Transfer != nil && (t.Kind == plan.Transfer || t.Kind == plan.Wait):
		return t.Transfer.Kind, nil
	case t.Query != nil && t.Kind == plan.Query, t.Check != nil && t.Kind == plan.Check:
		return "", nil
	case t.Export != nil && t.Kind == plan.Export:
		return t.Export.Kind, nil
	case t.Model != nil && (t.Kind == plan.Train || t.Kind == plan.Predict):
		return t.Model.Kind, nil
	}
	return "", task.Fail("task %s: a %q task without its payload: the plan is damaged, compile it again", t.ID, t.Kind)
}

// unsupported says what cannot be done, and what to write so that it can.
func (r *Runner) unsupported(a task.Attempt, system string) error {
	env := a.Plan.Environment
	if known := r.warehouses(); !slices.Contains(known, a.Plan.Warehouse.Kind) {
		return task.Fail("task %s: environment %q has a %s warehouse, which this build does not run: it runs %s",
			a.Task.ID, env, a.Plan.Warehouse.Kind, strings.Join(known, ", "))
	}
	hint := ""
	switch a.Task.Kind {
	case plan.Transfer, plan.Wait:
		hint = fmt.Sprintf(`set environment.%s.sources.%s.read: "files"`, env, a.Task.Transfer.Source)
	case plan.Export:
		hint = fmt.Sprintf(`set environment.%s.exports: "files" or "skip"`, env)
	case plan.Train, plan.Predict:
		hint = fmt.Sprintf(`set environment.%s.models: "local" or "skip"`, env)
	}
	return task.Fail("task %s: a %s %q cannot be run in environment %q: %s", a.Task.ID, noun[a.Task.Kind], system, env, hint)
}

var noun = map[plan.TaskKind]string{
	plan.Transfer: "source of kind", plan.Wait: "source of kind", plan.Export: "destination of kind", plan.Train: "model on", plan.Predict: "model on",
}

func (r *Runner) warehouses() []string {
	var kinds []string
	for at := range r.table {
		kinds = append(kinds, at.warehouse)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}
