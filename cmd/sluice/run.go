package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"sluice/runtime/engine"
	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/planstore"
	"sluice/runtime/runner"
	"sluice/runtime/selector"
	"sluice/runtime/sla"
	"sluice/runtime/warehouse/duckdb"
)

// runFlags are the flags of run.
type runFlags struct {
	date        string
	sel         selectFlags
	fastForward bool
	retryFailed bool
	rerun       []string
	reason      string
	notify      bool
}

func newRun(a *app) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run a business day of the applied plan, or take it up where it was left",
		Long: "Run a business day of the plan that was applied. What has succeeded is not done again, so the\n" +
			"same command continues a day after a crash or an interrupt. The first interrupt lets running tasks\n" +
			"end, the second cuts them off.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			return a.run(cmd.Context(), f)
		},
	}
	cmd.Flags().StringVar(&f.date, "date", "", "business day, YYYY-MM-DD (default: the one whose run is open now)")
	f.sel.add(cmd)
	cmd.Flags().BoolVar(&f.fastForward, "fast-forward", false, "start the clock when the day opens and jump over idle waits")
	cmd.Flags().BoolVar(&f.retryFailed, "retry-failed", false, "run again what failed, and what that held up")
	cmd.Flags().StringArrayVar(&f.rerun, "rerun", nil, "nodes to run again although they succeeded, with everything after them")
	cmd.Flags().BoolVar(&f.notify, "notify", false, "tell channels of failures and promises at risk (mail goes through SLUICE_SMTP, smtp://user:password@host:port?from=address)")
	cmd.Flags().StringVar(&f.reason, "reason", "", "why, for the records")
	return cmd
}

func (a *app) run(ctx context.Context, f runFlags) error {
	s, err := a.openSite(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	day, err := s.day(f.date)
	if err != nil {
		return err
	}
	o, err := a.runOptions(s, day, f)
	if err != nil {
		return err
	}
	if a.warehouseGone(s.plan) {
		return fmt.Errorf("the warehouse %s is gone: `sluice apply --env %s` makes it again, empty; `sluice run --date DAY --rerun '*'` fills it", s.plan.Warehouse.Path, s.plan.Environment)
	}
	warehouse, err := duckdb.Open(ctx, duckdb.OptionsOf(s.plan, s.root))
	if err != nil {
		return err
	}
	defer warehouse.Close()
	o.Runner = runner.New(runner.Options{Warehouse: warehouse, Root: s.root, StateDir: s.state})

	durations, err := s.durations(ctx)
	if err != nil {
		return err
	}
	o.Watchers = []engine.Watcher{sla.NewWatcher(s.plan, durations)}
	progress := a.newProgress(durations, o.Clock)
	o.Observer = progress
	if f.notify {
		if err := tellPeople(&o, s); err != nil {
			return err
		}
	}
	abort := make(chan struct{})
	o.Abort = abort
	stop := abortOnSecondSignal(abort)
	report, err := engine.Run(ctx, o)
	stop()
	progress.Close()
	if err != nil && !(errors.Is(err, engine.ErrStopped) && report != nil) {
		return err
	}
	if viewErr := a.viewDay(s, report.State, o.Clock.Now(), durations); viewErr != nil {
		return viewErr
	}
	if err != nil {
		return err
	}
	if report.State.Outcome != event.Succeeded {
		return exitCode(1)
	}
	return nil
}

// abortOnSecondSignal closes abort when somebody who has told the program to stop
// says so again. It listens from the start: signals may follow each other closely.
func abortOnSecondSignal(abort chan<- struct{}) (stop func()) {
	told := make(chan os.Signal, 2)
	done := make(chan struct{})
	signal.Notify(told, os.Interrupt, syscall.SIGTERM)
	go func() {
		for range 2 {
			select {
			case <-told:
			case <-done:
				return
			}
		}
		close(abort)
	}()
	return func() {
		signal.Stop(told)
		close(done)
	}
}

func (a *app) runOptions(s *site, day plan.Day, f runFlags) (engine.Options, error) {
	o := engine.Options{
		Plan: s.plan, Day: day.String(), Journal: s.journal, Clock: engine.Wall(),
		Logs:        &engine.Logs{Dir: filepath.Join(s.state, "logs"), Mask: newMasker(s.plan)},
		RetryFailed: f.retryFailed, Actor: actor(), Reason: f.reason,
	}
	var err error
	if o.Variables, err = a.variables(); err != nil {
		return o, err
	}
	if f.sel.given() {
		selected, err := selector.Select(s.plan, f.sel.include, f.sel.exclude)
		if err != nil {
			return o, err
		}
		o.Select = selected.Tasks
	}
	if len(f.rerun) > 0 {
		again, err := selector.Select(s.plan, f.rerun, nil)
		if err != nil {
			return o, err
		}
		o.Rerun = again.Tasks
	}
	if f.fastForward {
		o.Clock = engine.FastForward(s.resumeAt(day))
	}
	return o, nil
}

// site is an environment as it stands on this machine: the plan that is live and
// what was done under it.
type site struct {
	root, state string
	plan        *plan.Plan
	clock       *plan.Clock
	journal     *journal.SQLite
	store       *planstore.Store
}

// openSite opens the environment; nothing applied yet is an error that says what to do.
func (a *app) openSite(context.Context) (*site, error) {
	root, err := a.root()
	if err != nil {
		return nil, err
	}
	s := &site{root: root, state: a.stateDir(root), store: planstore.Open(a.stateDir(root))}
	s.plan, err = s.store.Current()
	if errors.Is(err, planstore.ErrNone) {
		return nil, fmt.Errorf("nothing has been applied in environment %s: run `sluice apply --env %s` first", a.env, a.env)
	}
	if err != nil {
		return nil, err
	}
	if s.plan.Warehouse.Kind != "duckdb" {
		return nil, fmt.Errorf("environment %s lives on %s, which this build does not run: choose a local environment", a.env, s.plan.Warehouse.Kind)
	}
	if s.clock, err = plan.NewClock(s.plan); err != nil {
		return nil, err
	}
	s.journal, err = journal.OpenSQLite(filepath.Join(s.state, "journal.db"))
	return s, err
}

// Close lets go of the journal.
func (s *site) Close() error { return s.journal.Close() }

// day reads --date; without it, it is the day whose run is open now.
func (s *site) day(date string) (plan.Day, error) {
	if date == "" {
		return s.clock.Current(time.Now()), nil
	}
	day, err := plan.ParseDay(date)
	if err != nil {
		return day, fmt.Errorf("--date %s: want a business day, YYYY-MM-DD", date)
	}
	if year := s.clock.Opening(day).Year(); year < firstYear || year > lastYear {
		return day, fmt.Errorf("--date %s: want a business day of the years %d to %d", date, firstYear, lastYear)
	}
	return day, nil
}

// Years whose instants the journal can count in nanoseconds, with room to add to them.
const firstYear, lastYear = 1700, 2200

func (s *site) runID(day plan.Day) string { return s.plan.Environment + "/" + day.String() }

// resumeAt is where a fast-forward clock starts: when the day opens, or where the
// run was left.
func (s *site) resumeAt(day plan.Day) time.Time {
	at := s.clock.Opening(day)
	_ = s.journal.Replay(context.Background(), s.runID(day), 0, func(e *event.Event) error {
		if e.At.After(at) {
			at = e.At
		}
		return nil
	})
	return at
}

// durations is how long tasks usually take: what was measured here, else estimates.
func (s *site) durations(ctx context.Context) (sla.Durations, error) {
	const days = 14
	measured, err := s.journal.Durations(ctx, s.plan.Environment, days)
	if err != nil {
		return nil, err
	}
	return sla.Recorded(measured, sla.Estimates(s.plan)), nil
}
