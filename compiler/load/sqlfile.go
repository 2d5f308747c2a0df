package load

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// SQLPath is the path, relative to the platform's root, of the file that a
// sql_file names: it is relative to the CUE file that it stands in. It is the key
// of Platform.SQLFiles. ok is false where it leads out of the root.
func SQLPath(t spec.Text) (name string, ok bool) {
	if path.IsAbs(t.V) || strings.Contains(t.V, `\`) {
		return t.V, false
	}
	name = path.Join(path.Dir(t.At.File), t.V)
	return name, name != ".." && !strings.HasPrefix(name, "../")
}

// readSQLFiles reads the text of every sql_file.
func (l *loader) readSQLFiles(p *spec.Platform) {
	var names []spec.Text
	for _, t := range p.Tables {
		names = append(names, t.SQLFile)
	}
	for _, r := range p.Routines {
		names = append(names, r.SQLFile)
	}
	type result struct {
		name string
		text []byte
		err  error
		ok   bool
	}
	results := make([]result, len(names))
	parallel(len(names), l.workers, func(i int) {
		if names[i].Set {
			r := &results[i]
			if r.name, r.ok = SQLPath(names[i]); r.ok {
				r.text, r.err = os.ReadFile(filepath.Join(l.folder.root, filepath.FromSlash(r.name)))
				if r.err == nil {
					r.err = l.insideRoot(r.name)
				}
			}
		}
	})
	for i, t := range names {
		r := results[i]
		switch {
		case !t.Set:
		case !r.ok:
			l.diags.Errorf(diag.SQLFileError, t.At, "%q is outside the platform's folder", t.V).
				WithHint("a SQL file lies beside the CUE file that names it, or below; its path uses forward slashes")
		case r.err == errOutside:
			l.diags.Errorf(diag.SQLFileError, t.At, "%q is a link to a place outside the platform's folder", t.V).
				WithHint("put the file itself into the platform's folder")
		case os.IsNotExist(r.err):
			l.diags.Errorf(diag.SQLFileError, t.At, "there is no file %q", r.name).
				WithHint("%s", l.sqlFileHint(r.name))
		case r.err != nil:
			l.diags.Errorf(diag.SQLFileError, t.At, "the file %q cannot be read: %v", r.name, r.err).
				WithHint("a SQL file is a plain file that the current user may read")
		case !utf8.Valid(r.text):
			line, col := firstInvalid(r.text)
			l.diags.Errorf(diag.SQLFileError, t.At, "the file %q is not UTF-8", r.name).
				WithRelated(diag.Span{File: r.name, Line: line, Col: col}, "the first byte that is not").
				WithHint("save the file as UTF-8")
		default:
			// Some editors write a byte order mark; it is no part of the text.
			p.SQLFiles[r.name] = strings.TrimPrefix(string(r.text), "\ufeff")
		}
	}
}

var errOutside = errorString("outside the platform's folder")

type errorString string

func (e errorString) Error() string { return string(e) }

// insideRoot follows links.
func (l *loader) insideRoot(name string) error {
	full := filepath.Join(l.folder.root, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		return err
	}
	real, err := filepath.EvalSymlinks(full)
	if err != nil {
		return err
	}
	root, err := filepath.EvalSymlinks(l.folder.root)
	if err != nil {
		return err
	}
	if rel, err := filepath.Rel(root, real); err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return errOutside
	}
	return nil
}

// sqlFileHint names a file with nearly the same name, or says where to put one.
func (l *loader) sqlFileHint(name string) string {
	var have []string
	entries, _ := os.ReadDir(filepath.Join(l.folder.root, filepath.FromSlash(path.Dir(name))))
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".sql") {
			have = append(have, e.Name())
		}
	}
	if best := nearest(path.Base(name), have); best != "" {
		return "did you mean " + best + "?"
	}
	return "paths are relative to the CUE file's folder; create the file, or write the query in sql"
}

func firstInvalid(text []byte) (line, col int32) {
	line, col = 1, 1
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line, col = line+1, 0
		}
		col += int32(n)
		text = text[n:]
	}
	return line, col
}
