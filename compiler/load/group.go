package load

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sluice/compiler/diag"
	schema "sluice/cue"
)

// groupBytes is how much CUE text one context evaluates: enough to share the cost
// of compiling the schema, little enough to be thrown away soon.
const groupBytes = 160 << 10

// index is what the package's files declare and refer to, together.
type index struct {
	files     []*file
	declaring map[declID][]int // files that declare it, ascending
	sections  map[string][]int // files that declare anything in a section
	naming    map[string][]int // files that declare a hidden field or definition
	patterned map[string]bool  // sections with contributions to every declaration
	generated map[string]bool  // sections with names known only by evaluation
	always    []int            // files that every group holds
	// names are those of the generated sections, once they are known.
	names map[declID]bool
}

func newIndex(files []*file) *index {
	x := &index{
		files:     files,
		declaring: map[declID][]int{},
		sections:  map[string][]int{},
		naming:    map[string][]int{},
		patterned: map[string]bool{},
		generated: map[string]bool{},
	}
	for i, f := range files {
		s := &f.survey
		in := map[string]bool{}
		for _, d := range s.decls {
			if at := x.declaring[d.declID]; len(at) == 0 || at[len(at)-1] != i {
				x.declaring[d.declID] = append(at, i)
			}
			in[d.section] = true
		}
		for section := range s.patterns {
			x.patterned[section], in[section] = true, true
		}
		for section := range s.generates {
			x.generated[section], in[section] = true, true
		}
		for section := range in {
			x.sections[section] = append(x.sections[section], i)
		}
		for name := range s.names {
			x.naming[name] = append(x.naming[name], i)
		}
		if s.embeds || s.open() {
			x.always = append(x.always, i)
		}
	}
	return x
}

// closure is the files that the meaning of some files depends on: themselves,
// those that every group holds, those that declare the same things, and what they
// refer to, transitively. Ascending.
func (x *index) closure(seed []int) []int {
	in := map[int]bool{}
	var queue []int
	push := func(files []int) {
		for _, i := range files {
			if !in[i] {
				in[i] = true
				queue = append(queue, i)
			}
		}
	}
	push(seed)
	push(x.always)
	for len(queue) > 0 {
		s := &x.files[queue[0]].survey
		queue = queue[1:]
		for _, d := range s.decls {
			push(x.declaring[d.declID])
		}
		for _, r := range s.refs {
			push(x.naming[r.root])
			if len(x.sections[r.root]) == 0 {
				continue
			}
			// A section without names (platform) is one declaration. A name that no
			// file declares is generated, by a file that every group holds.
			if whole, ok := x.declaring[declID{section: r.root}]; ok {
				push(whole)
			} else if r.name != "" {
				push(x.declaring[declID{r.root, r.name}])
			} else {
				push(x.sections[r.root])
			}
		}
	}
	return slices.Sorted(maps.Keys(in))
}

// alone reports whether a file's declarations mean what they say, whatever else
// is in the package.
func (x *index) alone(f *file) bool {
	if !f.survey.literal {
		return false
	}
	for _, d := range f.survey.decls {
		if len(x.declaring[d.declID]) > 1 || x.patterned[d.section] {
			return false
		}
		if x.generated[d.section] && (x.names == nil || x.names[d.declID]) {
			return false
		}
	}
	return true
}

// evaluate gives all declarations, literals as they were read and the rest by CUE.
func (l *loader) evaluate(ctx context.Context) ([]*part, error) {
	x := newIndex(l.files)
	if !l.embedsPlatform(x) {
		return nil, nil
	}
	var parts []*part
	if len(x.patterned) > 0 || len(x.generated) > 0 {
		generated := l.evaluateGroup(x, group{all: x.closure(nil), generated: true})
		parts = append(parts, generated)
		x.names = generated.names
	}
	var rest []int
	for i, f := range l.files {
		if f.literals != nil && x.alone(f) {
			parts = append(parts, f.literals)
		} else {
			rest = append(rest, i)
		}
		f.literals = nil
	}
	groups := l.groups(x, rest)
	results := make([]*part, len(groups))
	parallelRuns(len(groups), l.workers, 1, func(i int) {
		if ctx.Err() == nil {
			results[i] = l.evaluateGroup(x, groups[i])
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return append(parts, results...), nil
}

// embedsPlatform reports a package that never embeds the schema. Where something
// else is embedded, CUE has to tell: it may embed the schema in turn.
func (l *loader) embedsPlatform(x *index) bool {
	for _, f := range x.files {
		if f.survey.embeds || f.survey.embedsOther {
			return true
		}
	}
	at := x.files[0].survey.clause
	for _, f := range x.files { // the file where it belongs
		for _, d := range f.survey.decls {
			if d.section == "platform" {
				at = f.survey.clause
			}
		}
	}
	l.diags = append(l.diags, l.noPlatform(at))
	return false
}

func (l *loader) noPlatform(at diag.Span) diag.Diagnostic {
	var out diag.List
	return *out.Errorf(diag.NoPlatform, at, "the package %q embeds no #Platform, so nothing says what its fields mean", l.pkg).
		WithHint("after the package clause write: import \"sluice.dev/schema\", and on a line of its own: schema.#Platform")
}

// A group is the declarations that one context evaluates.
type group struct {
	seeds []int // files whose declarations it gives
	all   []int // their closure
	// generated: it gives the declarations that no file names.
	generated bool
}

// groups cuts files into groups of about groupBytes, neighbours together.
func (l *loader) groups(x *index, files []int) []group {
	var out []group
	var seeds []int
	size := 0
	flush := func() {
		if len(seeds) > 0 {
			out = append(out, group{seeds: seeds, all: x.closure(seeds)})
			seeds, size = nil, 0
		}
	}
	for _, i := range files {
		seeds = append(seeds, i)
		if size += len(x.files[i].src); size >= groupBytes {
			flush()
		}
	}
	flush()
	return out
}

// evaluateGroup builds a group's instance and reads its declarations: under the
// lean schema where that is sound, and where anything is wrong or in doubt under
// the schema itself.
func (l *loader) evaluateGroup(x *index, g group) *part {
	plain := !slices.ContainsFunc(g.all, func(i int) bool { return !x.files[i].survey.plain })
	if plain && !l.options.noLean {
		e := &evaluation{loader: l, index: x, group: g, result: &part{}, lean: true}
		v, syntax, errs := e.instance(true)
		if errs == nil {
			e.root, e.syntax = v, syntax
			if e.run(); !e.doubt && len(e.result.diags) == 0 {
				return e.result
			}
		}
	}
	return l.evaluateFully(x, g)
}

// evaluateFully evaluates a group under the schema. References to nothing and
// imports that fail are reported and taken out, so that they do not hide what else
// is wrong.
func (l *loader) evaluateFully(x *index, g group) *part {
	r := &part{}
	e := &evaluation{loader: l, index: x, group: g, result: r, lostImports: map[string]bool{}}
	for range 5 { // each round takes out what the one before found
		v, syntax, errs := e.instance(true)
		if errs == nil {
			e.root, e.syntax = v, syntax
			e.run()
			break
		}
		if !e.buildErrors(errs) {
			break
		}
	}
	return r
}

// instance builds the group's files in a new context, with the schema or without.
func (e *evaluation) instance(withSchema bool) (cue.Value, map[int]*ast.File, errors.Error) {
	l := e.loader
	bctx := build.NewContext()
	inst := bctx.NewInstance(l.folder.dir, l.imports.loadFunc(bctx, e.lean))
	inst.Module, inst.Root = l.imports.module, l.folder.root
	syntax := map[int]*ast.File{}
	for _, i := range e.group.all {
		f := e.index.files[i]
		parsed, err := parser.ParseFile(f.path, f.src)
		if err != nil {
			panic(fmt.Sprintf("load: %s parsed once but not twice: %v", f.path, err))
		}
		dropUnknown(parsed, &f.survey)
		e.broken = append(e.broken, replaceAt(parsed, e.unresolved)...)
		if !withSchema {
			dropSchema(parsed)
		}
		syntax[i] = parsed
		inst.AddSyntax(parsed) // its errors are in inst.Err
	}
	var errs errors.Error
	if err := inst.Complete(); err != nil {
		errs = errors.Append(errs, errors.Promote(err, ""))
	}
	errs = errors.Append(errs, inst.Err)
	errs = errors.Append(errs, inst.ResolutionErr)
	if errs != nil {
		return cue.Value{}, nil, errs
	}
	v := cuecontext.New().BuildInstance(inst)
	if err := v.Err(); err != nil && v.BuildInstance() == nil {
		return v, nil, errors.Promote(err, "") // no instance came out of it: compilation failed
	}
	return v, syntax, nil
}

// withoutSchema is the group's value as the user wrote it; it does not exist where
// the user embeds the schema in a way that cannot be taken out.
func (e *evaluation) withoutSchema() cue.Value {
	if !e.ownBuilt {
		e.ownBuilt = true
		for _, i := range e.group.all {
			if e.index.files[i].survey.embedsOther {
				return e.own
			}
		}
		if v, _, err := e.instance(false); err == nil {
			e.own = v
		}
	}
	return e.own
}

// dropSchema takes the embedding of schema.#Platform out of a file, and the import
// where nothing else uses it.
func dropSchema(f *ast.File) {
	names := schemaImports(f)
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		e, ok := d.(*ast.EmbedDecl)
		return ok && isSchemaPlatform(e.Expr, names)
	})
	used := false
	for _, r := range references(f) {
		used = used || names[r.root]
	}
	if used {
		return
	}
	for _, d := range f.Decls {
		if imp, ok := d.(*ast.ImportDecl); ok {
			imp.Specs = slices.DeleteFunc(imp.Specs, func(s *ast.ImportSpec) bool {
				p, err := literal.Unquote(s.Path.Value)
				return err == nil && ast.ParseImportPath(p).Path == schema.SchemaPath
			})
		}
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		imp, ok := d.(*ast.ImportDecl)
		return ok && len(imp.Specs) == 0
	})
}

// dropUnknown takes top-level fields that are no section out of a file: they have
// been reported, and CUE would report them again in every group.
func dropUnknown(f *ast.File, s *survey) {
	if len(s.unknown) == 0 {
		return
	}
	at := map[int]bool{}
	for _, u := range s.unknown {
		at[u.offset] = true
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool { return at[d.Pos().Offset()] })
}

// evaluation reads the declarations of one group.
type evaluation struct {
	loader *loader
	index  *index
	group  group
	root   cue.Value
	syntax map[int]*ast.File
	result *part

	lean  bool                  // under the lean schema: defaults are to be filled in
	doubt bool                  // the lean schema may mean something else
	named map[ast.Node]ast.Expr // see staticSyntax

	unresolved  []token.Pos     // references to nothing and imports that fail, taken out
	broken      []diag.Span     // places of the references
	lostImports map[string]bool // names of the imports
	own         cue.Value       // see withoutSchema
	ownBuilt    bool
}

func (e *evaluation) run() {
	if !e.root.LookupPath(cue.MakePath(cue.Str("capacity"))).Exists() {
		e.rootErrors()
		return
	}
	statics := e.staticSyntax()
	mine := map[int]bool{}
	for _, i := range e.group.seeds {
		mine[i] = true
	}
	for _, i := range e.group.seeds {
		done := map[declID]bool{}
		for _, d := range e.index.files[i].survey.decls {
			id := d.declID
			if done[id] || e.index.declaring[id][0] != i {
				continue // given by the first file that declares it
			}
			done[id] = true
			e.declaration(id, statics[id])
		}
		e.names(i)
	}
	if e.group.generated {
		e.generatedDeclarations()
	}
}

// staticSyntax finds each declaration's syntax in this group's parses, and what
// the names of the package and of lets stand for.
func (e *evaluation) staticSyntax() map[declID][]staticDecl {
	out := map[declID][]staticDecl{}
	e.named = map[ast.Node]ast.Expr{}
	for _, i := range e.group.all {
		f := e.syntax[i]
		for _, d := range surveyFile(f, e.loader.lang.Platform).decls {
			out[d.declID] = append(out[d.declID], d)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.LetClause:
				e.named[d] = d.Expr
			case *ast.Field:
				name, _, err := ast.LabelName(d.Label)
				if err == nil && len(e.index.naming[name]) == 1 { // else it means more than one of its places says
					e.named[d], e.named[d.Value] = d.Value, d.Value
				}
			}
		}
	}
	return out
}

// generatedDeclarations gives the declarations whose names no syntax holds.
func (e *evaluation) generatedDeclarations() {
	known := map[declID]bool{}
	for _, section := range e.loader.lang.Platform.Fields {
		if !e.index.patterned[section.Name] && !e.index.generated[section.Name] {
			continue
		}
		v := e.root.LookupPath(cue.MakePath(cue.Str(section.Name)))
		names, err := fieldNames(v)
		if err != nil {
			e.rawErrors(err)
			known = nil
			continue
		}
		for _, name := range names {
			id := declID{section.Name, name}
			if known != nil {
				known[id] = true
			}
			if len(e.index.declaring[id]) == 0 {
				e.declaration(id, nil)
			}
		}
	}
	e.result.names = known
}

// names reports errors in the hidden fields and definitions of a seed file that no
// declaration may use.
func (e *evaluation) names(i int) {
	for _, name := range slices.Sorted(maps.Keys(e.index.files[i].survey.names)) {
		sel := cue.Def(name)
		if name[0] == '_' {
			sel = cue.Hid(name, e.root.BuildInstance().ID())
		}
		v := e.root.LookupPath(cue.MakePath(sel))
		if err := v.Err(); err != nil {
			e.rawErrors(err)
		}
	}
}

func fieldNames(v cue.Value) ([]string, error) {
	it, err := v.Fields()
	if err != nil {
		return nil, err
	}
	var out []string
	for it.Next() {
		out = append(out, it.Selector().Unquoted())
	}
	return out, nil
}

// rootErrors reports a package in which the schema's sections do not appear:
// either the whole of it is broken, or what it embeds is not the schema.
func (e *evaluation) rootErrors() {
	if err := e.root.Err(); err != nil {
		e.rawErrors(err)
		return
	}
	e.result.diags = append(e.result.diags, e.loader.noPlatform(e.loader.files[0].survey.clause))
}

// rawErrors reports errors that belong to no declaration, as CUE says them.
func (e *evaluation) rawErrors(err error) {
	d := &diagnosis{e: e}
	for _, group := range byPath(errors.Errors(err)) {
		if !d.covered(group[0].Path()) {
			d.raw(group, diag.Span{File: e.index.files[e.group.all[0]].path, Line: 1, Col: 1})
		}
	}
	e.result.diags = append(e.result.diags, d.diags...)
}
