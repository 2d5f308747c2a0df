// Package pipeline is the order of the compiler's stages, and nothing else:
//
//	load → sql.Parse → resolve → check → sql.Run → flow → schedule → emit
//
// A stage runs past the mistakes of those before it as long as what it then says is
// about the user's platform and not about what is missing from it.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"syscall"
	"time"

	"sluice/compiler/cache"
	"sluice/compiler/check"
	"sluice/compiler/diag"
	"sluice/compiler/emit"
	"sluice/compiler/emit/cloudbuild"
	"sluice/compiler/emit/planjson"
	"sluice/compiler/emit/terraform"
	"sluice/compiler/emit/unittest"
	"sluice/compiler/lineage"
	"sluice/compiler/load"
	"sluice/compiler/model"
	"sluice/compiler/resolve"
	"sluice/compiler/schedule"
	"sluice/compiler/spec"
	"sluice/compiler/sql"
	"sluice/runtime/plan"
)

// Stage names a stage, as --timings prints it.
type Stage string

// The stages in their order.
const (
	Load     Stage = "load"
	Parse    Stage = "parse"
	Resolve  Stage = "resolve"
	Check    Stage = "check"
	SQL      Stage = "sql"
	Flow     Stage = "flow"
	Schedule Stage = "schedule"
	Emit     Stage = "emit"
)

// Stages are all of them, in order.
var Stages = []Stage{Load, Parse, Resolve, Check, SQL, Flow, Schedule, Emit}

// Options say what to compile, and how far.
type Options struct {
	// Dir is the folder of the platform's package.
	Dir string
	// Environment to compile for; empty takes "local", or the only one.
	Environment string
	// Variables are values given by hand: of variables, and of placeholders in names.
	Variables map[string]string
	// Until is the last stage to run; empty runs all.
	Until Stage
	// NoCache neither reads nor writes what earlier runs found out.
	NoCache bool
	// Workers is the number of goroutines of stages that share work; 0 is one for
	// each processor.
	Workers int
	// SQLWorker is a command whose process shares the work on SQL, for which this
	// process has one thread only: it must call sql.ServeWorker. Empty does all here.
	SQLWorker []string
	// Tests has the SQL stage prepare the tables' unit tests; they are Result.UnitTests
	// where there is no error.
	Tests bool
	// Lint has the SQL stage judge style and cost as well, as warnings.
	Lint bool
	// Now is the clock for Result.Timings; nil measures nothing.
	Now func() time.Time
}

// Result is what the stages made, as far as they ran.
type Result struct {
	Spec    *spec.Platform
	Model   *model.Platform // after Resolve; completed by SQL and Schedule
	Plan    *plan.Plan      // after Emit, where there is no error
	Files   []emit.File     // the same; paths are relative to the environment's folder below generated
	Timings []Timing        // of the stages that ran, in order
	// UnitTests are the tables' tests, with Options.Tests, after SQL.
	UnitTests []plan.UnitTest
}

// Timing is how long a stage took.
type Timing struct {
	Stage    Stage         `json:"stage"`
	Duration time.Duration `json:"duration_ns"`
}

// cacheBytes bounds what is kept of SQL analysis between runs.
const cacheBytes = 512 << 20

// Run compiles. The list holds every mistake that could be found, sorted; with an
// error in it there is no plan. The error is the world's: a file that cannot be
// read, a context that is done.
func Run(ctx context.Context, o Options) (Result, diag.List, error) {
	p := &pipeline{options: o, cache: &cache.Memory{}, pool: sql.NewPool(o.SQLWorker, o.processes()), spend: func() {}}
	defer p.pool.Close()
	err := p.run(ctx)
	return p.result, p.diags.Sorted(), err
}

func (o Options) processes() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// pipeline is the state of one Run.
type pipeline struct {
	options    Options
	result     Result
	diags      diag.List
	cache      cache.Cache
	pool       *sql.Pool
	statements sql.Statements
	spend      func() // ends what giveBack began
}

func (p *pipeline) run(ctx context.Context) error {
	err := p.stage(ctx, Load, p.load)
	defer p.spend()
	if err != nil {
		return err
	}
	// What did not load is missing, so that names of it would be unknown: only the
	// form of the SQL can still be judged.
	incomplete := p.diags.HasErrors()
	save, err := p.openCache()
	if err != nil {
		return err
	}
	if err := p.stages(ctx, incomplete); err != nil {
		return err
	}
	return save()
}

func (p *pipeline) stages(ctx context.Context, incomplete bool) error {
	if err := p.stage(ctx, Parse, p.parse); err != nil || incomplete {
		return err
	}
	if err := p.stage(ctx, Resolve, p.resolve); err != nil {
		return err
	}
	if err := p.stage(ctx, Check, p.check); err != nil {
		return err
	}
	if err := p.stage(ctx, SQL, p.sql); err != nil {
		return err
	}
	if err := p.stage(ctx, Flow, p.flow); err != nil {
		return err
	}
	if err := p.stage(ctx, Schedule, p.schedule); err != nil {
		return err
	}
	if p.diags.HasErrors() {
		return nil
	}
	return p.stage(ctx, Emit, p.emit)
}

// stage runs one stage, unless an earlier one was to be the last, and measures it.
func (p *pipeline) stage(ctx context.Context, s Stage, run func(context.Context) error) error {
	if until := p.options.Until; until != "" && slices.Index(Stages, s) > slices.Index(Stages, until) {
		return nil
	}
	var start time.Time
	if p.options.Now != nil {
		start = p.options.Now()
	}
	err := run(ctx)
	if p.options.Now != nil {
		p.result.Timings = append(p.result.Timings, Timing{s, p.options.Now().Sub(start)})
	}
	if err == nil {
		err = ctx.Err() // a stage that was cut short has not seen everything
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	return nil
}

func (p *pipeline) load(ctx context.Context) error {
	sp, diags, err := load.Run(ctx, load.Options{Dir: p.options.Dir, NoCache: p.options.NoCache, Workers: p.options.Workers})
	p.result.Spec = sp
	p.diags = append(p.diags, diags...)
	p.spend = giveBack()
	return err
}

// leanPercent is how much the heap grows between collections while the processes of the
// SQL stages run beside this one.
const leanPercent = 40

// giveBack returns what a stage left behind to the system, where that is much: the
// processes of the next one need it. From then on this process collects more often,
// until spend is called.
func giveBack() (spend func()) {
	held := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(held)
	sum := uint64(0)
	for _, s := range held {
		if s.Value.Kind() == metrics.KindUint64 {
			sum += s.Value.Uint64()
		}
	}
	if sum < 256<<20 {
		return func() {}
	}
	before := debug.SetGCPercent(leanPercent)
	debug.FreeOSMemory()
	return func() { debug.SetGCPercent(before) }
}

// openCache opens what earlier runs found out about SQL; save keeps what is new.
func (p *pipeline) openCache() (save func() error, err error) {
	if p.options.NoCache {
		return func() error { return nil }, nil
	}
	pack, err := cache.Open(filepath.Join(p.result.Spec.Root, ".sluice", "cache", "sql"), cacheBytes)
	if err != nil {
		return nil, err
	}
	p.cache = pack
	return func() error {
		// Where nothing may be written, nothing is kept: no reason to fail.
		if err := pack.Save(); err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
			return err
		}
		return nil
	}, nil
}

func (p *pipeline) parse(ctx context.Context) error {
	statements, diags := sql.Parse(ctx, p.result.Spec, sql.Options{Cache: p.cache, Build: load.BuildID(), Pool: p.pool})
	p.statements = statements
	p.diags = append(p.diags, diags...)
	return nil
}

func (p *pipeline) resolve(context.Context) error {
	m, diags := resolve.Run(p.result.Spec, p.statements, p.options.Environment, p.options.Variables)
	p.result.Model = m
	p.diags = append(p.diags, diags...)
	return nil
}

func (p *pipeline) check(context.Context) error {
	p.diags = append(p.diags, check.Run(p.result.Model)...)
	return nil
}

func (p *pipeline) sql(ctx context.Context) error {
	p.diags = append(p.diags, sql.Run(ctx, p.result.Model, sql.Options{
		Cache: p.cache, Build: load.BuildID(), Pool: p.pool, Lint: p.options.Lint, Tests: p.options.Tests, Source: p.read,
	})...)
	p.pool.Close() // the memory of its processes is of better use to what follows
	p.spend()
	p.diags = append(p.diags, check.Columns(p.result.Model)...)
	if p.options.Tests && !p.diags.HasErrors() {
		p.result.UnitTests = unittest.Build(p.result.Model)
	}
	return nil
}

// read reads a file by its name in spans.
func (p *pipeline) read(file string) ([]byte, error) {
	return os.ReadFile(filepath.Join(p.result.Spec.Root, filepath.FromSlash(file)))
}

func (p *pipeline) flow(context.Context) error {
	p.diags = append(p.diags, lineage.Run(p.result.Model)...)
	return nil
}

func (p *pipeline) schedule(context.Context) error {
	p.diags = append(p.diags, schedule.Run(p.result.Model)...)
	return nil
}

func (p *pipeline) emit(context.Context) error {
	// A platform without a diagnostic gives a sound plan, or a stage has a hole: then
	// no plan is better than a wrong one.
	m := p.result.Model
	if node := unrendered(m); node != "" {
		return fmt.Errorf("the SQL of %q has no result although nothing was reported, which is a bug in sluice", node)
	}
	built := planjson.Build(m)
	if err := plan.Validate(built); err != nil {
		return fmt.Errorf("the plan is not sound, which is a bug in sluice: %w", err)
	}
	files, err := planjson.Files(built)
	if err != nil {
		return err
	}
	files = append(files, terraform.Files(m)...)
	files = append(files, cloudbuild.Files(m)...)
	p.result.Plan, p.result.Files = built, files
	return nil
}

// unrendered finds a statement that the warehouse would get nothing of. Routines of
// the embedded warehouse need none: calls are expanded where they stand.
func unrendered(m *model.Platform) string {
	lacks := func(s *model.Statement) bool { return s != nil && (s.Failed || s.Rendered == "") }
	for _, t := range m.Tables {
		if lacks(t.Statement) {
			return t.Name
		}
	}
	for _, c := range m.Checks {
		if lacks(c.Statement) {
			return c.ID
		}
	}
	for _, e := range m.Exports {
		if lacks(e.Statement) {
			return "export." + e.Name
		}
	}
	for _, r := range m.Routines {
		if r.Statement == nil {
			continue // not SQL
		}
		if r.Statement.Failed || m.Target == "bigquery" && r.Statement.Rendered == "" {
			return r.Name
		}
	}
	return ""
}

// Folder is where an environment's files belong, below the platform's root.
func Folder(root, environment string) string { return filepath.Join(root, "generated", environment) }
