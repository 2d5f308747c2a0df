package cloudbuild

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/cloudbuild/apiv1/v2/cloudbuildpb"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/encoding/protojson"

	"sluice/ci/golden"
	"sluice/compiler/emit/internal/emittest"
	"sluice/compiler/emit/planjson"
	"sluice/compiler/model"
)

func content(m *model.Platform) map[string][]byte {
	out := map[string][]byte{}
	for _, f := range Files(m) {
		out[f.Path] = f.Content
	}
	return out
}

func TestGolden(t *testing.T) {
	golden.Tree(t, filepath.Join("testdata", "prod"), content(emittest.Platform("prod")))
}

func TestOnlyProductionHasPipelines(t *testing.T) {
	for _, env := range []string{"local", "pull_request"} {
		if files := Files(emittest.Platform(env)); len(files) != 0 {
			t.Errorf("%s has %d files", env, len(files))
		}
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	want := content(emittest.Platform("prod"))
	for seed := range int64(10) {
		m := emittest.Platform("prod")
		emittest.Shuffle(m, seed)
		for path, text := range content(m) {
			if string(text) != string(want[path]) {
				t.Fatalf("seed %d: %s differs", seed, path)
			}
		}
	}
}

// decode reads a pipeline into the official client's type; a field that the API
// does not know is an error.
func decode(t *testing.T, text []byte) *cloudbuildpb.Build {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	b := new(cloudbuildpb.Build)
	if err := (protojson.UnmarshalOptions{DiscardUnknown: false}).Unmarshal(data, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func pipelines(t *testing.T) map[string]*cloudbuildpb.Build {
	out := map[string]*cloudbuildpb.Build{}
	for path, text := range content(emittest.Platform("prod")) {
		if strings.HasSuffix(path, ".yaml") {
			out[path] = decode(t, text)
		}
	}
	if len(out) != 2 {
		t.Fatalf("want two pipelines, got %d", len(out))
	}
	return out
}

func TestOfficialTypesTakeThePipelines(t *testing.T) {
	accounts := map[string]bool{}
	for path, b := range pipelines(t) {
		accounts[b.GetServiceAccount()] = true
		if !regexp.MustCompile(`^projects/[a-z0-9-]+/serviceAccounts/[a-z0-9-]+@[a-z0-9-]+\.iam\.gserviceaccount\.com$`).MatchString(b.GetServiceAccount()) {
			t.Errorf("%s: service account %q", path, b.GetServiceAccount())
		}
		if b.GetOptions().GetLogging() != cloudbuildpb.BuildOptions_CLOUD_LOGGING_ONLY {
			t.Errorf("%s: an identity of its own needs logging to Cloud Logging only", path)
		}
		var all int64
		seen := map[string]bool{}
		for _, s := range b.GetSteps() {
			if seen[s.GetId()] {
				t.Errorf("%s: step %s twice", path, s.GetId())
			}
			for _, after := range s.GetWaitFor() {
				if after != "-" && !seen[after] {
					t.Errorf("%s: step %s waits for %s, which is not before it", path, s.GetId(), after)
				}
			}
			seen[s.GetId()] = true
			if s.GetTimeout().GetSeconds() == 0 {
				t.Errorf("%s: step %s has no time limit", path, s.GetId())
			}
			all = max(all, s.GetTimeout().GetSeconds())
			if name := s.GetName(); name != "${_SLUICE_IMAGE}" && !regexp.MustCompile(`:[0-9]+\.[0-9]+\.[0-9]+(-[a-z]+)?$`).MatchString(name) {
				t.Errorf("%s: image %s is not pinned", path, name)
			}
		}
		if total := b.GetTimeout().GetSeconds(); total < all {
			t.Errorf("%s: limit %ds is below a step's %ds", path, total, all)
		}
	}
	if len(accounts) != 2 {
		t.Errorf("the pipelines share an identity: %v", accounts)
	}
}

func TestUnknownFieldIsRefused(t *testing.T) {
	data := []byte(`{"steps": [{"name": "x", "colour": "red"}]}`)
	if err := protojson.Unmarshal(data, new(cloudbuildpb.Build)); err == nil {
		t.Error("the official types take any field: the test above shows nothing")
	}
}

var substitution = regexp.MustCompile(`\$\$|\$\{?([A-Z_][A-Z0-9_]*)\}?`)

// TestSubstitutions: each that is used is built in or declared, each declared is
// used, and none has to do with a secret.
func TestSubstitutions(t *testing.T) {
	builtIn := []string{"BUILD_ID", "_PR_NUMBER"}
	m := emittest.Platform("prod")
	for path, b := range pipelines(t) {
		used := map[string]bool{}
		for _, s := range b.GetSteps() {
			for _, text := range append(slices.Clone(s.GetArgs()), s.GetName(), s.GetDir()) {
				for _, x := range substitution.FindAllStringSubmatch(text, -1) {
					if x[1] != "" {
						used[x[1]] = true
					}
				}
			}
		}
		for name := range used {
			if _, declared := b.GetSubstitutions()[name]; !declared && !slices.Contains(builtIn, name) {
				t.Errorf("%s: %s is not declared", path, name)
			}
		}
		for name, value := range b.GetSubstitutions() {
			if !used[name] {
				t.Errorf("%s: %s is not used", path, name)
			}
			for _, s := range m.Spec.Secrets {
				if id := s.SecretManager.V; id != "" && strings.Contains(value, id) {
					t.Errorf("%s: %s holds the secret %s", path, name, id)
				}
			}
		}
		if b.GetAvailableSecrets() != nil || len(b.GetSecrets()) > 0 {
			t.Errorf("%s hands out secrets", path)
		}
	}
}

// TestScripts runs the scripts with a gcloud that only copies files.
func TestScripts(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("NOT CHECKED: no bash, the pipelines' scripts are NOT run")
	}
	m := emittest.Platform("prod")
	dir := t.TempDir()
	bucket, work, bin := filepath.Join(dir, "bucket"), filepath.Join(dir, "work"), filepath.Join(dir, "bin")
	for _, d := range []string{bucket, filepath.Join(work, "generated", "prod"), bin} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// gcloud storage cp FROM TO, where gs://<bucket> is a folder.
	fake := "#!/bin/sh\nfrom=$(echo \"$3\" | sed \"s|^gs://[^/]*|" + bucket + "|\"); to=$(echo \"$4\" | sed \"s|^gs://[^/]*|" + bucket + "|\")\n" +
		"case $to in */) ;; *) mkdir -p \"$(dirname \"$to\")\";; esac\nif [ \"$from\" = - ]; then cat > \"$to\"; else cp \"$from\" \"$to\"; fi\n"
	write(t, filepath.Join(bin, "gcloud"), fake, 0o755)
	plan := planjson.Build(m)
	files, err := planjson.Files(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		write(t, filepath.Join(work, "generated", "prod", f.Path), string(f.Content), 0o644)
	}
	run := func(pipeline, id string) {
		t.Helper()
		for _, s := range pipelines(t)[pipeline].GetSteps() {
			if s.GetId() != id {
				continue
			}
			args := slices.Clone(s.GetArgs())
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "$$", "$") // as Cloud Build does
			}
			cmd := exec.Command(bash, args...)
			cmd.Dir = work
			cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", id, err, out)
			}
			return
		}
		t.Fatalf("%s has no step %s", pipeline, id)
	}

	run("cloudbuild/pull_request.yaml", "live-plan") // nothing is live yet
	if _, err := os.Stat(filepath.Join(work, ".sluice/prod/current")); err == nil {
		t.Error("a live plan before the first deployment")
	}
	run("cloudbuild/deploy.yaml", "publish-plan")
	run("cloudbuild/pull_request.yaml", "live-plan")
	current, err := os.ReadFile(filepath.Join(work, ".sluice/prod/current"))
	if err != nil || strings.TrimSpace(string(current)) != plan.Digest {
		t.Errorf("live is %q, want %s: %v", current, plan.Digest, err)
	}
	if _, err := os.Stat(filepath.Join(work, ".sluice/prod/plans", strings.TrimPrefix(plan.Digest, "sha256:")+".json")); err != nil {
		t.Error(err)
	}
}

func write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
