// Package plain loads a platform the way CUE's own packages do it: one instance of
// the whole package, validated and decoded. It is the baseline that the loader is
// measured against, and nothing else uses it.
package plain

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	schema "sluice/cue"
)

// Load evaluates the package in dir and decodes its tables, and returns how many
// there are. It knows no imports but the schema and CUE's library.
func Load(dir string) (int, error) {
	ctx := build.NewContext()
	inst := ctx.NewInstance(dir, func(_ token.Pos, path string) *build.Instance {
		if path != schema.SchemaPath {
			return nil
		}
		return schemaInstance(ctx)
	})
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".cue") {
			continue
		}
		src, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return 0, err
		}
		file, err := parser.ParseFile(e.Name(), src)
		if err != nil {
			return 0, err
		}
		if err := inst.AddSyntax(file); err != nil {
			return 0, err
		}
	}
	if err := inst.Complete(); err != nil {
		return 0, err
	}
	v := cuecontext.New().BuildInstance(inst)
	if err := v.Validate(cue.Concrete(true)); err != nil {
		return 0, err
	}
	var tables map[string]map[string]any
	if err := v.LookupPath(cue.ParsePath("table")).Decode(&tables); err != nil {
		return 0, fmt.Errorf("decode: %w", err)
	}
	return len(tables), nil
}

func schemaInstance(ctx *build.Context) *build.Instance {
	inst := ctx.NewInstance("schema", func(token.Pos, string) *build.Instance { return nil })
	inst.ImportPath = schema.SchemaPath
	names, err := fs.Glob(schema.Schema, "schema/*.cue")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, n := range names {
		src, err := fs.ReadFile(schema.Schema, n)
		if err != nil {
			panic(err) // embedded
		}
		file, err := parser.ParseFile(n, src)
		if err != nil {
			panic(err) // embedded
		}
		if err := inst.AddSyntax(file); err != nil {
			panic(err)
		}
	}
	if err := inst.Complete(); err != nil {
		panic(err)
	}
	return inst
}
