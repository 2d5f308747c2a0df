package query

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"sluice/compiler/sql"
	"sluice/compiler/sql/engine"
	"sluice/runtime/warehouse/duckdb"
)

// TestMain makes the test's own program the worker, one that dies where a statement
// says so: as a fault in a library would have it, with no chance to say why.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		in := &fatal{}
		if err := Serve(context.Background(), in, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// fatal is stdin, on which the word "fatal" kills the process.
type fatal struct{}

func (fatal) Read(b []byte) (int, error) {
	n, err := os.Stdin.Read(b)
	if bytes.Contains(b[:n], []byte("fatal")) {
		self, _ := os.FindProcess(os.Getpid())
		_ = self.Kill()
		select {}
	}
	return n, err
}

func batch(t *testing.T, processes int, limit time.Duration, memoryMB int, statements ...Statement) []map[string]any {
	t.Helper()
	var in, out bytes.Buffer
	for _, s := range statements {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(text, '\n'))
	}
	b := Batch{Worker: []string{os.Args[0], "worker"}, Processes: processes, Limit: limit, MemoryMB: memoryMB}
	b.Setup.Warehouse.ReadOnly, b.Setup.Warehouse.MemoryMB, b.Setup.Warehouse.Threads = true, 512, 1
	if err := b.Run(context.Background(), &in, &out); err != nil {
		t.Fatal(err)
	}
	var lines []map[string]any
	for line := range strings.Lines(out.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		lines = append(lines, m)
	}
	if len(lines) != len(statements) {
		t.Fatalf("%d answers to %d statements", len(lines), len(statements))
	}
	for i, s := range statements {
		if lines[i]["name"] != s.Name {
			t.Fatalf("answer %d is of %v, want %s", i, lines[i]["name"], s.Name)
		}
	}
	return lines
}

// fault is what a line's error says; empty where there is none.
func fault(line map[string]any) string {
	e, ok := line["error"].(map[string]any)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%v: %v", e["kind"], e["message"])
}

// TestIsolation has statements that crash, hang and take all memory among others.
func TestIsolation(t *testing.T) {
	bad := map[string]struct{ sql, want string }{
		"crash":  {"SELECT 'fatal'", "internal: the process of the statement died: "},
		"hang":   {"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT MAX(n) FROM t", "runtime: the statement did not finish within 3s and was stopped"},
		"memory": {"SELECT REPEAT('x', 1000000) FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000)) AS b", "runtime: the statement took more than 700 MB of memory and was stopped"},
	}
	var statements []Statement
	for _, name := range []string{"crash", "hang", "memory"} {
		for i := range 5 {
			statements = append(statements, Statement{Name: fmt.Sprintf("before %s %d", name, i), SQL: fmt.Sprintf("SELECT %d", i)})
		}
		statements = append(statements, Statement{Name: name, SQL: bad[name].sql})
	}
	statements = append(statements, Statement{Name: "last", SQL: "SELECT 1"})
	for _, processes := range []int{1, 2} {
		for _, line := range batch(t, processes, 3*time.Second, 700, statements...) {
			name := line["name"].(string)
			if got, want := fault(line), bad[name].want; want == "" && got != "" || !strings.HasPrefix(got, want) {
				t.Errorf("%d processes, %s: %q, want %q", processes, name, got, want)
			}
		}
	}
}

// TestNoOrphan ends the parent's side of a worker that hangs: the worker ends as well.
func TestNoOrphan(t *testing.T) {
	c := exec.Command(os.Args[0], "worker")
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill() }()
	fmt.Fprintln(in, `{"warehouse":{"ReadOnly":true}}`)
	fmt.Fprintln(in, `{"name":"hang","sql":"WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT MAX(n) FROM t"}`)
	var m message
	if err := json.NewDecoder(out).Decode(&m); err != nil || !m.Running {
		t.Fatalf("%+v, %v", m, err)
	}
	in.Close()
	if err := c.Wait(); err == nil {
		t.Error("the worker ended as if all was well")
	}
}

// TestOrder keeps the order although some take long.
func TestOrder(t *testing.T) {
	var statements []Statement
	for i := range 300 {
		sql := fmt.Sprintf("SELECT %d", i)
		if i%50 == 0 {
			sql = fmt.Sprintf("SELECT COUNT(*) + %d FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000)) AS b", i-1000000)
		}
		statements = append(statements, Statement{Name: fmt.Sprint(i), SQL: sql})
	}
	for i, line := range batch(t, 2, 30*time.Second, 0, statements...) {
		if got := fmt.Sprint(line["rows"]); got != fmt.Sprintf("[[%d]]", i) {
			t.Errorf("%d: %s %s", i, got, fault(line))
		}
	}
}

// TestLocked has a warehouse that another process writes: only what reads it fails.
func TestLocked(t *testing.T) {
	path := t.TempDir() + "/warehouse.duckdb"
	w, err := duckdb.Open(context.Background(), duckdb.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b := Batch{Worker: []string{os.Args[0], "worker"}, Processes: 1, Limit: time.Minute}
	b.Setup.Warehouse = duckdb.Options{Path: path, ReadOnly: true}
	b.Setup.Tables = []sql.AdhocTable{{Name: "core.orders", Schema: "core", Columns: []engine.Column{{Name: "id", Type: "INT64"}}}}
	var out bytes.Buffer
	in := `{"name":"table","sql":"SELECT * FROM core.orders"}` + "\n" + `{"name":"none","sql":"SELECT 1"}`
	if err := b.Run(context.Background(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{fmt.Sprintf("warehouse %s is in use by process %d", path, os.Getpid()), `{"name":"none","columns":[{"name":"","type":"INT64"}],"rows":[["1"]]}`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
}

func TestMistakesInLines(t *testing.T) {
	var out bytes.Buffer
	b := Batch{Worker: []string{"/nowhere/sluice"}, Processes: 1, Limit: time.Second}
	in := "\n{}\n[]\n{\"name\":\"zone\",\"sql\":\"SELECT 1\",\"time_zone\":\"Nowhere\"}\n{\"name\":\"start\",\"sql\":\"SELECT 1\"}"
	if err := b.Run(context.Background(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`line 2 is no statement: the field \"sql\" is missing`, "line 3 is no statement", `time zone \"Nowhere\" is not known`, "start a worker"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %s", want, out.String())
		}
	}
}

func TestCheckZone(t *testing.T) {
	for zone, ok := range map[string]bool{"UTC": true, "Asia/Tokyo": true, "+09:00": true, "-8": true, "+25:00": false, "Local": false, "Nowhere": false, "../etc": false} {
		if err := CheckZone(zone); (err == nil) != ok {
			t.Errorf("%s: %v", zone, err)
		}
	}
}
