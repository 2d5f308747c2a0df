package synth_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"sluice/ci/bench/synth"
	"sluice/compiler/pipeline"
	"sluice/compiler/sql"
)

const workerArgument = "sql-worker-for-tests"

// TestMain lets the test binary be a worker of the SQL stage.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == workerArgument {
		if err := sql.ServeWorker(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestProcesses compiles a platform with one process and with several, from nothing
// and with what an earlier run found out: every file is the same, byte by byte.
func TestProcesses(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := synth.Write(dir, synth.Options{Tables: 120, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	for _, environment := range []string{"local", "prod"} {
		var first []byte
		for _, o := range []pipeline.Options{
			{Workers: 1, NoCache: true},
			{Workers: 3, NoCache: true, SQLWorker: []string{self, workerArgument}},
			{Workers: 3, SQLWorker: []string{self, workerArgument}},
			{Workers: 2},
		} {
			o.Dir, o.Environment = dir, environment
			r, diags, err := pipeline.Run(t.Context(), o)
			if err != nil || diags.HasErrors() || len(r.Files) == 0 {
				t.Fatal(err, diags)
			}
			var all bytes.Buffer
			for _, f := range r.Files {
				fmt.Fprintf(&all, "== %s\n%s\n", f.Path, f.Content)
			}
			if first == nil {
				first = all.Bytes()
			} else if !bytes.Equal(all.Bytes(), first) {
				t.Errorf("%s with %d workers, cache %t: other files", environment, o.Workers, !o.NoCache)
			}
		}
	}
}
