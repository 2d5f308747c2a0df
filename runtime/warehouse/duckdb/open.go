// Package duckdb is the embedded warehouse: one DuckDB file that holds every table
// of an environment, with the books of what has been committed into it.
//
// Open takes the file for this process, Apply makes it fit a plan, Commit does one
// attempt of a task exactly once, and Query and Check do the work of those tasks.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	duck "github.com/duckdb/duckdb-go/v2"

	"sluice/runtime/plan"
	"sluice/runtime/value"
	"sluice/runtime/warehouse/duckdb/prelude"
)

// Options say which file is opened and what DuckDB may use.
type Options struct {
	Path     string // database file; "" keeps everything in memory
	MemoryMB int    // memory limit in MB; DuckDB's own (80 % of RAM) where zero
	Threads  int    // all cores where zero
	// ReadOnly opens a file that is there for reading alone, side by side with other
	// readers; where a writer holds it the error is a *LockedError.
	ReadOnly bool
}

// OptionsOf takes the options from a plan; root is the platform's folder, which the
// plan's path is relative to.
func OptionsOf(p *plan.Plan, root string) Options {
	path := p.Warehouse.Path
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	return Options{Path: path, MemoryMB: p.Warehouse.MemoryMB, Threads: p.Warehouse.Threads}
}

// Warehouse is an open database. It is safe for many goroutines: each attempt has a
// connection of its own, and transactions on different tables run side by side.
type Warehouse struct {
	db   *sql.DB
	path string
}

// LockedError says that another process holds the database file.
type LockedError struct {
	Path string
	PID  int // of the holder; 0 where it could not be learnt
}

func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = "process " + strconv.Itoa(e.PID)
	}
	return fmt.Sprintf("warehouse %s is in use by %s: wait for it to end, or stop it", e.Path, who)
}

// readOnly follows a path that is only read.
const readOnly = "?access_mode=READ_ONLY"

var lockHolder = regexp.MustCompile(`\(PID (\d+)\)`)

// Open opens the database file, makes it where there is none, and holds it for this
// process until Close. Where another process holds it the error is a *LockedError.
func Open(ctx context.Context, o Options) (*Warehouse, error) {
	if strings.Contains(o.Path, "?") {
		return nil, fmt.Errorf("warehouse path %q: a question mark cannot be part of it", o.Path)
	}
	path := o.Path
	if o.ReadOnly && path != "" {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("open warehouse: %w", err)
		}
		path += readOnly
	} else if path != "" {
		if err := os.MkdirAll(filepath.Dir(o.Path), 0o755); err != nil {
			return nil, fmt.Errorf("warehouse folder: %w", err)
		}
		if err := create(path); err != nil {
			return nil, err
		}
	}
	connector, err := connect(path)
	if err != nil {
		return nil, err
	}
	w := &Warehouse{db: sql.OpenDB(connector), path: o.Path}
	w.db.SetMaxIdleConns(8)
	if err := w.prepare(ctx, o); err != nil {
		w.Close()
		return nil, fmt.Errorf("open warehouse %s: %w", o.Path, err)
	}
	return w, nil
}

// connect opens a file. Where another process holds it the error is a *LockedError.
func connect(path string) (*duck.Connector, error) {
	connector, err := duck.NewConnector(path, prepareConnection)
	if err == nil {
		return connector, nil
	}
	if strings.Contains(err.Error(), "Could not set lock") {
		locked := &LockedError{Path: strings.TrimSuffix(path, readOnly)}
		if m := lockHolder.FindStringSubmatch(err.Error()); m != nil {
			locked.PID, _ = strconv.Atoi(m[1])
		}
		return nil, locked
	}
	return nil, fmt.Errorf("open warehouse %s: %w", path, err)
}

// create makes a database file where there is none. DuckDB writes a new file in several
// steps, and one that was left in between it takes for no database at all: so the file
// gets its name when it is whole.
func create(path string) error {
	if path == "" {
		return nil
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // it is there; whatever else is the matter, opening it tells
	}
	temp := path + ".new"
	connector, err := connect(temp)
	if locked, ok := errors.AsType[*LockedError](err); ok {
		locked.Path = path
		return locked
	}
	if err != nil && os.Remove(temp) == nil {
		// It was what a process left that died: nobody is at it, or it would be locked.
		connector, err = connect(temp)
	}
	if err != nil {
		return err
	}
	err = connector.Close()
	if err == nil {
		err = os.Rename(temp, path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if _, there := os.Stat(path); there == nil {
			return nil // another process was faster, with the same
		}
	}
	if err != nil {
		return fmt.Errorf("warehouse %s: %w", path, err)
	}
	return nil
}

// Close ends every connection and lets the file go.
func (w *Warehouse) Close() error { return w.db.Close() }

// Path is the database file; "" in memory.
func (w *Warehouse) Path() string { return w.path }

// prepareConnection makes every connection alike: UTC, as in BigQuery, and no
// extension is looked for on the network.
func prepareConnection(conn driver.ExecerContext) error {
	for _, statement := range []string{
		"SET TimeZone = 'UTC'",
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
	} {
		if _, err := conn.ExecContext(context.Background(), statement, nil); err != nil {
			return err
		}
	}
	return nil
}

// prepare sets what holds for the whole database, makes the books, and installs the
// functions that translated SQL calls.
func (w *Warehouse) prepare(ctx context.Context, o Options) error {
	var statements []string
	if o.MemoryMB > 0 {
		statements = append(statements, fmt.Sprintf("SET GLOBAL memory_limit = '%dMB'", o.MemoryMB))
	}
	if o.Threads > 0 {
		statements = append(statements, fmt.Sprintf("SET GLOBAL threads = %d", o.Threads))
	}
	if !o.ReadOnly {
		statements = append(statements, books...)
	} else {
		// What does not fit into memory is an error, and no file beside the warehouse.
		statements = append(statements, "SET GLOBAL temp_directory = ''")
	}
	for _, statement := range statements {
		if _, err := w.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return prelude.Install(ctx, conn)
}

// Name is a table's quoted name in the warehouse: "pr_7_core"."member_status".
func Name(p *plan.Plan, table string) string {
	schema, name := split(p, table)
	return Quote(schema) + "." + Quote(name)
}

// split gives a table's schema, prefix included, and its name in it.
func split(p *plan.Plan, table string) (schema, name string) {
	schema, name, _ = strings.Cut(table, ".")
	for i := range p.Datasets {
		if p.Datasets[i].Name == schema {
			return p.Datasets[i].Physical, name
		}
	}
	return schema, name
}

// Table finds a table of a plan; nil where there is none of that name.
func Table(p *plan.Plan, name string) *plan.Table {
	for i := range p.Tables {
		if p.Tables[i].Name == name {
			return &p.Tables[i]
		}
	}
	return nil
}

// ColumnType is a column's type in DuckDB.
func ColumnType(c plan.Column) (string, error) {
	if c.WarehouseType != "" {
		return c.WarehouseType, nil
	}
	t, err := ParseType(c.Type)
	if err == nil {
		return t.DuckDB(), nil
	}
	// BIGNUMERIC and GEOGRAPHY are no types of files, but tables hold them.
	if held, parseErr := value.ParseType(c.Type); parseErr == nil {
		if store := StoreType(held); store != "" {
			return store, nil
		}
	}
	return "", fmt.Errorf("column %q: %w", c.Name, err)
}
