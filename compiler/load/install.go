package load

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"

	"sluice/compiler/wholefile"
	"sluice/cue"
)

const (
	moduleFile      = "cue.mod/module.cue"
	languageVersion = "v0.15.0"
)

// InstallSchema makes the folder a CUE module that finds the schema: it writes
// cue.mod/module.cue where there is none, and the schema's files below
// cue.mod/pkg where their bytes differ from the binary's, so that `cue vet` and
// the CUE language server see what sluice sees. It returns the paths, relative to
// dir, that it wrote.
func InstallSchema(dir string) ([]string, error) {
	var wrote []string
	module := filepath.Join(dir, filepath.FromSlash(moduleFile))
	if _, err := os.Stat(module); os.IsNotExist(err) {
		text := fmt.Sprintf("module: %s\nlanguage: version: %q\n", literal.String.Quote(moduleNameFor(dir)), languageVersion)
		if err := wholefile.Write(module, []byte(text), 0o644); err != nil {
			return wrote, err
		}
		wrote = append(wrote, moduleFile)
	}
	schema := schemaFS(cue.Schema)
	names, err := fs.Glob(schema, "*.cue")
	if err != nil {
		return wrote, err
	}
	at := "cue.mod/pkg/" + cue.SchemaPath
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
		src, err := fs.ReadFile(schema, n)
		if err != nil {
			return wrote, err
		}
		target := filepath.Join(dir, filepath.FromSlash(at), n)
		if have, err := os.ReadFile(target); err == nil && bytes.Equal(have, src) {
			continue
		}
		if err := wholefile.Write(target, src, 0o644); err != nil {
			return wrote, err
		}
		wrote = append(wrote, at+"/"+n)
	}
	// A file that an older schema had would be unified with the new one.
	entries, err := os.ReadDir(filepath.Join(dir, filepath.FromSlash(at)))
	if err != nil {
		return wrote, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".cue") && !want[e.Name()] {
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(at), e.Name())); err != nil {
				return wrote, err
			}
		}
	}
	return wrote, nil
}

// moduleNameFor makes a module path of the folder's name; CUE wants a dot in its
// first element.
func moduleNameFor(dir string) string {
	name := "platform"
	if abs, err := filepath.Abs(dir); err == nil {
		name = filepath.Base(abs)
	}
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' && b.Len() > 0 {
			b.WriteRune(r)
		}
	}
	clean := strings.Trim(b.String(), "-")
	if clean == "" {
		clean = "platform"
	}
	return clean + ".example"
}

// Format rewrites CUE source in CUE's canonical form, as `cue fmt` does. The error
// of a file that is no CUE names its place.
//
// CUE aligns before it simplifies, so that its own output may be formatted otherwise
// once more: Format goes on until nothing changes.
func Format(src []byte) ([]byte, error) {
	const rounds = 5
	for range rounds {
		out, err := format.Source(src, format.Simplify())
		if err != nil || bytes.Equal(out, src) {
			return out, err
		}
		src = out
	}
	return src, nil
}
