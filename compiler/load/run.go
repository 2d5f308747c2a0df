// Package load turns a CUE package into spec: the only place that knows CUE.
//
// A platform is one CUE package that embeds schema.#Platform. Run gives every
// declaration with the user's place on every value, or diagnostics at the user's
// places. It is made for platforms of ten thousand tables:
//
//   - a file that holds nothing but literals is read straight from its syntax tree
//     against the language (package lang), where nothing else in the package can
//     contribute to what it declares (survey.go says when);
//   - everything else is evaluated by CUE, in groups of files with all that they
//     refer to, each group in a context of its own that is thrown away (group.go);
//     CUE also words every error, since literals that do not fit go the same way;
//   - a result without errors is kept in a cache that is valid as long as no byte
//     of what it was made from changes (cache.go).
package load

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"slices"

	cuepath "cuelang.org/go/cue"
	cueast "cuelang.org/go/cue/ast"

	"sluice/compiler/diag"
	"sluice/compiler/load/lang"
	"sluice/compiler/spec"
	"sluice/cue"
)

// Options say what to load.
type Options struct {
	// Dir is the folder of the platform's package.
	Dir string
	// NoCache neither reads nor writes the cache in <root>/.sluice/cache.
	NoCache bool
	// NoInstall leaves cue.mod alone. Otherwise the schema is written there when it
	// differs from the binary's, for `cue vet` and editors; see InstallSchema.
	NoInstall bool
	// Workers is the number of goroutines; 0 is one for each processor.
	Workers int
	// Build identifies the program, so that another build never trusts this one's
	// cache; empty takes BuildID().
	Build string

	// For tests that compare: everything through CUE, and under the schema itself.
	noLiteral, noLean bool
}

// Run loads a platform. The list holds the user's mistakes; with errors in it the
// platform holds what could be read and is not complete. The error is the world's:
// a folder that cannot be read, a cancelled context.
func Run(ctx context.Context, o Options) (*spec.Platform, diag.List, error) {
	f, err := findFolder(o.Dir)
	if err != nil {
		return nil, nil, err
	}
	if !o.NoInstall {
		// Only editors need these files; a folder that may not be written is no reason to fail.
		if _, err := InstallSchema(f.root); err != nil && !errors.Is(err, fs.ErrPermission) && !isReadOnly(err) {
			return nil, nil, err
		}
	}
	return newLoader(o, f).run(ctx)
}

func newLoader(o Options, f folder) *loader {
	l := &loader{options: o, folder: f, workers: o.Workers}
	if l.workers <= 0 {
		l.workers = runtime.GOMAXPROCS(0)
	}
	return l
}

// relaxGC trades memory for time while the stage runs: nothing is collected until
// the heap reaches a limit. grow raises the limit with what there is to load, so
// that a huge platform does not spend its time collecting. A stricter limit of the
// caller's stands.
func relaxGC() (grow func(sourceBytes int), restore func()) {
	const limit = 416 << 20
	oldLimit := debug.SetMemoryLimit(-1)
	if oldLimit <= limit {
		return func(int) {}, func() {}
	}
	oldPercent := debug.SetGCPercent(-1)
	debug.SetMemoryLimit(limit)
	grow = func(sourceBytes int) {
		debug.SetMemoryLimit(min(oldLimit, max(limit, 20*int64(sourceBytes))))
	}
	return grow, func() {
		debug.SetGCPercent(oldPercent)
		debug.SetMemoryLimit(oldLimit)
	}
}

// loader is one run of the stage.
type loader struct {
	options Options
	folder  folder
	workers int
	diags   diag.List
	pkg     string // name of the package
	lang    *lang.Language
	files   []*file // of the package, by path
	imports *importer
	paths   map[*lang.Field]cuepath.Path // of every field, by itself

	badSyntax bool // a file of the package is no CUE, and left out
}

func (l *loader) run(ctx context.Context) (*spec.Platform, diag.List, error) {
	grow, restore := relaxGC()
	defer restore()
	paths, err := l.folder.candidates()
	if err != nil {
		return nil, nil, err
	}
	if len(paths) == 0 {
		l.diags.Errorf(diag.NoPlatform, diag.Span{File: l.folder.rel(l.folder.dir)}, "there are no CUE files in the folder").
			WithHint("`sluice init` makes a small platform that works")
		return l.empty(), l.diags, nil
	}
	files, err := l.folder.read(paths, l.workers)
	if err != nil {
		return nil, nil, err
	}
	size := 0
	for _, f := range files {
		size += len(f.src)
	}
	grow(size)
	cache := l.openCache(files)
	if p := cache.load(); p != nil {
		return p, nil, nil
	}
	p, err := l.build(ctx, files)
	if err != nil {
		return nil, nil, err
	}
	if len(l.diags) == 0 {
		cache.save(p, l.imports.dependencies())
	}
	return p, l.diags.Sorted(), nil
}

func (l *loader) empty() *spec.Platform {
	return &spec.Platform{Root: l.folder.root, SQLFiles: map[string]string{}}
}

// build is a load without cache.
func (l *loader) build(ctx context.Context, files []*file) (*spec.Platform, error) {
	if err := l.prepare(); err != nil {
		return nil, err
	}
	l.files = l.selectPackage(files)
	if len(l.files) == 0 {
		if len(l.diags) == 0 {
			l.diags.Errorf(diag.NoPlatform, diag.Span{File: files[0].path, Line: 1, Col: 1}, "no file of the folder belongs to a package").
				WithHint("begin every file of a platform with the same package clause")
		}
		return l.empty(), nil
	}
	for _, f := range l.files {
		l.unknownSections(f)
	}
	l.imports.survey(l.files)

	parts, err := l.evaluate(ctx)
	if err != nil {
		return nil, err
	}
	p := l.empty()
	for _, part := range parts {
		merge(p, &part.platform)
		l.diags = append(l.diags, part.diags...)
	}
	sortSections(p)
	l.requirePlatform(p)
	l.readSQLFiles(p)
	return p, nil
}

// prepare reads the schema.
func (l *loader) prepare() error {
	schema := schemaFS(cue.Schema)
	var err error
	if l.lang, err = lang.Parse(schema); err != nil {
		return err
	}
	l.paths = fieldPaths(l.lang)
	l.imports, err = newImporter(l.folder, schema)
	return err
}

// requirePlatform reports a platform that never says who it is.
func (l *loader) requirePlatform(p *spec.Platform) {
	if p.Info.At.Line > 0 {
		return
	}
	for _, f := range l.files {
		if slices.ContainsFunc(f.survey.decls, func(d declared) bool { return d.section == "platform" }) {
			return // it is there, and something is wrong with it
		}
	}
	for _, f := range l.files {
		if f.survey.embed.Line > 0 {
			info := l.lang.Platform.Field("platform")
			l.diags.Errorf(diag.MissingField, f.survey.embed, "the required field %q is missing: %s", info.Name, firstSentence(info.Doc)).
				WithHint("add %s", example(info))
			return
		}
	}
}

// unknownSections reports top-level fields that the language does not have.
func (l *loader) unknownSections(f *file) {
	if len(f.survey.unknown) == 0 {
		return
	}
	var names []string
	for _, s := range l.lang.Platform.Fields {
		names = append(names, s.Name)
	}
	for _, u := range f.survey.unknown {
		l.diags.Errorf(diag.UnknownField, u.at, "a platform has no section %q", u.name).
			WithHint("%s", didYouMean(u.name, names, "sections"))
	}
}

// fieldPaths makes the path of every field of the language once.
func fieldPaths(l *lang.Language) map[*lang.Field]cuepath.Path {
	paths := map[*lang.Field]cuepath.Path{}
	var visit func(t *lang.Type)
	visit = func(t *lang.Type) {
		if t == nil {
			return
		}
		fields := t.Fields
		for _, v := range t.ByKind {
			fields = slices.Concat(fields, v.Fields)
		}
		for _, f := range fields {
			if _, seen := paths[f]; !seen {
				paths[f] = cuepath.MakePath(cuepath.Str(f.Name))
				visit(f.Type)
			}
		}
		visit(t.Elem)
		visit(t.First)
	}
	visit(l.Platform)
	return paths
}

// spanOf is a node's place in the file that it was parsed from.
func spanOf(n cueast.Node) diag.Span {
	from := n.Pos()
	if !from.IsValid() {
		return diag.Span{}
	}
	p := from.Position()
	s := diag.Span{File: p.Filename, Line: int32(p.Line), Col: int32(p.Column)}
	if to := n.End(); to.IsValid() {
		q := to.Position()
		s.EndLine, s.EndCol = int32(q.Line), int32(q.Column)
	}
	return s
}

// BuildID identifies the running program: the version control revision where the
// build has one, and the size and time of its file.
func BuildID() string {
	id := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				id = s.Value
			}
		}
	}
	if exe, err := os.Executable(); err == nil {
		if info, err := os.Stat(exe); err == nil {
			id += fmt.Sprintf("/%d/%d", info.Size(), info.ModTime().UnixNano())
		}
	}
	return id
}
