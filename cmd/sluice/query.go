package main

import (
	"context"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"sluice/cmd/sluice/query"
)

// queryWorker is the argument that makes this program a worker of a batch of queries.
// It is no command for people.
const queryWorker = "query-worker"

// queryLimit is how long one statement of a batch may take.
const queryLimit = 10 * time.Second

// queryFlags are the flags of query.
type queryFlags struct {
	batch string
}

func newQuery(a *app) *cobra.Command {
	var f queryFlags
	cmd := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Run a GoogleSQL statement on an environment's warehouse",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.queryBatch(cmd.Context(), f)
		},
	}
	cmd.Flags().StringVar(&f.batch, "batch", "", "file of JSON lines {name, sql, time_zone}, or - for stdin: one line of JSON answers each")
	return cmd
}

// queryBatch runs statements independently of each other.
func (a *app) queryBatch(ctx context.Context, f queryFlags) error {
	in := a.in
	if f.batch != "-" {
		file, err := os.Open(f.batch)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	setup, err := a.querySetup(ctx)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := query.Batch{Worker: []string{self, queryWorker}, Processes: runtime.NumCPU(), Limit: queryLimit, Setup: setup}
	return b.Run(ctx, in, io.Writer(a.out))
}

// querySetup is what queries may read here.
func (a *app) querySetup(context.Context) (query.Setup, error) {
	var s query.Setup
	s.Warehouse.MemoryMB, s.Warehouse.Threads = 1024, 1
	return s, nil
}
