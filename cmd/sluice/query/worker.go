// Package query runs single statements: analysed by GoogleSQL, translated, executed on
// the embedded warehouse and decoded by their analysed types.
//
// Batch shares statements among worker processes, each of which does all of that by
// itself, so that a statement which crashes or hangs a process takes no other along.
package query

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"sluice/compiler/sql"
	"sluice/compiler/sql/engine"
	"sluice/runtime/warehouse/duckdb"
)

// Statement is one line of a batch.
type Statement struct {
	Name     string `json:"name"`
	SQL      string `json:"sql"`
	TimeZone string `json:"time_zone,omitempty"`
}

// Line is what came of a statement: its rows or an error.
type Line struct {
	Name    string
	Columns []Column
	Rows    [][]any // in the encoding of package value
	Error   *Error
}

// Column is one column of a result; Name is empty where the statement gives none.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Error says why a statement gave no rows.
type Error struct {
	Kind    Kind   `json:"kind"`
	Code    string `json:"code"` // SLnnnn where there is one
	Message string `json:"message"`
}

// Kind says whose matter an error is.
type Kind string

// The kinds of errors.
const (
	Invalid     Kind = "invalid"     // GoogleSQL refuses the statement
	Unsupported Kind = "unsupported" // the embedded warehouse cannot run it
	Runtime     Kind = "runtime"     // it failed while it ran
	Internal    Kind = "internal"    // sluice failed
)

// encode writes a line: columns and rows, or the error. A result without rows has an
// empty list of them.
func (l Line) encode() ([]byte, error) {
	var v any = struct {
		Name    string   `json:"name"`
		Columns []Column `json:"columns"`
		Rows    [][]any  `json:"rows"`
	}{l.Name, append([]Column{}, l.Columns...), append([][]any{}, l.Rows...)}
	if l.Error != nil {
		v = struct {
			Name  string `json:"name"`
			Error *Error `json:"error"`
		}{l.Name, l.Error}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // types are full of < and >
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// message is what a worker sends: that it begins to execute, then the line.
type message struct {
	Running bool            `json:"running,omitempty"`
	Line    json.RawMessage `json:"line,omitempty"`
}

// Serve is the whole work of a worker process: a Setup comes in, then statements, and
// each is answered before the next is read.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	var setup Setup
	if err := decoder.Decode(&setup); err != nil {
		return fmt.Errorf("read the setup: %w", err)
	}
	warehouse, err := duckdb.Open(ctx, setup.Warehouse)
	if locked, ok := errors.AsType[*duckdb.LockedError](err); ok {
		// What reads no table can still be answered.
		setup.Warehouse.Path, setup.Missing = "", locked.Error()
		warehouse, err = duckdb.Open(ctx, setup.Warehouse)
	}
	if err != nil {
		return err
	}
	defer warehouse.Close()
	buffered := bufio.NewWriterSize(out, 1<<16)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	send := func(m message) error {
		if err := encoder.Encode(m); err != nil {
			return err
		}
		return buffered.Flush()
	}
	var busy atomic.Bool
	statements := make(chan Statement)
	var readErr error
	go func() {
		defer close(statements)
		for {
			var s Statement
			if readErr = decoder.Decode(&s); readErr != nil {
				if busy.Load() {
					os.Exit(1) // nobody waits for the answer, which might never be there
				}
				return
			}
			statements <- s
		}
	}()
	for s := range statements {
		busy.Store(true)
		line := run(ctx, warehouse, setup, s, func() error { return send(message{Running: true}) })
		text, err := line.encode()
		if err != nil {
			text, err = Line{Name: s.Name, Error: &Error{Kind: Internal, Message: err.Error()}}.encode()
		}
		if err == nil {
			err = send(message{Line: text})
		}
		if err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
		busy.Store(false)
	}
	if errors.Is(readErr, io.EOF) {
		return nil
	}
	return fmt.Errorf("read a statement: %w", readErr)
}

// run does one statement; running is called before it is executed.
func run(ctx context.Context, warehouse *duckdb.Warehouse, setup Setup, s Statement, running func() error) Line {
	fail := func(kind Kind, code, message string) Line {
		return Line{Name: s.Name, Error: &Error{Kind: kind, Code: code, Message: message}}
	}
	answered, err := sql.Ask(sql.Adhoc{
		Text: s.SQL, TimeZone: s.TimeZone, Project: setup.Project, Tables: setup.Tables,
		Functions: func() ([]engine.Function, error) { return setup.Functions, nil },
	})
	switch {
	case err != nil:
		return fail(Internal, "", err.Error())
	case len(answered.Problems) > 0:
		p := answered.Problems[0]
		return fail(Invalid, string(p.Code), place(s.SQL, p))
	case len(answered.Untranslated) > 0:
		p := answered.Untranslated[0]
		return fail(Unsupported, string(p.Code), place(s.SQL, p))
	}
	if len(answered.Tables) > 0 && setup.Missing != "" {
		return fail(Runtime, "", setup.Missing)
	}
	line := Line{Name: s.Name, Columns: columns(answered.Columns)}
	types, err := typesOf(answered.Columns)
	if err != nil {
		return fail(Internal, "", err.Error())
	}
	if err := running(); err != nil {
		return fail(Internal, "", err.Error())
	}
	err = warehouse.Select(ctx, func(values []any) error {
		line.Rows = append(line.Rows, values)
		return nil
	}, answered.SQL, types)
	if err != nil {
		return fail(Runtime, "", duckdb.Message(err))
	}
	return line
}

// place adds to a problem's message where in the text it is, as BigQuery does.
func place(text string, p engine.Problem) string {
	if p.Start < 0 {
		return p.Message
	}
	line, column := position(text, p.Start)
	return fmt.Sprintf("%s at [%d:%d]", p.Message, line, column)
}

// position is the line and the column, in characters, of a byte offset; both from 1.
func position(text string, offset int) (line, column int) {
	line, column = 1, 1
	for i, r := range text {
		switch {
		case i >= offset:
			return line, column
		case r == '\n':
			line, column = line+1, 1
		default:
			column++
		}
	}
	return line, column
}
