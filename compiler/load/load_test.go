package load

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// unpack writes a txtar archive to a new folder.
func unpack(t testing.TB, archive []byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse(archive).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t testing.TB, o Options) (*spec.Platform, diag.List) {
	t.Helper()
	o.NoCache = true
	p, diags, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p, diags
}

func dump(t testing.TB, p *spec.Platform) string {
	t.Helper()
	q := *p
	q.Root = ""
	b, err := json.MarshalIndent(q, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func render(diags diag.List) string {
	var b bytes.Buffer
	diag.WriteText(&b, diags, diag.TextOptions{})
	return b.String()
}

func readArchive(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBothPathsAgree(t *testing.T) {
	dir := unpack(t, readArchive(t, "shop.txtar"))
	a, diags := run(t, Options{Dir: dir})
	if len(diags) > 0 {
		t.Fatal(render(diags))
	}
	b, diags := run(t, Options{Dir: dir, noLiteral: true})
	if len(diags) > 0 {
		t.Fatal(render(diags))
	}
	if x, y := dump(t, a), dump(t, b); x != y {
		os.WriteFile("/tmp/t/a.json", []byte(x), 0o644)
		os.WriteFile("/tmp/t/b.json", []byte(y), 0o644)
		t.Error("literal and CUE differ")
	}
}
