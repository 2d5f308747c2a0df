package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sluice/ci/golden"
)

const root = "../.."

// TestExamples runs every example of every page. SLUICE_UPDATE=1 rewrites the pages.
func TestExamples(t *testing.T) {
	bin := build(t)
	for _, page := range pages(t) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			p := Parse(string(text))
			if len(p.Commands()) == 0 {
				return
			}
			dir := t.TempDir()
			now, wrong, err := p.Run(func(command string) (string, error) { return shell(t, bin, dir, command) })
			if err != nil {
				t.Fatal(err)
			}
			if len(wrong) == 0 {
				return
			}
			if golden.Updating() {
				if err := os.WriteFile(page, []byte(now), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			for _, w := range wrong {
				t.Errorf("$ %s\nthe page says:\n%s\nit prints:\n%s", w.Command, w.Page, w.Got)
			}
		})
	}
}

// pages are README.md and docs/*.md; docs/codes has a test of its own.
func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{filepath.Join(root, "README.md")}, list...)
}

// build makes the binary in a folder of its own.
func build(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "sluice"), "./cmd/sluice")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// folder is where the last command left the shell, so that cd works as on a terminal.
var folder = map[string]string{}

// shell runs a command in the page's folder; make runs in the project's. A command
// may fail: what it prints is the example.
func shell(t *testing.T, bin, dir, command string) (string, error) {
	if folder[dir] == "" {
		folder[dir] = dir
	}
	at := folder[dir]
	if strings.HasPrefix(command, "make ") {
		abs, err := filepath.Abs(root)
		if err != nil {
			return "", err
		}
		at = abs
		command = strings.Replace(command, "make ", "make --no-print-directory DEMO="+filepath.Join(dir, "demo")+" ", 1)
	}
	where := filepath.Join(dir, ".pwd")
	cmd := exec.Command("bash", "-c", command+"\npwd > "+where)
	cmd.Dir = at
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "NO_COLOR=1", "LC_ALL=C.UTF-8")
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		return "", fmt.Errorf("%s: %w", command, err)
	}
	if !strings.HasPrefix(command, "make ") {
		if pwd, err := os.ReadFile(where); err == nil {
			folder[dir] = strings.TrimSpace(string(pwd))
		}
	}
	t.Logf("$ %s%s", command, errors.String())
	// The page shows the folder that make uses when a person calls it.
	return strings.ReplaceAll(string(out), filepath.Join(dir, "demo"), ".sluice/demo"), nil
}

func TestParse(t *testing.T) {
	page := "# A\n\n```console\n$ echo a\na\n\n$ cat > f <<'EOF'\nx\nEOF\n$ cat f\nx\n```\nend\n```\n$ not run\n```\n"
	p := Parse(page)
	if got := p.Commands(); len(got) != 3 || got[1] != "cat > f <<'EOF'\nx\nEOF\n" {
		t.Fatalf("commands: %q", got)
	}
	outputs := []string{"a\n", "", "x\n"}
	same, wrong, err := p.Run(func(string) (string, error) { o := outputs[0]; outputs = outputs[1:]; return o, nil })
	if err != nil || len(wrong) != 0 || same != page {
		t.Fatalf("%v %v\n%s", err, wrong, same)
	}
	outputs = []string{"b\n", "", "y\n"}
	changed, wrong, _ := p.Run(func(string) (string, error) { o := outputs[0]; outputs = outputs[1:]; return o, nil })
	if want := strings.NewReplacer("\na\n\n", "\nb\n\n", "$ cat f\nx\n", "$ cat f\ny\n").Replace(page); len(wrong) != 2 || changed != want {
		t.Fatalf("%v\n%s", wrong, changed)
	}
}

func TestSteady(t *testing.T) {
	if a, b := steady("took 12ms at 10:00\n a   b\n"), steady("took 1.5s at 11:30\n a b\n"); a != b {
		t.Errorf("%q is not %q", a, b)
	}
	if a, b := steady("7 rows"), steady("8 rows"); a == b {
		t.Error("a count does not matter")
	}
}
