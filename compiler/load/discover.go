package load

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sluice/compiler/diag"
)

// A file is one CUE file of the package.
type file struct {
	path     string // relative to the root, with slashes; what spans name
	src      []byte
	sum      [sha256.Size]byte
	survey   survey
	excluded bool  // by a build attribute
	err      error // of the parser
	literals *part // its declarations where all of them are literals; else nil
}

// A folder is where a platform lives.
type folder struct {
	root string // absolute; spans are relative to it
	dir  string // absolute; the package's folder, root or below
}

// findFolder locates the root: the nearest folder from dir upwards that has a
// cue.mod, or dir itself.
func findFolder(dir string) (folder, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return folder{}, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return folder{}, err
	}
	if !info.IsDir() {
		return folder{}, fmt.Errorf("%s is not a folder", dir)
	}
	for at := abs; ; at = filepath.Dir(at) {
		if info, err := os.Stat(filepath.Join(at, "cue.mod")); err == nil && info.IsDir() {
			return folder{root: at, dir: abs}, nil
		}
		if at == filepath.Dir(at) {
			return folder{root: abs, dir: abs}, nil
		}
	}
}

// rel is a path as spans name it.
func (f folder) rel(abs string) string {
	r, err := filepath.Rel(f.root, abs)
	if err != nil {
		return filepath.ToSlash(abs)
	}
	return filepath.ToSlash(r)
}

// candidates lists the CUE files that may belong to the package, as CUE itself
// would: those of its folder and, for files of the same package, of the folders
// above up to the root. Sorted by path.
func (f folder) candidates() ([]string, error) {
	var out []string
	for at := f.dir; ; at = filepath.Dir(at) {
		names, err := cueFiles(at)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			out = append(out, f.rel(filepath.Join(at, n)))
		}
		if at == f.root {
			break
		}
	}
	slices.Sort(out)
	return out, nil
}

// cueFiles lists the CUE files of one folder that CUE would load.
func cueFiles(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	out := names[:0]
	for _, n := range names {
		if strings.HasSuffix(n, ".cue") && n[0] != '.' && n[0] != '_' &&
			!strings.HasSuffix(n, "_tool.cue") && !strings.HasSuffix(n, "_test.cue") {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out, nil
}

// read reads and hashes files on all workers, in the order given.
func (f folder) read(paths []string, workers int) ([]*file, error) {
	out := make([]*file, len(paths))
	errs := make([]error, len(paths))
	parallel(len(paths), workers, func(i int) {
		src, err := os.ReadFile(filepath.Join(f.root, filepath.FromSlash(paths[i])))
		errs[i] = err
		out[i] = &file{path: paths[i], src: src, sum: sha256.Sum256(src)}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// parallel calls do for 0..n-1 on the given number of goroutines, in runs of
// neighbours.
func parallel(n, workers int, do func(i int)) { parallelRuns(n, workers, 16, do) }

// parallelRuns is parallel with runs of the given length.
func parallelRuns(n, workers, run int, do func(i int)) {
	if workers <= 1 || n <= run {
		for i := range n {
			do(i)
		}
		return
	}
	var next int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				mu.Lock()
				from := next
				next += run
				mu.Unlock()
				if from >= n {
					return
				}
				for i := from; i < min(from+run, n); i++ {
					do(i)
				}
			}
		})
	}
	wg.Wait()
}

// scan parses a file, surveys it, and reads its literals. The syntax is not kept:
// ten thousand files of it are more than everything else together.
func (l *loader) scan(f *file) {
	syntax, err := parser.ParseFile(f.path, f.src)
	f.err = err
	if syntax == nil {
		return
	}
	f.excluded = excluded(syntax)
	s := surveyFile(syntax, l.lang.Platform)
	f.survey = s.whole()
	f.survey.plain = true // as long as it holds no expressions
	if err == nil && s.literal && !l.options.noLiteral {
		f.literals = l.readLiterals(f, s.decls)
	}
	if f.literals == nil {
		f.survey.expressions(syntax, l.lang.Platform)
	}
}

// selectPackage scans the files and keeps those of the package in dir. What is no
// CUE, or of no package, is reported.
func (l *loader) selectPackage(files []*file) []*file {
	parallel(len(files), l.workers, func(i int) { l.scan(files[i]) })
	dir := l.folder.rel(l.folder.dir)
	own := func(f *file) bool { return path.Dir(f.path) == dir }

	firsts := map[string]*file{} // first file of each package in the folder itself
	var names []string
	for _, f := range files {
		name := f.survey.pkg
		if own(f) && !f.excluded && name != "" && name != "_" && firsts[name] == nil {
			firsts[name] = f
			names = append(names, name)
		}
	}
	if len(names) > 1 {
		l.diags.Errorf(diag.PackageError, firsts[names[1]].survey.clause, "the folder holds two packages, %q and %q", names[0], names[1]).
			WithRelated(firsts[names[0]].survey.clause, "package %q is named here", names[0]).
			WithHint("give all files of a platform the same package clause, or move one package to a folder of its own")
	}
	if len(names) > 0 {
		l.pkg = names[0]
	}

	var out []*file
	for _, f := range files {
		switch name := f.survey.pkg; {
		case f.excluded, !own(f) && name != l.pkg: // of another package, in a folder above
		case f.err != nil:
			l.syntaxErrors(f.err)
		case name == l.pkg && name != "":
			out = append(out, f)
		case name == "" || name == "_":
			hint := "begin the file with a package clause"
			if l.pkg != "" {
				hint = fmt.Sprintf("begin the file with: package %s", l.pkg)
			}
			l.diags.Errorf(diag.PackageError, diag.Span{File: f.path, Line: 1, Col: 1}, "the file belongs to no package, so nothing in it counts").
				WithHint("%s", hint)
		}
	}
	return out
}

// excluded reports whether a file's build attribute leaves it out: @ignore(), or
// an @if() that does not hold where no tag is set, as here.
func excluded(f *ast.File) bool {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Package:
			return false
		case *ast.Attribute:
			switch name, body := d.Split(); name {
			case "ignore":
				return true
			case "if":
				x, err := parser.ParseExpr(f.Filename, body)
				if err == nil && !holds(x) {
					return true
				}
			}
		}
	}
	return false
}

// holds evaluates the expression of an @if attribute with no tag set.
func holds(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return holds(x.X)
	case *ast.UnaryExpr:
		return x.Op == token.NOT && !holds(x.X)
	case *ast.BinaryExpr:
		if x.Op == token.LAND {
			return holds(x.X) && holds(x.Y)
		}
		return x.Op == token.LOR && (holds(x.X) || holds(x.Y))
	}
	return false
}

// byPlace orders spans.
func byPlace(a, b diag.Span) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// schemaFS is the schema's files at its root.
func schemaFS(embedded fs.FS) fs.FS {
	sub, err := fs.Sub(embedded, "schema")
	if err != nil {
		panic(err) // the path is a constant
	}
	return sub
}
