package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sluice/cmd/sluice/query"
	"sluice/compiler/diag"
	"sluice/compiler/pipeline"
	"sluice/compiler/sql"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sqltype"
	"sluice/runtime/plan"
	"sluice/runtime/planstore"
)

// queryWorker is the argument that makes this program a worker of a batch of queries.
// It is no command for people.
const queryWorker = "query-worker"

// Bounds of a batch.
const (
	queryLimit    = 10 * time.Second // for one statement
	queryMemoryMB = 1024             // for DuckDB, in each process
	queryRSSMB    = 2048             // for a whole process
)

// queryFlags are the flags of query.
type queryFlags struct {
	file     string
	batch    string
	params   []string
	date     string
	timeZone string
	maxRows  int
	dryRun   bool
	explain  bool
}

func newQuery(a *app) *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Run a GoogleSQL query on an environment's warehouse",
		Long: "Run a GoogleSQL query on an environment's embedded warehouse: the one given, that of -f, or that\n" +
			"on stdin; on a terminal, one after the other, each ended by a semicolon. Tables are named as the\n" +
			"platform names them. Queries only read: what stands in tables is the plan's to change.\n" +
			"Outside a platform's folder there are no tables, and everything else works.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.batch != "" {
				if len(args) > 0 || f.file != "" || len(f.params) > 0 || f.dryRun || f.explain {
					return errors.New("--batch takes its statements from a file: it goes with neither SQL, -f, --param, --dry-run nor --explain")
				}
				return a.queryBatch(cmd.Context(), f)
			}
			if err := a.wants("text", "table", "json", "csv"); err != nil {
				return err
			}
			if f.maxRows < 0 {
				return fmt.Errorf("--max-rows %d: want how many rows to print, or 0", f.maxRows)
			}
			if !cmd.Flags().Changed("max-rows") && a.output != "text" && a.output != "table" {
				f.maxRows = 0
			}
			return a.query(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "file with the query")
	flags.StringVar(&f.batch, "batch", "", "file of JSON lines {name, sql, time_zone}, or - for stdin: each is answered by a line of JSON")
	flags.StringArrayVar(&f.params, "param", nil, "value of a parameter, name=value or name:TYPE=value (may be given again)")
	flags.StringVar(&f.date, "date", "", "business day of @run_date, @run_start and @run_end, YYYY-MM-DD (default: the one whose run is open now)")
	flags.StringVar(&f.timeZone, "time-zone", "UTC", "default time zone of the query")
	flags.IntVar(&f.maxRows, "max-rows", 1000, "rows to print; 0 prints all, as json and csv do unless this is given")
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the result's columns and types, and read nothing")
	flags.BoolVar(&f.explain, "explain", false, "print the SQL that the embedded warehouse runs")
	a.forms(cmd, "text", "table", "json", "csv")
	return cmd
}

// queryBatch runs statements independently of each other.
func (a *app) queryBatch(ctx context.Context, f queryFlags) error {
	in := a.in
	if f.batch != "-" {
		file, err := os.Open(f.batch)
		if err != nil {
			return fmt.Errorf("--batch: %w", err)
		}
		defer file.Close()
		in = file
	}
	setup, p, err := a.querySetup(ctx)
	if err != nil {
		return err
	}
	if err := embedded(p, a.env); err != nil {
		return err
	}
	if setup.Functions, err = a.queryFunctions(ctx, p)(); err != nil {
		return err
	}
	setup.Warehouse.MemoryMB, setup.Warehouse.Threads = queryMemoryMB, 1
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := query.Batch{
		Worker: []string{self, queryWorker}, Processes: runtime.NumCPU(), Limit: queryLimit, MemoryMB: queryRSSMB, Setup: setup,
	}
	return b.Run(ctx, in, a.out)
}

// querySetup is what queries may read here: the tables of the plan that is live, or of
// the specs where none is; nothing in a folder without a platform.
func (a *app) querySetup(ctx context.Context) (query.Setup, *plan.Plan, error) {
	none := query.Setup{}
	none.Warehouse.ReadOnly = true
	root, err := a.root()
	if err != nil {
		return none, nil, err
	}
	p, err := planstore.Open(a.stateDir(root)).Current()
	if err == nil {
		setup := query.NewSetup(p, root)
		switch {
		case p.Warehouse.Kind != "duckdb":
		case p.Warehouse.Path == "":
			setup.Missing = fmt.Sprintf("the warehouse of environment %s is in memory: its tables are gone when a run ends", p.Environment)
		case a.warehouseGone(p):
			setup.Warehouse.Path = ""
			setup.Missing = fmt.Sprintf("the warehouse %s is gone: `sluice apply --env %s` makes it again, empty", p.Warehouse.Path, p.Environment)
		}
		return setup, p, nil
	}
	if !errors.Is(err, planstore.ErrNone) {
		return none, nil, err
	}
	specs, err := filepath.Glob(filepath.Join(root, "*.cue"))
	if err != nil || len(specs) == 0 {
		return none, nil, err
	}
	if p, err = a.compiledPlan(ctx); err != nil {
		return none, nil, err
	}
	setup := query.NewSetup(p, root)
	setup.Warehouse.Path = ""
	setup.Missing = fmt.Sprintf("nothing has been applied in environment %s: run `sluice apply --env %s` first", a.env, a.env)
	return setup, p, nil
}

// queryFunctions gives the routines as the specs have them now: a plan has no bodies of
// those that stand in the statements which call them.
func (a *app) queryFunctions(ctx context.Context, p *plan.Plan) func() ([]engine.Function, error) {
	return sync.OnceValues(func() ([]engine.Function, error) {
		if p == nil || len(p.Routines) == 0 {
			return nil, nil
		}
		result, _, err := a.compile(ctx, compileFlags{}, pipeline.SQL)
		if err != nil || result.Model == nil {
			return nil, err
		}
		return sql.Functions(ctx, result.Model, sql.Options{}), nil
	})
}

// embedded refuses an environment whose warehouse is elsewhere.
func embedded(p *plan.Plan, env string) error {
	if p == nil || p.Warehouse.Kind == "duckdb" {
		return nil
	}
	return fmt.Errorf("the warehouse of environment %s is BigQuery, and queries run on embedded warehouses: choose an environment on duckdb, or --dry-run", env)
}

func (a *app) query(ctx context.Context, f queryFlags, args []string) error {
	session, err := a.querySession(ctx, f)
	if err != nil {
		return err
	}
	defer session.Close()
	if len(args) == 0 && f.file == "" && isTerminal(a.in) {
		return a.queryShell(ctx, session, f)
	}
	name, text, err := a.queryText(f, args)
	if err != nil {
		return err
	}
	return a.queryOne(ctx, session, f, name, text)
}

// queryText is the query and what it is called in messages.
func (a *app) queryText(f queryFlags, args []string) (name, text string, err error) {
	switch {
	case len(args) > 0 && f.file != "":
		return "", "", errors.New("the query is given twice: on the command line and with -f")
	case len(args) > 0:
		return "query", args[0], nil
	case f.file != "":
		data, err := os.ReadFile(f.file)
		if err != nil {
			return "", "", fmt.Errorf("--file: %w", err)
		}
		return filepath.ToSlash(f.file), string(data), nil
	}
	data, err := io.ReadAll(a.in)
	return "stdin", string(data), err
}

// querySession gathers what the flags say.
func (a *app) querySession(ctx context.Context, f queryFlags) (*query.Session, error) {
	if err := query.CheckZone(f.timeZone); err != nil {
		return nil, fmt.Errorf("--time-zone: %w", err)
	}
	values, err := queryValues(a.vars, f.params)
	if err != nil {
		return nil, err
	}
	setup, p, err := a.querySetup(ctx)
	if err != nil {
		return nil, err
	}
	if !f.dryRun {
		if err := embedded(p, a.env); err != nil {
			return nil, err
		}
	}
	s := &query.Session{Setup: setup, Plan: p, TimeZone: f.timeZone, Values: values, Functions: a.queryFunctions(ctx, p)}
	return s, a.queryDay(s, f.date)
}

// queryValues are the values of --var and --param, by lower-case name; the last counts.
func queryValues(lists ...[]string) (map[string]plan.Variable, error) {
	values := map[string]plan.Variable{}
	for _, text := range slices.Concat(lists...) {
		name, content, ok := strings.Cut(text, "=")
		name, kind, typed := strings.Cut(name, ":")
		if !ok || name == "" || typed && kind == "" {
			return nil, fmt.Errorf("--param %s: want name=value or name:TYPE=value", text)
		}
		if typed {
			t, err := sqltype.Parse(kind)
			if err != nil {
				return nil, fmt.Errorf("--param %s: %w", text, err)
			}
			kind = t.String() // aliases as well: INT is INT64
		}
		name = strings.ToLower(name)
		values[name] = plan.Variable{Name: name, Type: kind, Value: content}
	}
	return values, nil
}

// queryDay sets the business day; without a platform only a given one is known.
func (a *app) queryDay(s *query.Session, date string) error {
	if s.Plan == nil {
		if date != "" {
			return errors.New("--date: there is no platform here to say when its day begins; give --param run_date:DATE=" + date)
		}
		return nil
	}
	clock, err := plan.NewClock(s.Plan)
	if err != nil {
		return err
	}
	day, err := (&site{plan: s.Plan, clock: clock}).day(date)
	if err != nil {
		return err
	}
	s.Attempt.Plan, s.Attempt.Date = s.Plan, day.String()
	s.Attempt.Start, s.Attempt.End = clock.RunBounds(day)
	return nil
}

// queryOne analyses and runs one query, and prints what it gives.
func (a *app) queryOne(ctx context.Context, s *query.Session, f queryFlags, name, text string) error {
	answered, err := s.Analyse(text)
	if err != nil {
		return err
	}
	if diags := queryMistakes(answered, name, text, f.dryRun); len(diags) > 0 {
		err := diag.WriteText(a.err, diags, diag.TextOptions{
			Source: func(string) ([]byte, error) { return []byte(text), nil },
			Color:  a.color(a.err),
		})
		if err != nil {
			return err
		}
		return exitCode(1)
	}
	switch {
	case f.dryRun:
		return a.viewQueryColumns(answered)
	case f.explain:
		_, err := fmt.Fprintln(a.out, answered.SQL)
		return err
	}
	result, err := s.Run(ctx, answered, f.maxRows)
	if err != nil {
		return err
	}
	if err := a.viewQueryResult(result); err != nil {
		return err
	}
	if result.More && !a.quiet {
		fmt.Fprintf(a.err, "The first %d rows; --max-rows 0 prints all.\n", f.maxRows)
	}
	return nil
}

// queryMistakes are the mistakes in a query, at their places in its text. What only
// the embedded warehouse cannot do is none for a query that is not run.
func queryMistakes(answered sql.Answered, name, text string, dryRun bool) diag.List {
	var diags diag.List
	problems := answered.Problems
	if !dryRun {
		problems = append(problems, answered.Untranslated...)
	}
	for _, p := range problems {
		at := diag.Span{File: name}
		if p.Start >= 0 {
			at.Line, at.Col = lineAndByte(text, p.Start)
			if p.End > p.Start {
				at.EndLine, at.EndCol = lineAndByte(text, p.End)
			}
		}
		d := diags.Errorf(p.Code, at, "%s", p.Message).WithHint("%s", p.Hint)
		d.Notes = p.Notes
	}
	return diags
}

// lineAndByte is the place of an offset, both from 1.
func lineAndByte(text string, offset int) (line, col int32) {
	before := text[:min(offset, len(text))]
	return int32(1 + strings.Count(before, "\n")), int32(len(before) - strings.LastIndexByte(before, '\n'))
}

// dryColumns is the result of a dry run.
type dryColumns struct {
	Format     int             `json:"format"`
	Columns    []engine.Column `json:"columns"`
	Parameters []engine.Column `json:"parameters,omitempty"`
	Tables     []string        `json:"tables,omitempty"`
}
