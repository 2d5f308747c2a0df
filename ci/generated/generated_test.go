package generated

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/ci/tfschema"
	"sluice/compiler/emit"
	"sluice/compiler/pipeline"
	"sluice/runtime/plan"
)

var root = filepath.Join("..", "..")

// environments whose output is committed: the others differ with each pull request.
var environments = []string{"local", "prod"}

func compile(t *testing.T, env string) []emit.File {
	t.Helper()
	r, diags, err := pipeline.Run(t.Context(), pipeline.Options{Dir: filepath.Join(root, "cue", "manabi"), Environment: env, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		t.Logf("%s: %s[%s]: %s", d.Span, d.Severity, d.Code, d.Message)
	}
	if diags.HasErrors() {
		t.Fatalf("the reference platform has errors in environment %s", env)
	}
	return r.Files
}

// TestCommitted: what is committed is what compiles. SLUICE_UPDATE=1 writes it.
func TestCommitted(t *testing.T) {
	golden.Cases(t, filepath.Join(root, "generated"), environments...)
	for _, env := range environments {
		dir := filepath.Join(root, "generated", env)
		files := compile(t, env)
		if golden.Updating() {
			report, diags, err := emit.Write(dir, files)
			if err != nil || diags.HasErrors() {
				t.Fatalf("%s: %v %v", env, err, diags)
			}
			t.Logf("%s: %d written, %d removed, %d unchanged", env, len(report.Written), len(report.Removed), len(report.Unchanged))
			continue
		}
		report, diags, err := emit.Drift(dir, files)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range append(diags, emit.OutOfDate(dir, report)...) {
			t.Errorf("%s: %s (SLUICE_UPDATE=1 writes it)", d.Span.File, d.Message)
		}
	}
}

func TestPlansDecode(t *testing.T) {
	for _, env := range environments {
		data, err := os.ReadFile(filepath.Join(root, "generated", env, "plan.json"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Decode(data)
		if err != nil {
			t.Fatalf("%s: %v", env, err)
		}
		if p.Environment != env || len(p.Tasks) < 60 {
			t.Errorf("%s: environment %s with %d tasks", env, p.Environment, len(p.Tasks))
		}
	}
}

func TestProviderTakesTheTerraform(t *testing.T) {
	schema := tfschema.Load(t, root)
	checked := 0
	for _, f := range compile(t, "prod") {
		if !strings.HasPrefix(f.Path, "terraform/") {
			continue
		}
		problems, kinds := schema.Check(f.Content)
		checked += len(kinds)
		for _, p := range problems {
			t.Errorf("%s: %s", f.Path, p)
		}
	}
	if checked == 0 {
		t.Error("no resource was checked")
	}
}

// TestTerraformReads lets Terraform itself read it, as far as it can without providers.
func TestTerraformReads(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("NOT CHECKED: terraform is not on PATH")
	}
	dir := t.TempDir()
	if _, _, err := emit.Write(dir, compile(t, "prod")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(terraform, "get", "-no-color")
	cmd.Dir = filepath.Join(dir, "terraform")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
