package sql_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"sluice/compiler/cache"
	"sluice/compiler/model"
	"sluice/compiler/resolve"
	"sluice/compiler/sql"
)

const workerArgument = "sql-worker"

// TestMain lets the test binary be a worker.
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

func workers(t testing.TB, processes int) *sql.Pool {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return sql.NewPool([]string{self, workerArgument}, processes)
}

// outcome is everything that the stage found out, with the pool.
func outcome(t testing.TB, pool *sql.Pool, broken string) string {
	t.Helper()
	p := synthetic(120)
	p.Tables[100].SQL.V = broken
	ctx := context.Background()
	o := sql.Options{Cache: &cache.Memory{}, Pool: pool}
	statements, list := sql.Parse(ctx, p, o)
	m, more := resolve.Run(p, statements, "prod", nil)
	list = append(append(list, more...), sql.Run(ctx, m, o)...)
	var b strings.Builder
	for _, d := range list.Sorted() {
		fmt.Fprintln(&b, d.Span, d.Code, d.Message, d.Node)
	}
	write := func(s *model.Statement) { fmt.Fprintln(&b, s.Node, s.Failed, s.Columns, s.Parameters, s.Rendered) }
	for _, x := range m.Tables {
		if x.Statement != nil {
			write(x.Statement)
		}
	}
	return b.String()
}

func TestWorkersAgree(t *testing.T) {
	const wrong = "SELECT nothing FROM app.s1"
	alone := outcome(t, nil, wrong)
	if !strings.Contains(alone, "SL4003 Unrecognized name: nothing core.t100") {
		t.Fatalf("no mistake found:\n%s", alone)
	}
	pool := workers(t, 3)
	defer pool.Close()
	for range 2 {
		if together := outcome(t, pool, wrong); together != alone {
			t.Errorf("with workers:\n%s\nalone:\n%s", together, alone)
		}
	}
}

func TestUselessWorkers(t *testing.T) {
	alone := outcome(t, nil, "SELECT 1 AS a")
	for _, command := range [][]string{{"/nowhere/at/all"}, {"false"}, {"echo", "no JSON"}} {
		pool := sql.NewPool(command, 3)
		if got := outcome(t, pool, "SELECT 1 AS a"); got != alone {
			t.Errorf("%v: %s", command, got)
		}
		pool.Close()
	}
}
