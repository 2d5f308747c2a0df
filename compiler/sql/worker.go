package sql

import (
	"io"

	"sluice/compiler/sql/engine"
)

// ServeWorker is the whole work of a worker process: it answers the tasks that come
// in until there are no more.
func ServeWorker(in io.Reader, out io.Writer) error {
	return engine.Serve(in, out, translator)
}
