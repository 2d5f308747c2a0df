package engine

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	gsql "github.com/goccy/go-googlesql"
)

// serveArgument makes the test binary a worker.
const serveArgument = "serve-for-tests"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == serveArgument {
		if err := Serve(os.Stdin, os.Stdout, failing(os.Args[2])); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if _, err := Shared(failing("not")); err != nil { // the first call's translator stays
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// failing is a translator whose process fails in a way at every statement that says
// poison.
func failing(way string) Translator {
	return Translator{Translate: func(_ gsql.ResolvedStatementNode, o TranslateOptions) (string, []Problem) {
		if strings.Contains(o.Source, "poison") {
			switch way {
			case "die":
				os.Exit(3)
			case "hang":
				select {}
			}
		}
		return "rendered " + o.Source, nil
	}}
}

func statements(n int, poison ...int) []Task {
	tasks := make([]Task, n)
	for i := range tasks {
		tasks[i] = Task{Request: &Request{Text: fmt.Sprintf("SELECT %d AS a", i), Kind: Query, DuckDB: true, TimeZone: "UTC"}}
	}
	for _, i := range poison {
		tasks[i].Request.Text += ", 'poison' AS b"
	}
	return tasks
}

// TestWorkersFail has workers that die or hang at some statements: those are answered
// with the reason, every other statement with its result.
func TestWorkersFail(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for way, reason := range map[string]string{
		"die":  "the SQL analyser's process died: exit status 3",
		"hang": "the SQL analyser did not finish within 1s",
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			p := NewPool([]string{self, serveArgument, way}, 2, failing("not"))
			p.limit = time.Second
			defer p.Close()
			poison := map[int]bool{0: true, 1: true, 77: true, 149: true}
			tasks := statements(150, 0, 1, 77, 149)
			for i, a := range p.Do(context.Background(), tasks) {
				switch {
				case poison[i] && a.Error != reason:
					t.Errorf("poison %d: %+v", i, a)
				case !poison[i] && (a.Error != "" || a.Result.Rendered != "rendered "+tasks[i].Request.Text):
					t.Errorf("statement %d: %+v", i, a)
				}
			}
		})
	}
}

// TestPoolsAgree has one process and several answer the same, in order, whatever the
// order of asking and however often.
func TestPoolsAgree(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	alone := NewPool(nil, 1, failing("not"))
	several := NewPool([]string{self, serveArgument, "not"}, 3, failing("not"))
	defer several.Close()
	var tasks []Task
	for _, s := range statements(100) {
		s.Request.Parsed.Refs = nil
		tasks = append(tasks, Task{Text: s.Request.Text, Kind: Query}, s)
	}
	want := alone.Do(context.Background(), tasks)
	alone.Close()
	var asking sync.WaitGroup
	for range 3 {
		asking.Go(func() {
			if got := several.Do(context.Background(), tasks); !reflect.DeepEqual(got, want) {
				t.Error("several processes answer otherwise than one")
			}
		})
	}
	asking.Wait()
	if got := several.Counts(); got != (Counts{Parsed: 300, Analysed: 300}) {
		t.Errorf("%+v", got)
	}
}

// TestPoolEnds has a context end while there is much to do.
func TestPoolEnds(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Pool{NewPool(nil, 1, failing("not")), NewPool([]string{self, serveArgument, "not"}, 2, failing("not"))} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for i, a := range p.Do(ctx, statements(60)) {
			if a.Error != context.Canceled.Error() {
				t.Errorf("%d: %+v", i, a)
			}
		}
		p.Close()
	}
}
