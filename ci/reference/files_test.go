package reference

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// rec is a row as text by column; a column that is not there is null. Objects and
// lists are JSON text.
type rec map[string]string

func (r rec) null(col string) bool { _, ok := r[col]; return !ok }

// int is a column as a number; 0 where null.
func (r rec) int(col string) int64 {
	n, _ := strconv.ParseInt(r[col], 10, 64)
	return n
}

func (r rec) time(col string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, r[col])
	if err != nil {
		panic(fmt.Sprintf("%s: %v", col, err))
	}
	return t
}

var tokyo = time.FixedZone("", 9*3600)

// dayOf is the day in Japan.
func dayOf(t time.Time) string { return t.In(tokyo).Format(time.DateOnly) }

func (r rec) day(col string) string { return dayOf(r.time(col)) }

// addDays moves a day.
func addDays(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// midnight is the first moment of a day in Japan.
func midnight(day string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, tokyo)
	if err != nil {
		panic(err)
	}
	return t
}

// files reads a table's files of one day. Lines that are no rows are left out.
func files(t *testing.T, root, table, day string) []rec {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, table, day, "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s on %s: no files (%v)", table, day, err)
	}
	slices.Sort(names)
	var out []rec
	for _, name := range names {
		f, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = bytes.NewReader(f)
		if strings.HasSuffix(name, ".gz") {
			r, err = gzip.NewReader(r)
		} else if strings.HasSuffix(name, ".zst") {
			r, err = zstd.NewReader(r)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch {
		case strings.Contains(name, ".csv"):
			out = append(out, csvRows(t, name, r)...)
		case strings.Contains(name, ".jsonl"):
			out = append(out, jsonRows(t, name, r)...)
		default:
			out = append(out, parquetRows(t, name, f)...)
		}
	}
	return out
}

func csvRows(t *testing.T, name string, r io.Reader) (out []rec) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	lines, err := c.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	head := lines[0]
	for _, l := range lines[1:] {
		row := rec{}
		for i, v := range l {
			if v != "" && i < len(head) {
				row[head[i]] = v
			}
		}
		out = append(out, row)
	}
	return out
}

func jsonRows(t *testing.T, name string, r io.Reader) (out []rec) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var fields map[string]json.RawMessage
		if json.Unmarshal(s.Bytes(), &fields) != nil {
			continue
		}
		row := rec{}
		for k, v := range fields {
			var text string
			switch {
			case string(v) == "null":
			case json.Unmarshal(v, &text) == nil:
				row[k] = text
			default:
				row[k] = string(v)
			}
		}
		out = append(out, row)
	}
	if s.Err() != nil {
		t.Fatalf("%s: %v", name, s.Err())
	}
	return out
}

// parquetRows reads the leaves of flat columns; nested columns are not needed here.
func parquetRows(t *testing.T, name string, b []byte) (out []rec) {
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	columns := f.Schema().Columns()
	kinds := map[string]string{}
	for _, field := range f.Schema().Fields() {
		if field.Leaf() {
			kinds[field.Name()] = field.Type().String()
		}
	}
	rows := parquet.MultiRowGroup(f.RowGroups()...).Rows()
	defer rows.Close()
	buf := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buf)
		for _, values := range buf[:n] {
			row := rec{}
			for _, v := range values {
				path := columns[v.Column()]
				if len(path) != 1 || v.IsNull() {
					continue
				}
				kind := kinds[path[0]]
				if strings.HasPrefix(kind, "TIMESTAMP") {
					row[path[0]] = time.UnixMicro(v.Int64()).UTC().Format(time.RFC3339Nano)
				} else {
					row[path[0]] = v.String()
				}
			}
			out = append(out, row)
		}
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}
