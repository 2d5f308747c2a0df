// Command sluice compiles a data platform declared in CUE into one checked,
// immutable plan, and runs it.
//
// Each command is a small file: flags → options → call → view. Results go to
// stdout, progress and logs to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"sluice/cmd/sluice/query"
	"sluice/compiler/sql"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == sqlWorker {
		if err := sql.ServeWorker(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintf(os.Stderr, "error: %v\n", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) == 2 && os.Args[1] == queryWorker {
		if err := query.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintf(os.Stderr, "error: %v\n", err)
			os.Exit(1)
		}
		return
	}
	// A file that may not grow further is an error of that write, as a full disk is,
	// and no reason to die.
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// sqlWorker is the argument that makes this program a worker of another one, which
// shares its work on SQL; see sql.NewPool. It is no command for people.
const sqlWorker = "sql-worker"

// sqlWorkerCommand starts this program as a worker; empty where it cannot be found.
func sqlWorkerCommand() []string {
	self, err := os.Executable()
	if err != nil {
		return nil
	}
	return []string{self, sqlWorker}
}

// execute runs one command line and returns the exit code: 0 all is well,
// 1 errors, 2 changes (only with --detailed-exitcode).
func execute(ctx context.Context, args []string, io streams) int {
	root := newRoot(&app{streams: io})
	root.SetArgs(args)
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	err := root.ExecuteContext(ctx)
	var code exitCode
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintf(io.err, "error: %v\n", err)
	return 1
}

// exitCode ends the program when everything that was to be said has been said.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }
