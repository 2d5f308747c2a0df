package file

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// column is one declared column that files hold.
type column struct {
	plan.Column
	quoted string
	typ    duckdb.Type
	needed bool // required, or part of the key
}

// columnsOf takes a target's columns apart; the partition column is not in the files.
func columnsOf(target *duckdb.Target, spec *plan.TransferSpec) ([]column, error) {
	loadColumn, _ := duckdb.LoadColumn(spec)
	var columns []column
	for i, c := range target.Table.Columns {
		if strings.EqualFold(c.Name, loadColumn) {
			continue
		}
		t, err := duckdb.ParseType(c.Type)
		if err != nil {
			return nil, task.Fail("table %s: column %q: %w", spec.Table, c.Name, err)
		}
		needed := c.Required || slices.ContainsFunc(spec.Key, func(k string) bool { return strings.EqualFold(k, c.Name) })
		columns = append(columns, column{Column: c, quoted: target.Columns[i], typ: t, needed: needed})
	}
	if len(columns) == 0 {
		return nil, task.Fail("table %s: it has no columns that a file could hold", spec.Table)
	}
	return columns, nil
}

// source is a file as a relation of raw values r0, r1, … (one a column), with
// `broken`, which says what is wrong with the record as a whole, and `line`, where
// it begins; line is 0 unless numbered.
type source struct {
	query string
	read  []string // expression that gives column i its value, over r<i>
	bad   []string // condition that r<i> is no such value
}

// Bounds of one line. DuckDB sets aside a buffer of several lines a thread.
const (
	maxLineBytes = 8 << 20
	bufferBytes  = 16 << 20
)

// rejectTables is where DuckDB puts the lines that are no records, in this connection.
const (
	rejectTable = "sluice_rejects"
	scanTable   = "sluice_scans"
)

func (l *loader) open(ctx context.Context, tx *duckdb.Tx, f dayFile, numbered bool) (*source, error) {
	switch f.format {
	case "csv":
		return l.openCSV(ctx, tx, f, numbered)
	case "jsonl":
		return l.openJSON(f, numbered), nil
	case "parquet":
		return l.openParquet(ctx, tx, f, numbered)
	}
	return nil, task.Fail("file %s: format %q cannot be read: use csv, jsonl or parquet", f.name, f.format)
}

// openJSON reads lines as they are and takes each apart once.
func (l *loader) openJSON(f dayFile, numbered bool) *source {
	s := &source{}
	fields := make([]duckdb.Field, len(l.columns))
	raws := make([]string, len(l.columns))
	for i, c := range l.columns {
		fields[i] = duckdb.Field{Name: c.Name, Type: c.typ}
		raws[i] = fmt.Sprintf("t.%s AS r%d", c.quoted, i)
	}
	line := "0"
	if numbered {
		line = "row_number() OVER ()"
	}
	s.query = fmt.Sprintf(`SELECT line, CASE WHEN t IS NULL THEN 'no JSON object' END AS broken, %s FROM (`+
		`SELECT %s AS line, record, CASE WHEN starts_with(ltrim(record), '{') THEN TRY(json_transform(record, %s)) END AS t FROM %s`+
		`) WHERE record IS NOT NULL AND ltrim(record, E' \t\r') <> ''`,
		strings.Join(raws, ", "), line, duckdb.Literal(fieldsOf(fields)), l.lines(f))
	for i, c := range l.columns {
		s.add(fmt.Sprintf("r%d", i), c.typ)
	}
	return s
}

// lines is a file as lines of text: one column `record`.
func (l *loader) lines(f dayFile) string {
	return fmt.Sprintf(`read_csv(%s, delim = E'\x01', quote = '', escape = '', comment = '', header = false, auto_detect = false, columns = {'record': 'VARCHAR'}, %s)`,
		duckdb.Literal(f.path), l.csvOptions(f))
}

func (l *loader) csvOptions(f dayFile) string {
	return fmt.Sprintf("compression = '%s', max_line_size = %d, buffer_size = %d, store_rejects = true, rejects_table = '%s', rejects_scan = '%s', rejects_limit = %d",
		f.compression, maxLineBytes, bufferBytes, rejectTable, scanTable, l.spec.MaxBadRows+keptRejects)
}

// openCSV reads text by the header's names. An empty field is NULL, "" in quotes is
// an empty text; in a column of another type both are NULL.
func (l *loader) openCSV(ctx context.Context, tx *duckdb.Tx, f dayFile, numbered bool) (*source, error) {
	header, err := l.header(f)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(header))
	newlines := make([]string, len(header))
	for i := range header {
		names[i] = fmt.Sprintf("'h%d': 'VARCHAR'", i)
		newlines[i] = fmt.Sprintf("coalesce(length(h%d) - length(replace(h%d, chr(10), '')), 0)", i, i)
	}
	s := &source{}
	var raws, broken []string
	for i, c := range l.columns {
		named := func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), c.Name) }
		at := slices.IndexFunc(header, named)
		switch {
		case len(header) > 0 && at < 0:
			return nil, task.Fail("file %s: its header has no column %q: it has %s", f.name, c.Name, strings.Join(header, ", "))
		case at >= 0 && slices.ContainsFunc(header[at+1:], named):
			return nil, task.Fail("file %s: its header has the column %q twice", f.name, c.Name)
		}
		raw := fmt.Sprintf("h%d", at)
		switch {
		case isNested(c.typ) || c.typ.Kind == "JSON":
			raw = fmt.Sprintf("nullif(%s, '')", raw)
			broken = append(broken, fmt.Sprintf("WHEN %s IS NOT NULL AND TRY_CAST(%s AS JSON) IS NULL THEN %s", raw, raw, duckdb.Literal("column "+c.Name+": broken JSON")))
			raw = fmt.Sprintf("TRY_CAST(%s AS JSON)", raw)
		case c.typ.Kind != "STRING":
			raw = fmt.Sprintf("nullif(%s, '')", raw)
		}
		raws = append(raws, fmt.Sprintf("%s AS r%d", raw, i))
		s.add(fmt.Sprintf("r%d", i), c.typ)
	}
	if len(header) == 0 {
		return nil, nil // an empty file
	}
	line := "0"
	if numbered {
		count := "(" + strings.Join(newlines, " + ") + ")"
		line = fmt.Sprintf("CAST(2 + sum(1 + %s) OVER (ROWS UNBOUNDED PRECEDING) - (1 + %s) AS BIGINT)", count, count)
	}
	s.query = fmt.Sprintf(`SELECT %s AS line, %s AS broken, %s FROM read_csv(%s, delim = ',', quote = '"', escape = '"', comment = '', header = true, auto_detect = false, allow_quoted_nulls = false, columns = {%s}, %s)`,
		line, caseOf(broken), strings.Join(raws, ", "), duckdb.Literal(f.path), strings.Join(names, ", "), l.csvOptions(f))
	return s, nil
}

// caseOf puts WHEN branches together; NULL where there are none.
func caseOf(branches []string) string {
	if len(branches) == 0 {
		return "CAST(NULL AS VARCHAR)"
	}
	return "CASE " + strings.Join(branches, " ") + " END"
}

// header reads a CSV file's first line; nil for an empty file.
func (l *loader) header(f dayFile) ([]string, error) {
	line, err := firstLine(f)
	if err != nil {
		return nil, task.Retry("file %s: %w", f.name, err)
	}
	if line == "" {
		return nil, nil
	}
	if !utf8.ValidString(line) {
		return nil, task.Fail("file %s:1: its header is not UTF-8", f.name)
	}
	if strings.TrimSpace(line) == "" {
		return nil, task.Fail("file %s:1: a blank line where the header should be", f.name)
	}
	header, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(line, "\ufeff"))).Read()
	if err != nil {
		return nil, task.Fail("file %s: its header cannot be read: %w", f.name, err)
	}
	return header, nil
}

// firstLine is a file's first line with its end, read here and not by DuckDB, which
// would stumble over bytes that are no text in the lines behind it.
func firstLine(f dayFile) (string, error) {
	in, err := os.Open(f.path)
	if err != nil {
		return "", err
	}
	defer in.Close()
	plain := io.ReadCloser(in)
	if f.compression != "none" {
		if plain, err = decompress(in, f.compression); err != nil {
			return "", err
		}
		defer plain.Close()
	}
	line, err := bufio.NewReader(io.LimitReader(plain, maxLineBytes)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	if end := strings.IndexByte(line, '\r'); end >= 0 {
		line = line[:end] + "\n"
	}
	return line, nil
}

// openParquet reads typed values.
func (l *loader) openParquet(ctx context.Context, tx *duckdb.Tx, f dayFile, numbered bool) (*source, error) {
	scan := "read_parquet(" + duckdb.Literal(f.path) + ")"
	present := map[string]string{} // type by lower-case name
	var names []string
	rows, err := tx.Query(ctx, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM "+scan+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, err
		}
		present[strings.ToLower(name)] = kind
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	s := &source{}
	var raws []string
	for i, c := range l.columns {
		kind, ok := present[strings.ToLower(c.Name)]
		if !ok {
			return nil, task.Fail("file %s: it has no column %q: it has %s", f.name, c.Name, strings.Join(names, ", "))
		}
		raws = append(raws, fmt.Sprintf("%s AS r%d", c.quoted, i))
		s.addTyped(fmt.Sprintf("r%d", i), kind, c.typ)
	}
	line := "0"
	if numbered {
		line = "row_number() OVER ()"
	}
	s.query = fmt.Sprintf("SELECT %s AS line, CAST(NULL AS VARCHAR) AS broken, %s FROM %s", line, strings.Join(raws, ", "), scan)
	return s, nil
}

// add reads a column out of text, or out of JSON where it is nested.
func (s *source) add(raw string, t duckdb.Type) {
	switch {
	case t.Kind == "JSON":
		s.read, s.bad = append(s.read, raw), append(s.bad, "false")
	case isNested(t):
		s.read = append(s.read, (&jsonReader{}).value(raw, t))
		s.bad = append(s.bad, (&jsonReader{}).bad(raw, t))
	default:
		s.read = append(s.read, fromText(raw, t))
		s.bad = append(s.bad, "")
	}
}

// addTyped reads a column that has a type of its own in the file.
func (s *source) addTyped(raw, kind string, t duckdb.Type) {
	read := fmt.Sprintf("TRY_CAST(%s AS %s)", raw, t.DuckDB())
	switch {
	case kind == t.DuckDB():
		read = raw
	case kind == "VARCHAR" && isNested(t):
		s.read = append(s.read, (&jsonReader{}).value("TRY_CAST("+raw+" AS JSON)", t))
		s.bad = append(s.bad, fmt.Sprintf("(%s IS NOT NULL AND TRY_CAST(%s AS JSON) IS NULL) OR %s", raw, raw, (&jsonReader{}).bad("TRY_CAST("+raw+" AS JSON)", t)))
		return
	case kind == "VARCHAR":
		read = fromText(raw, t)
	case kind == "BLOB" && t.Kind == "STRING":
		read = fmt.Sprintf("TRY(decode(%s))", raw)
	case t.Kind == "INT64" && (kind == "DOUBLE" || kind == "FLOAT" || strings.HasPrefix(kind, "DECIMAL")):
		read = fmt.Sprintf("CASE WHEN %s = trunc(%s) THEN %s END", raw, raw, read)
	}
	if t.Kind == "ARRAY" {
		// The condition stands before the empty array takes NULL's place.
		s.read = append(s.read, fmt.Sprintf("coalesce(%s, [])", read))
		s.bad = append(s.bad, fmt.Sprintf("(%s IS NOT NULL AND %s IS NULL)", raw, read))
		return
	}
	s.read = append(s.read, read)
	s.bad = append(s.bad, "")
}
