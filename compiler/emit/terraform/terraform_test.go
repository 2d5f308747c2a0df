package terraform

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/emit"
	"sluice/compiler/emit/internal/emittest"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// cases are platforms that together have every resource that is emitted.
func cases() map[string]*model.Platform {
	reserved := emittest.Platform("prod")
	reserved.Environment.Warehouse.Reservation = spec.Text{V: "batch", Set: true}
	reserved.Environment.Warehouse.Project = spec.Text{V: "shop-warehouse", Set: true}
	reserved.Models[0].Spec.Kind.V = "vertex"
	return map[string]*model.Platform{
		"prod":         emittest.Platform("prod"),
		"reserved":     reserved,
		"pull_request": emittest.Platform("pull_request"),
	}
}

func content(files []emit.File) map[string][]byte {
	out := map[string][]byte{}
	for _, f := range files {
		out[f.Path] = f.Content
	}
	return out
}

func TestGolden(t *testing.T) {
	golden.Cases(t, "testdata", sortedKeys(cases())...)
	for name, m := range cases() {
		t.Run(name, func(t *testing.T) {
			golden.Tree(t, filepath.Join("testdata", name), content(Files(m)))
		})
	}
}

func TestNothingForTheEmbeddedWarehouse(t *testing.T) {
	if files := Files(emittest.Platform("local")); len(files) != 0 {
		t.Errorf("got %d files", len(files))
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	want := content(Files(emittest.Platform("prod")))
	for seed := range int64(20) {
		m := emittest.Platform("prod")
		emittest.Shuffle(m, seed)
		got := content(Files(m))
		for path := range want {
			if string(got[path]) != string(want[path]) {
				t.Fatalf("seed %d: %s differs:\n%s", seed, path, got[path])
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d files, want %d", seed, len(got), len(want))
		}
	}
}

// resources reads the configuration back: by type, then key.
func resources(t *testing.T, files []emit.File) map[string]map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]map[string]any{}
	for _, f := range files {
		var c struct {
			Resource map[string]map[string]map[string]any `json:"resource"`
		}
		if err := json.Unmarshal(f.Content, &c); err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		for kind, keys := range c.Resource {
			for key, body := range keys {
				if all[kind] == nil {
					all[kind] = map[string]map[string]any{}
				}
				if all[kind][key] != nil {
					t.Errorf("%s.%s is in two files", kind, key)
				}
				all[kind][key] = body
			}
		}
	}
	return all
}

func TestProtection(t *testing.T) {
	prod := resources(t, Files(emittest.Platform("prod")))["google_bigquery_table"]
	for key, want := range map[string]bool{"app-members": true, "core-members": true, "mart-churn_score": true, "mart-kpi": false} {
		if got := prod[key]["deletion_protection"]; got != want {
			t.Errorf("%s: deletion_protection %v, want %v", key, got, want)
		}
	}
	if prod["web-events_*"] != nil || len(prod) != 6 {
		t.Errorf("tables %v: what exists elsewhere is not made", sortedKeys(prod))
	}
	pr := resources(t, Files(emittest.Platform("pull_request")))
	for key, body := range pr["google_bigquery_table"] {
		if body["deletion_protection"] != false {
			t.Errorf("%s: a pull request's table is protected", key)
		}
	}
	for kind := range pr {
		if !strings.HasPrefix(kind, "google_bigquery_") {
			t.Errorf("a pull request makes %s", kind)
		}
	}
}

// TestViewsOfTheDay: a view with run parameters is made by its task, and so is what
// reads it; BigQuery would refuse the first and not find the second's input.
func TestViewsOfTheDay(t *testing.T) {
	m := emittest.Platform("prod")
	kpi := m.TableByName["mart.kpi"]
	above := *kpi
	above.Name, above.Reads = "mart.above", []*model.Table{kpi}
	m.Tables = append(m.Tables, &above)
	m.Routines[0].Reads = []*model.Table{&above}
	count := func() (tables, routines int) {
		all := resources(t, Files(m))
		return len(all["google_bigquery_table"]), len(all["google_bigquery_routine"])
	}
	if tables, routines := count(); tables != 7 || routines != 1 {
		t.Errorf("%d tables and %d routines, want 7 and 1", tables, routines)
	}
	kpi.Statement = &model.Statement{Parameters: []string{"run_date"}, Rendered: "SELECT @run_date"}
	if tables, routines := count(); tables != 5 || routines != 0 {
		t.Errorf("with a parameter %d tables and %d routines, want 5 and 0", tables, routines)
	}
}

func TestUsersTextIsNoTemplate(t *testing.T) {
	m := emittest.Platform("prod")
	m.Spec.Datasets[0].Description.V = "${file(\"/etc/passwd\")} %{ if x }"
	m.TableByName["mart.kpi"].Statement.Rendered = "SELECT '${a}'"
	all := resources(t, Files(m))
	if got := all["google_bigquery_dataset"]["core"]["description"]; got != "$${file(\"/etc/passwd\")} %%{ if x }" {
		t.Errorf("description %q", got)
	}
	if got := all["google_bigquery_table"]["mart-kpi"]["view"].(map[string]any)["query"]; got != "SELECT '$${a}'" {
		t.Errorf("query %q", got)
	}
}

// TestLeastPrivilege keeps basic roles, and reading of secrets, from slipping in.
func TestLeastPrivilege(t *testing.T) {
	for name, m := range cases() {
		for _, f := range Files(m) {
			text := string(f.Content)
			for _, role := range []string{"roles/owner", "roles/editor", "roles/viewer", "secretmanager.admin", "secretmanager.versions.access",
				"allUsers", "allAuthenticatedUsers", "google_service_account_key", "google_secret_manager_secret_version"} {
				if strings.Contains(text, `"`+role+`"`) || strings.Contains(text, `"roles/`+role+`"`) {
					t.Errorf("%s: %s grants %s", name, f.Path, role)
				}
			}
		}
	}
}

var reference = regexp.MustCompile(`\b(google_[a-z0-9_]+)\.([A-Za-z0-9_-]+)(?:\.([a-z_]+))?`)

// TestReferences follows every reference to a resource that is there.
func TestReferences(t *testing.T) {
	for name, m := range cases() {
		files := Files(m)
		all := resources(t, files)
		found := 0
		for _, f := range files {
			for _, r := range reference.FindAllStringSubmatch(string(f.Content), -1) {
				found++
				if all[r[1]][r[2]] == nil {
					t.Errorf("%s: %s refers to %s.%s, which is not there", name, f.Path, r[1], r[2])
				}
			}
		}
		if found == 0 {
			t.Errorf("%s: no reference at all", name)
		}
	}
}

func TestNamesFit(t *testing.T) {
	m := emittest.Platform("prod")
	m.Spec.Info.Name.V = "a-platform-with-a-long-name-xx"
	m.Project = "a-project-with-a-very-long-id1"
	all := resources(t, Files(m))
	account := regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	for key, body := range all["google_service_account"] {
		if id := body["account_id"].(string); !account.MatchString(id) {
			t.Errorf("%s: account ID %q (%d)", key, id, len(id))
		}
	}
	bucket := regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{1,61}[a-z0-9]$`)
	for key, body := range all["google_storage_bucket"] {
		if name := body["name"].(string); !bucket.MatchString(name) {
			t.Errorf("%s: bucket name %q (%d)", key, name, len(name))
		}
	}
	id := regexp.MustCompile(`^[A-Za-z0-9_.]{3,64}$`)
	for key, body := range all["google_project_iam_custom_role"] {
		if got := body["role_id"].(string); !id.MatchString(got) {
			t.Errorf("%s: role ID %q", key, got)
		}
	}
}

func TestBucketKeysDiffer(t *testing.T) {
	if a, b := keyOfBucket("a.b"), keyOfBucket("a_b"); a == b {
		t.Errorf("both are %s", a)
	}
}

// TestTerraformReads lets Terraform itself read the configuration, as far as it can
// without providers: syntax, names, blocks of its own, doubled resources.
func TestTerraformReads(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("NOT CHECKED: terraform is not on PATH, its own reading of the configuration is NOT tested")
	}
	for name, m := range cases() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if _, _, err := emit.Write(dir, Files(m)); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"get"}, {"fmt", "-check", "-recursive"}} {
				cmd := exec.Command(terraform, args...)
				cmd.Dir = filepath.Join(dir, "terraform")
				cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_ARGS=-no-color")
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
				}
			}
		})
	}
}
