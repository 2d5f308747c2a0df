package load

import (
	"crypto/sha256"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sluice/cue"
)

// An importer finds the packages that CUE files import: the schema, which is part
// of the binary, CUE's standard library, and the packages of the user's module
// and its cue.mod/{pkg,usr,gen}. Nothing reaches the network.
type importer struct {
	folder  folder
	module  string               // path of the user's module; empty where there is no module file
	sources map[string][]*source // parsed-from bytes by import path, read once
	lean    []*source            // of the schema
	dirs    map[string]bool      // folders looked at, relative to the root
}

// source is a file of an imported package.
type source struct {
	name string // for positions: relative to the root, or below the schema's import path
	src  []byte
}

func newImporter(f folder, schema fs.FS) (*importer, error) {
	im := &importer{folder: f, sources: map[string][]*source{}, dirs: map[string]bool{}}
	names, err := fs.Glob(schema, "*.cue")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		src, err := fs.ReadFile(schema, n)
		if err != nil {
			return nil, err
		}
		name := cue.SchemaPath + "/" + n
		im.sources[cue.SchemaPath] = append(im.sources[cue.SchemaPath], &source{name, src})
		short, err := leanSource(name, src)
		if err != nil {
			return nil, err
		}
		im.lean = append(im.lean, &source{name, short})
	}
	im.module = moduleName(f)
	return im, nil
}

// moduleName reads the module's path from cue.mod/module.cue, without its major version.
func moduleName(f folder) string {
	src, err := os.ReadFile(filepath.Join(f.root, moduleFile))
	if err != nil {
		return ""
	}
	syntax, err := parser.ParseFile(moduleFile, src)
	if err != nil {
		return ""
	}
	for _, d := range syntax.Decls {
		field, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		if name, _, err := ast.LabelName(field.Label); err != nil || name != "module" {
			continue
		}
		if lit, ok := field.Value.(*ast.BasicLit); ok {
			if s, err := literal.Unquote(lit.Value); err == nil {
				return ast.ParseImportPath(s).Path
			}
		}
	}
	return ""
}

// survey reads every package that the files import, directly and not, so that the
// workers find them read, and the cache knows them.
func (im *importer) survey(files []*file) {
	for _, f := range files {
		im.follow(f.survey.imports)
	}
}

func (im *importer) follow(paths []string) {
	for _, p := range paths {
		if _, seen := im.sources[p]; seen || isStandard(p) || ast.ParseImportPath(p).Path == cue.SchemaPath {
			continue
		}
		im.sources[p] = im.read(p)
		for _, s := range im.sources[p] {
			if syntax, err := parser.ParseFile(s.name, s.src, parser.ImportsOnly); err == nil {
				im.follow(importsOf(syntax))
			}
		}
	}
}

// importsOf lists the paths that a file imports.
func importsOf(f *ast.File) []string {
	var out []string
	for spec := range f.ImportSpecs() {
		if p, err := literal.Unquote(spec.Path.Value); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// isStandard reports whether the path names a package of CUE's own library: its
// first element has no dot.
func isStandard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

// read finds the files of an imported package; none where there is no such package.
func (im *importer) read(importPath string) []*source {
	ip := ast.ParseImportPath(importPath)
	var dirs []string
	if im.module != "" {
		if ip.Path == im.module {
			dirs = append(dirs, ".")
		} else if rest, ok := strings.CutPrefix(ip.Path, im.module+"/"); ok {
			dirs = append(dirs, rest)
		}
	}
	for _, d := range []string{"pkg", "gen", "usr"} {
		dirs = append(dirs, path.Join("cue.mod", d, ip.Path))
	}
	var out []*source
	for _, dir := range dirs {
		im.dirs[dir] = true
		names, err := cueFiles(filepath.Join(im.folder.root, filepath.FromSlash(dir)))
		if err != nil {
			continue
		}
		for _, n := range names {
			name := path.Join(dir, n)
			src, err := os.ReadFile(filepath.Join(im.folder.root, filepath.FromSlash(name)))
			if err != nil {
				continue
			}
			syntax, err := parser.ParseFile(name, src, parser.PackageClauseOnly)
			if err == nil && syntax.PackageName() == ip.Qualifier && !excluded(syntax) {
				out = append(out, &source{name, src})
			}
		}
	}
	return out
}

// loadFunc builds instances for one build context; with the lean schema, or the
// schema itself.
func (im *importer) loadFunc(ctx *build.Context, useLean bool) build.LoadFunc {
	var loadFunc build.LoadFunc
	loading := map[string]bool{}
	loadFunc = func(pos token.Pos, importPath string) *build.Instance {
		if isStandard(importPath) {
			return nil
		}
		key := importPath
		if ast.ParseImportPath(key).Path == cue.SchemaPath {
			key = cue.SchemaPath
		}
		dir := path.Dir(importPath)
		inst := ctx.NewInstance(dir, loadFunc)
		inst.ImportPath = importPath
		sources := im.sources[key]
		if useLean && key == cue.SchemaPath {
			sources = im.lean
		}
		switch {
		case len(sources) == 0:
			inst.Err = errors.Newf(pos, "package %q is not found", importPath)
			return inst
		case loading[key]:
			inst.Err = errors.Newf(pos, "package %q imports itself", importPath)
			return inst
		}
		loading[key] = true
		defer delete(loading, key)
		for _, s := range sources {
			syntax, err := parser.ParseFile(s.name, s.src)
			if err != nil {
				inst.Err = errors.Append(inst.Err, errors.Promote(err, "import"))
				continue
			}
			if err := inst.AddSyntax(syntax); err != nil {
				return inst
			}
		}
		if err := inst.Complete(); err != nil {
			inst.Err = errors.Append(inst.Err, errors.Promote(err, "import"))
		}
		return inst
	}
	return loadFunc
}

// dependency is something outside the package that its meaning depends on.
type dependency struct {
	Path string // relative to the root
	Dir  bool   // the list of CUE files in a folder, else a file's content
	Sum  [sha256.Size]byte
}

// dependencies lists what imports depend on: the contents of the files that were
// read, and which files there were.
func (im *importer) dependencies() []dependency {
	var out []dependency
	for _, dir := range slices.Sorted(maps.Keys(im.dirs)) {
		out = append(out, dependency{Path: dir, Dir: true, Sum: sumDir(im.folder, dir)})
		names, _ := cueFiles(filepath.Join(im.folder.root, filepath.FromSlash(dir)))
		for _, n := range names {
			name := path.Join(dir, n)
			out = append(out, dependency{Path: name, Sum: sumFile(im.folder, name)})
		}
	}
	return out
}

func sumDir(f folder, dir string) [sha256.Size]byte {
	names, err := cueFiles(filepath.Join(f.root, filepath.FromSlash(dir)))
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256([]byte(strings.Join(names, "\n")))
}

func sumFile(f folder, name string) [sha256.Size]byte {
	src, err := os.ReadFile(filepath.Join(f.root, filepath.FromSlash(name)))
	if err != nil {
		return [sha256.Size]byte{}
	}
	return sha256.Sum256(src)
}
