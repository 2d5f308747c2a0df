package demo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	pqzstd "github.com/parquet-go/parquet-go/compress/zstd"
)

// layout says how a table's files are written.
type layout struct {
	source, table string
	format        string // csv, jsonl, parquet
	compression   string // none, gzip, zstd
	parts         int    // files; 24 where a file holds an hour
}

// closer is a sink whose rows have a type of their own.
type closer interface {
	close() error
	summary() TableSummary
}

// sink writes one table's rows of one day. Its first error sticks and is returned by
// close, so that the generator reads without a check at every row.
type sink[T any] struct {
	layout
	files []*part
	pq    *parquet.GenericWriter[T]
	cols  []csvColumn
	buf   []byte
	json  bytes.Buffer
	enc   *json.Encoder
	rows  int64
	err   error
}

// part is one file with what it is written through.
type part struct {
	file *os.File
	buf  *bufio.Writer
	zip  io.WriteCloser // nil where not compressed
	w    io.Writer
}

// newSink opens a table's files. The columns are T's fields by their json tags.
func newSink[T any](g *generator, l layout) *sink[T] {
	s := &sink[T]{layout: l}
	g.sinks = append(g.sinks, s)
	dir := filepath.Join(g.dir, l.source, l.table, g.day.String())
	if s.err = os.RemoveAll(dir); s.err != nil {
		return s
	}
	if s.err = os.MkdirAll(dir, 0o755); s.err != nil {
		return s
	}
	for i := range max(l.parts, 1) {
		name := fmt.Sprintf("part-%05d.%s%s", i, l.format, suffixes[l.format+l.compression])
		p, err := openPart(filepath.Join(dir, name), l)
		if err != nil {
			s.err = err
			return s
		}
		s.files = append(s.files, p)
	}
	switch l.format {
	case "csv":
		s.cols = csvColumns(reflect.TypeFor[T]())
		names := make([]string, len(s.cols))
		for i, c := range s.cols {
			names[i] = c.name
		}
		for i := range s.files {
			s.line(i, []byte(strings.Join(names, ",")))
		}
	case "jsonl":
		s.enc = json.NewEncoder(&s.json)
		s.enc.SetEscapeHTML(false)
	case "parquet":
		opts := []parquet.WriterOption{parquet.PageBufferSize(256 << 10), parquet.MaxRowsPerRowGroup(50_000)}
		if l.compression == "zstd" {
			opts = append(opts, parquet.Compression(&pqzstd.Codec{Level: pqzstd.SpeedFastest, Concurrency: 1}))
		}
		s.pq = parquet.NewGenericWriter[T](s.files[0].w, opts...)
	}
	return s
}

// suffixes are what a name ends in after the format; parquet compresses inside.
var suffixes = map[string]string{"csvgzip": ".gz", "csvzstd": ".zst", "jsonlgzip": ".gz", "jsonlzstd": ".zst"}

func openPart(path string, l layout) (*part, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	p := &part{file: f, buf: bufio.NewWriterSize(f, 64<<10)}
	p.w = p.buf
	if l.format == "parquet" {
		return p, nil
	}
	switch l.compression {
	case "gzip":
		p.zip, err = gzip.NewWriterLevel(p.buf, gzip.BestSpeed)
	case "zstd":
		p.zip, err = zstd.NewWriter(p.buf, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(1<<18))
	default:
		return p, nil
	}
	p.w = p.zip
	return p, err
}

// write adds a row to the first file.
func (s *sink[T]) write(row T) { s.writeTo(0, row) }

// writeTo adds a row to one of the files.
func (s *sink[T]) writeTo(file int, row T) {
	if s.err != nil {
		return
	}
	s.rows++
	switch s.format {
	case "csv":
		s.buf = appendCSV(s.buf[:0], s.cols, reflect.ValueOf(&row).Elem())
		s.line(file, s.buf)
	case "jsonl":
		s.json.Reset()
		if err := s.enc.Encode(row); err != nil {
			s.err = err
			return
		}
		_, s.err = s.files[file].w.Write(s.json.Bytes())
	case "parquet":
		_, s.err = s.pq.Write([]T{row})
	}
}

// raw adds a line as it is: what real systems write when they break.
func (s *sink[T]) raw(file int, text string) {
	s.rows++
	s.line(file, []byte(text))
}

func (s *sink[T]) line(file int, text []byte) {
	if s.err != nil {
		return
	}
	w := s.files[file].w
	if _, s.err = w.Write(text); s.err == nil {
		_, s.err = w.Write([]byte{'\n'})
	}
}

func (s *sink[T]) close() error {
	keep := func(err error) {
		if s.err == nil {
			s.err = err
		}
	}
	if s.pq != nil {
		keep(s.pq.Close())
	}
	for _, p := range s.files {
		if p.zip != nil {
			keep(p.zip.Close())
		}
		keep(p.buf.Flush())
		keep(p.file.Close())
	}
	if s.err != nil {
		return fmt.Errorf("%s.%s: %w", s.source, s.table, s.err)
	}
	return nil
}

func (s *sink[T]) summary() TableSummary {
	out := TableSummary{Table: s.source + "." + s.table, Files: len(s.files), Rows: s.rows}
	for _, p := range s.files {
		if info, err := os.Stat(p.file.Name()); err == nil {
			out.Bytes += info.Size()
		}
	}
	return out
}

// csvColumn is a field and how it is written.
type csvColumn struct {
	name   string
	index  int
	append func([]byte, reflect.Value) []byte
}

func csvColumns(t reflect.Type) []csvColumn {
	var cols []csvColumn
	for i := range t.NumField() {
		f := t.Field(i)
		cols = append(cols, csvColumn{name: f.Tag.Get("json"), index: i, append: csvAppender(f.Type)})
	}
	return cols
}

// csvAppender writes a value of a type; null is empty.
func csvAppender(t reflect.Type) func([]byte, reflect.Value) []byte {
	if t.Kind() == reflect.Pointer {
		inner := csvAppender(t.Elem())
		return func(b []byte, v reflect.Value) []byte {
			if v.IsNil() {
				return b
			}
			return inner(b, v.Elem())
		}
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return func(b []byte, v reflect.Value) []byte {
			return v.Addr().Interface().(*time.Time).AppendFormat(b, "2006-01-02T15:04:05.999999Z07:00")
		}
	case reflect.TypeFor[date]():
		return func(b []byte, v reflect.Value) []byte { return append(b, date(v.Int()).String()...) }
	}
	switch t.Kind() {
	case reflect.Int64, reflect.Int:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	case reflect.Bool:
		return func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.String:
		return func(b []byte, v reflect.Value) []byte { return appendCSVText(b, v.String()) }
	}
	panic("demo: no CSV form for " + t.String())
}

func appendCSV(b []byte, cols []csvColumn, row reflect.Value) []byte {
	for i, c := range cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.append(b, row.Field(c.index))
	}
	return b
}

// appendCSVText quotes where it must (RFC 4180).
func appendCSVText(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") && s == strings.TrimSpace(s) {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}

// ptr makes a value nullable.
func ptr[T any](v T) *T { return &v }
