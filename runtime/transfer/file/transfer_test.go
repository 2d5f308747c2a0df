package file

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// bench is a warehouse, a data folder and one source table to transfer into.
type bench struct {
	t         *testing.T
	root      string
	warehouse *duckdb.Warehouse
	transfer  *Transfer
	plan      *plan.Plan
	spec      *plan.TransferSpec
	runs      int
}

func newBench(t *testing.T, spec plan.TransferSpec, columns ...plan.Column) *bench {
	t.Helper()
	root := t.TempDir()
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: filepath.Join(root, "w.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	spec.Source, spec.Kind = strings.Split(spec.Table, ".")[0], "files"
	b := &bench{t: t, root: root, warehouse: w, transfer: &Transfer{Warehouse: w, Root: root}, spec: &spec}
	b.plan = &plan.Plan{
		Datasets: []plan.Dataset{{Name: spec.Source, Physical: spec.Source}},
		Tables:   []plan.Table{{Name: spec.Table, Kind: "source", Columns: columns}},
		Tasks:    []plan.Task{{ID: spec.Table, Kind: plan.Transfer, Node: spec.Table, Transfer: &spec}},
	}
	b.query("CREATE SCHEMA " + duckdb.Quote(spec.Source))
	return b
}

// column is short for a plan column: "name TYPE", then options required, key=value.
func col(name, kind string, options ...string) plan.Column {
	c := plan.Column{Name: name, Type: kind}
	for _, o := range options {
		switch k, v, _ := strings.Cut(o, "="); k {
		case "required":
			c.Required = true
		case "mask":
			c.Mask = v
		case "class":
			c.Class = v
		}
	}
	return c
}

// write puts a file into the data folder; .gz is compressed.
func (b *bench) write(name, content string) {
	b.t.Helper()
	path := filepath.Join(b.root, "data", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	data := []byte(content)
	if strings.HasSuffix(name, ".gz") {
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		w.Write(data)
		w.Close()
		data = z.Bytes()
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// copyTo has DuckDB write a file, for the formats that Go's library lacks.
func (b *bench) copyTo(name, query, options string) {
	b.t.Helper()
	path := filepath.Join(b.root, "data", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	b.query(fmt.Sprintf("COPY (%s) TO '%s' (%s)", query, path, options))
}

// attempt is one try; each call without a key is of another generation.
func (b *bench) attempt(date string, key ...string) task.Attempt {
	b.runs++
	k := fmt.Sprintf("local/%s/%s/%d", date, b.spec.Table, b.runs)
	if len(key) > 0 {
		k = key[0]
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		b.t.Fatal(err)
	}
	return task.Attempt{Plan: b.plan, Task: &b.plan.Tasks[0], Run: "local/" + date, Date: date, Number: 1, Key: k,
		Start: day, End: day.AddDate(0, 0, 1), Log: b.t.Logf}
}

func (b *bench) run(date string, key ...string) task.Result {
	b.t.Helper()
	result, err := b.transfer.Run(b.t.Context(), b.attempt(date, key...))
	if err != nil {
		b.t.Fatalf("run of %s: %v", date, err)
	}
	return result
}

func (b *bench) fail(date string, class task.Class, wants ...string) {
	b.t.Helper()
	_, err := b.transfer.Run(b.t.Context(), b.attempt(date))
	if err == nil {
		b.t.Fatalf("run of %s succeeded", date)
	}
	if got := task.ClassOf(err); got != class {
		b.t.Errorf("class of %q is %s, want %s", err, got, class)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			b.t.Errorf("error %q does not say %q", err, want)
		}
	}
}

// query gives rows as text, fields parted by |, rows by newlines.
func (b *bench) query(q string) string {
	b.t.Helper()
	var lines []string
	err := b.warehouse.Read(context.Background(), func(_ []string, values []any) error {
		fields := make([]string, len(values))
		for i, v := range values {
			fields[i] = fmt.Sprint(v)
			if v == nil {
				fields[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(fields, "|"))
		return nil
	}, q)
	if err != nil {
		b.t.Fatalf("%s: %v", q, err)
	}
	return strings.Join(lines, "\n")
}

func (b *bench) want(q, want string) {
	b.t.Helper()
	if got := b.query(q); got != want {
		b.t.Errorf("%s\n got:\n%s\nwant:\n%s", q, got, want)
	}
}

func TestFormats(t *testing.T) {
	columns := []plan.Column{
		col("id", "INT64", "required"), col("name", "STRING"), col("ok", "BOOL"), col("score", "FLOAT64"), col("amount", "NUMERIC"),
		col("day", "DATE"), col("at", "TIMESTAMP"), col("local", "DATETIME"), col("clock", "TIME"), col("raw", "BYTES"), col("doc", "JSON"),
		col("tags", "ARRAY<STRING>"), col("items", "ARRAY<STRUCT<sku STRING, n INT64, at TIMESTAMP, parts ARRAY<BYTES>>>"),
	}
	const jsonl = `{"id":1,"name":"山田 \"花子\" 🎉","ok":true,"score":1.5,"amount":"12345678901234567890.123456789","day":"2026-01-15","at":"2026-01-15T09:00:00.5+09:00","local":"2026-01-15T10:11:12","clock":"01:02:03","raw":"aGk=","doc":{"k":[1,null]},"tags":["a","b"],"items":[{"sku":"x","n":3,"at":"2026-01-01 00:00:00 UTC","parts":["aGk="]},{"sku":null}]}
{"id":2,"extra":"ignored"}
`
	const csv = "id,name,ok,score,amount,day,at,local,clock,raw,doc,tags,items,extra\r\n" +
		`1,"山田 ""花子"" 🎉",true,1.5,12345678901234567890.123456789,2026-01-15,2026-01-15T09:00:00.5+09:00,2026-01-15T10:11:12,01:02:03,aGk=,"{""k"":[1,null]}","[""a"",""b""]","[{""sku"":""x"",""n"":3,""at"":""2026-01-01 00:00:00 UTC"",""parts"":[""aGk=""]},{""sku"":null}]",e` + "\r\n" +
		"2,,,,,,,,,,,,,\r\n"
	const look = `SELECT id, name, ok, score, amount::VARCHAR, day::VARCHAR, "at"::VARCHAR, local::VARCHAR, clock::VARCHAR, decode(raw), doc::VARCHAR, tags::VARCHAR,
		len(items), items[1].sku, items[1].n, items[1]."at"::VARCHAR, decode(items[1].parts[1]), items[2].n FROM app.t ORDER BY id`
	const want = `1|山田 "花子" 🎉|true|1.5|12345678901234567890.123456789|2026-01-15|2026-01-15 00:00:00.5+00|2026-01-15 10:11:12|01:02:03|hi|{"k":[1,null]}|[a, b]|2|x|3|2026-01-01 00:00:00+00|hi|NULL
2|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|[]|0|NULL|NULL|NULL|NULL|NULL`

	tests := []struct{ name, file string }{
		{"csv", "p.csv"}, {"csv gzip", "p.csv.gz"}, {"csv zstd", "p.csv.zst"},
		{"jsonl", "p.jsonl"}, {"jsonl gzip", "p.jsonl.gz"}, {"jsonl zstd", "p.jsonl.zst"},
		{"parquet", "p.parquet"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, columns...)
			content := jsonl
			if strings.Contains(test.file, ".csv") {
				content = csv
			}
			path := "app/t/2026-01-15/" + test.file
			switch {
			case strings.HasSuffix(test.file, ".zst"):
				b.write("plain", content)
				b.copyTo(path, fmt.Sprintf("SELECT record FROM read_csv('%s', delim = E'\\x01', quote = '', escape = '', header = false, auto_detect = false, columns = {'record': 'VARCHAR'})",
					filepath.Join(b.root, "data", "plain")), "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01', COMPRESSION zstd")
			case test.file == "p.parquet":
				b.write("app/t/2026-01-15/p.jsonl", jsonl)
				b.run("2026-01-15")
				b.copyTo("app/t/2026-01-16/"+test.file, "FROM app.t", "FORMAT parquet")
				b.query("DROP TABLE app.t")
				path = "app/t/2026-01-16/" + test.file
			default:
				b.write(path, content)
			}
			result := b.run("2026-01-16")
			b.want(look, want)
			if result.RowsIn != 2 || result.RowsOut != 2 || result.BadRows != 0 || result.Bytes == 0 || result.Message != path {
				t.Errorf("result %+v", result)
			}
		})
	}
}

func TestFullTakesNewestSnapshot(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, col("id", "INT64"))
	b.fail("2026-01-15", task.NotReady, "no files for app.t yet")
	b.write("app/t/2026-01-14/_SUCCESS", "")
	b.fail("2026-01-15", task.NotReady)
	b.write("app/t/2026-01-13/a.csv", "id\n1\n")
	b.write("app/t/2026-01-14/a.csv", "id\n2\n3\n")
	b.write("app/t/2026-01-14/b.jsonl", `{"id":4}`)
	b.write("app/t/2026-01-20/a.csv", "id\n9\n")
	if result := b.run("2026-01-15"); result.Message != "2 files of 2026-01-14" {
		t.Errorf("message %q", result.Message)
	}
	b.want("SELECT id FROM app.t ORDER BY id", "2\n3\n4")
	b.run("2026-01-13")
	b.want("SELECT id FROM app.t", "1")
}

func TestSameKeyChangesNothing(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, col("id", "INT64"))
	b.write("app/t/2026-01-15/a.csv", "id\n1\n")
	first := b.run("2026-01-15", "key")
	b.write("app/t/2026-01-15/a.csv", "id\n1\n2\n")
	if again := b.run("2026-01-15", "key"); again != first {
		t.Errorf("second result %+v, first %+v", again, first)
	}
	b.want("SELECT count(*) FROM app.t", "1")
	os.RemoveAll(filepath.Join(b.root, "data"))
	b.run("2026-01-15", "key") // the result is there although the files are gone
}

func TestIncremental(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "incremental", Key: []string{"id"}, Cursor: "updated", MaxBadRows: 1},
		col("id", "INT64"), col("name", "STRING"), col("updated", "TIMESTAMP"))
	b.write("app/t/2026-01-15/a.csv", "id,name,updated\n1,a,2026-01-15T01:00:00Z\n1,newest,2026-01-15T03:00:00Z\n1,older,2026-01-15T02:00:00Z\n2,b,2026-01-15T01:00:00Z\n")
	if r := b.run("2026-01-15"); r.RowsIn != 4 || r.RowsOut != 2 {
		t.Errorf("result %+v", r)
	}
	b.want("SELECT id, name FROM app.t ORDER BY id", "1|newest\n2|b")
	b.fail("2026-01-16", task.NotReady)
	b.write("app/t/2026-01-16/a.jsonl", `{"id":2,"name":"b2","updated":"2026-01-16T01:00:00Z"}
{"id":3,"name":"c","updated":"2026-01-16T01:00:00Z"}
{"id":3,"name":"last of equals","updated":"2026-01-16T01:00:00Z"}
{"id":null,"name":"no key","updated":"2026-01-16T01:00:00Z"}
{"id":1,"name":"late and old","updated":"2026-01-14T01:00:00Z"}
`)
	if r := b.run("2026-01-16"); r.BadRows != 1 || !strings.Contains(r.Message, "app/t/2026-01-16/a.jsonl:4: column id: required") {
		t.Errorf("result %+v", r)
	}
	const want = "1|newest\n2|b2\n3|last of equals"
	b.want("SELECT id, name FROM app.t ORDER BY id", want)
	b.run("2026-01-15") // an old day again
	b.want("SELECT id, name FROM app.t ORDER BY id", want)
}

func TestPartition(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "partition", Partition: "load_date"}, col("id", "INT64"))
	b.write("app/t/2026-01-15/a.csv", "id\n1\n2\n")
	b.write("app/t/2026-01-16/a.csv", "id\n3\n")
	b.run("2026-01-15")
	b.run("2026-01-16")
	b.write("app/t/2026-01-15/a.csv", "id\n7\n")
	b.run("2026-01-15")
	b.want("SELECT load_date::VARCHAR, id FROM app.t ORDER BY 1, 2", "2026-01-15|7\n2026-01-16|3")
	b.fail("2026-01-17", task.NotReady, "2026-01-17")
}

func TestPartitionRetention(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "partition", Partition: "load_date"}, col("id", "INT64"), col("load_date", "DATE"))
	b.plan.Tables[0].Partition, b.plan.Tables[0].RetentionSec = "load_date", 86400
	for _, day := range []string{"2026-01-15", "2026-01-16", "2026-01-17"} {
		b.write("app/t/"+day+"/a.csv", "id\n1\n")
		b.run(day)
	}
	b.want("SELECT load_date::VARCHAR FROM app.t ORDER BY 1", "2026-01-16\n2026-01-17")
}

func TestWildcardFamily(t *testing.T) {
	for _, folder := range []string{"events", "events_"} {
		b := newBench(t, plan.TransferSpec{Table: "analytics.events_*", Mode: "external"}, col("name", "STRING"))
		b.fail("2026-01-15", task.NotReady, "analytics.events_*")
		b.write("analytics/"+folder+"/2026-01-15/a.jsonl", `{"name":"open"}`)
		b.write("analytics/"+folder+"/2026-01-16/a.jsonl", `{"name":"close"}`)
		b.run("2026-01-15")
		b.run("2026-01-16")
		b.run("2026-01-16")
		b.want(`SELECT _TABLE_SUFFIX, name FROM analytics."events_*" ORDER BY 1`, "20260115|open\n20260116|close")
	}
}

func TestBadRows(t *testing.T) {
	columns := []plan.Column{col("id", "INT64", "required"), col("amount", "NUMERIC"), col("note", "STRING"), col("mail", "DATE", "class=personal"), col("st", "ARRAY<STRUCT<n INT64>>")}
	tests := []struct {
		name, file, content, rejects, ids string
		bad                               int64
	}{
		{"csv", "a.csv", "id,amount,note,mail,st\n1,1.5,ok,2026-01-01,[]\n2,abc,x,,\n3,1\n4,1,a,b,c,d\n5,1,\"two\nlines\",2026-01-02,\"[{\"\"n\"\":1}]\"\n,1,no id,,\n7,1,x,secret,\n8,1,x,,\"[{\"\"n\"\":\"\"z\"\"}]\"\n9,1,x,,{broken\n10,2,x,,\n1.5,2,x,,\n",
			"3|amount|column amount: \"abc\" is no NUMERIC\n4|NULL|wrong number of fields: expected 5 found 2\n5|NULL|wrong number of fields: expected 5 found 6\n8|id|column id: required, but there is no value\n9|mail|column mail: the value is no DATE\n10|st|column st: \"[{\"n\":\"z\"}]\" is no ARRAY<STRUCT<n INT64>>\n11|NULL|column st: broken JSON\n13|id|column id: \"1.5\" is no INT64",
			"1\n5\n10", 8},
		{"jsonl", "a.jsonl.gz", `{"id":1,"amount":1.5}
{"id":2,"amount":"abc"}
{broken

[1,2]
{"id":3,"st":[{"n":1},{"n":2}]}
{"id":4,"st":[{"n":1},{"n":2.5}]}
{"id":5,"st":{"n":1}}
{"id":6,"st":["text"]}
{"amount":3}
{"id":7,"mail":"2026-13-01"}
{"id":"8","mail":"2026-12-01","note":"` + "\xff" + `"}
{"id":9`,
			"2|amount|column amount: \"abc\" is no NUMERIC\n3|NULL|no JSON object\n5|NULL|no JSON object\n7|st|column st: \"[{\"n\":1},{\"n\":2.5}]\" is no ARRAY<STRUCT<n INT64>>\n8|st|column st: \"{\"n\":1}\" is no ARRAY<STRUCT<n INT64>>\n9|st|column st: \"[\"text\"]\" is no ARRAY<STRUCT<n INT64>>\n10|id|column id: required, but there is no value\n11|mail|column mail: the value is no DATE\n12|NULL|not UTF-8\n13|NULL|no JSON object",
			"1\n3", 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full", MaxBadRows: 0}, columns...)
			b.write("app/t/2026-01-15/"+test.file, test.content)
			b.fail("2026-01-15", task.Permanent, fmt.Sprintf("%d rows cannot be read", test.bad), "max_bad_rows is 0", "app/t/2026-01-15/"+test.file+":")
			const look = "SELECT line, column_name, reason FROM _sluice.rejects WHERE key = (SELECT max(key) FROM _sluice.rejects) ORDER BY line"
			b.want(look, test.rejects)
			b.want("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'app'", "0")

			b.spec.MaxBadRows = test.bad
			if r := b.run("2026-01-15", "zz"); r.BadRows != test.bad || r.RowsIn-r.RowsOut != test.bad {
				t.Errorf("result %+v", r)
			}
			b.want(look, test.rejects)
			b.want("SELECT id FROM app.t ORDER BY id", test.ids)
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	tests := []struct {
		name, file, content string
		class               task.Class
		want                string
	}{
		{"missing column", "a.csv", "id,nam\n1,x\n", task.Permanent, `a.csv: its header has no column "name": it has id, nam`},
		{"open quote", "a.csv", "id,name\n1,\"x\n2,y\n", task.Permanent, "a quote is opened and never closed"},
		{"no format", "a.txt", "x", task.Permanent, "declares no format"},
		{"truncated gzip", "a.csv.gz", "", task.Retryable, "a.csv.gz"},
		{"no parquet", "a.parquet", "PAR", task.Permanent, "a.parquet"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full", MaxBadRows: 5}, col("id", "INT64"), col("name", "STRING"))
			b.write("app/t/2026-01-15/"+test.file, test.content)
			if test.name == "truncated gzip" {
				path := filepath.Join(b.root, "data/app/t/2026-01-15", test.file)
				var z bytes.Buffer
				w := gzip.NewWriter(&z)
				fmt.Fprintln(w, "id,name")
				for i := range 10000 {
					fmt.Fprintf(w, "%d,%d\n", i, i*i)
				}
				w.Close()
				os.WriteFile(path, z.Bytes()[:z.Len()/2], 0o644)
			}
			b.fail("2026-01-15", test.class, test.want)
		})
	}
	t.Run("empty", func(t *testing.T) {
		b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, col("id", "INT64"))
		b.write("app/t/2026-01-15/a.csv", "")
		b.write("app/t/2026-01-15/b.jsonl", "")
		b.write("app/t/2026-01-15/c.csv", "id\n")
		b.run("2026-01-15")
		b.want("SELECT count(*) FROM app.t", "0")
	})
}

func TestGzipOfSeveralMembers(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, col("id", "INT64"))
	b.write("app/t/2026-01-15/a.csv.gz", "id\n1\n")
	b.write("b.gz", "2\n3\n")
	second, _ := os.ReadFile(filepath.Join(b.root, "data/b.gz"))
	f, err := os.OpenFile(filepath.Join(b.root, "data/app/t/2026-01-15/a.csv.gz"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Write(second)
	f.Close()
	b.run("2026-01-15")
	b.want("SELECT id FROM app.t ORDER BY id", "1\n2\n3")
}

func TestPathsStayInside(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, col("id", "INT64"))
	outside := filepath.Join(t.TempDir(), "x.csv")
	os.WriteFile(outside, []byte("id\n1\n"), 0o644)
	dir := filepath.Join(b.root, "data/app/t/2026-01-15")
	os.MkdirAll(dir, 0o755)
	if err := os.Symlink(outside, filepath.Join(dir, "x.csv")); err != nil {
		t.Skip(err)
	}
	b.fail("2026-01-15", task.Permanent, "leads outside the data folder")
	for _, bad := range []plan.TransferSpec{{Table: "app...", Source: "app"}, {Table: "app.t", Source: ".."}, {Table: "app.a/b", Source: "app"}, {Table: "t", Source: "app"}} {
		if _, err := tableFolder(b.root, &bad); task.ClassOf(err) != task.Permanent {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestMasks(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"},
		col("id", "INT64"), col("hash", "STRING", "mask=sha256"), col("bytes", "BYTES", "mask=sha256"), col("gone", "STRING", "mask=null"),
		col("first", "STRING", "mask=first_four"), col("last", "STRING", "mask=last_four"), col("mail", "STRING", "mask=email"),
		col("born", "DATE", "mask=year"), col("seen", "TIMESTAMP", "mask=year"), col("n", "INT64", "mask=default"), col("s", "STRING", "mask=default"))
	b.write("app/t/2026-01-15/a.jsonl", `{"id":1,"hash":"randomtext","bytes":"aGk=","gone":"x","first":"abcdef","last":"abcdef","mail":"abc123@gmail.com","born":"1990-05-06","seen":"1990-05-06T00:00:00Z","n":7,"s":"x"}
{"id":2,"hash":"","first":"abcd","last":"日本","mail":"test@gmail@gmail.com"}
`)
	b.run("2026-01-15")
	b.want("SELECT id, hash, hex(bytes), gone, first, last, mail, born::VARCHAR, seen::VARCHAR, n, s FROM app.t ORDER BY id",
		"1|jQHDyQuj7vJcveEe59ygb3Zcvj0B5FJINBzgM6Bypgw=|8F434346648F6B96DF89DDA901C5176B10A6D83961DD3C1AC88B59B2DC327AA4|NULL|abcdXXXXX|XXXXXcdef|XXXXX@gmail.com|1990-01-01|1990-01-01 00:00:00+00|0|\n"+
			"2|47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=|NULL|NULL|iNQmb9TmM40TuEX88olXnSCciXgjuSF9o+Fhk28DFYk=|zyq/DFvjJsuSKnD4Fj+RB5xNmqhlXGDq2JrVRcneLpI=|Qdje6MO+GLwI0u+KyRyAICDjHbLF1ImxRqaW08tY52k=|NULL|NULL|NULL|NULL")
	b.plan.Tables[0].Columns[0].Mask = "sha256"
	b.fail("2026-01-15", task.Permanent, `column "id": mask "sha256" does not fit a INT64`)
}

func TestCancelledLeavesNothing(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full"}, col("id", "INT64"), col("s", "STRING"))
	b.copyTo("app/t/2026-01-15/a.csv", "SELECT i AS id, 'text ' || i AS s FROM range(2000000) t(i)", "FORMAT csv, HEADER")
	ctx, cancel := context.WithCancel(t.Context())
	a := b.attempt("2026-01-15", "key")
	go func() {
		time.Sleep(30 * time.Millisecond)
		cancel()
	}()
	if _, err := b.transfer.Run(ctx, a); err == nil {
		t.Fatal("the cancelled run succeeded")
	}
	b.want("SELECT (SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'app'), (SELECT count(*) FROM _sluice.commits)", "0|0")
	if r := b.run("2026-01-15", "key"); r.RowsOut != 2000000 {
		t.Errorf("result %+v", r)
	}
}

// Bytes that are no text in a CSV file are a bad row like any other, wherever they
// stand, and a header says each column once.
func TestBytesThatAreNoText(t *testing.T) {
	b := newBench(t, plan.TransferSpec{Table: "app.t", Mode: "full", Format: "csv", MaxBadRows: 1}, col("id", "INT64"), col("name", "STRING"))
	b.query("CREATE TABLE app.t (id BIGINT, name VARCHAR)")
	for _, name := range []string{"t.csv", "t.csv.gz"} {
		b.write("app/t/2026-01-15/"+name, "id,name\n1,a\n2,\xfc\n3,c\n")
		if r := b.run("2026-01-15"); r.BadRows != 1 || r.RowsOut != 2 {
			t.Errorf("%s: %+v", name, r)
		}
		b.want("SELECT * FROM app.t ORDER BY id", "1|a\n3|c")
		if err := os.Remove(filepath.Join(b.root, "data/app/t/2026-01-15", name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ content, want string }{
		{"id,n\xfcme\n1,a\n", "t.csv:1: its header is not UTF-8"},
		{"\xff\xfei\x00d\x00", "t.csv:1: its header is not UTF-8"},
		{"id,name, ID \n1,a,2\n", `t.csv: its header has the column "id" twice`},
		{"\nid,name\n1,a\n", "t.csv:1: a blank line where the header should be"},
	} {
		b.write("app/t/2026-01-16/t.csv", c.content)
		b.fail("2026-01-16", task.Permanent, c.want)
	}
	b.want("SELECT count(*) FROM app.t", "2")
	for _, content := range []string{"id,name\r\n7,x\r\n", "id,name\r7,x\r", "name,id\nx,7", "\ufeffid,name\n7,x\n"} {
		b.write("app/t/2026-01-17/t.csv", content)
		b.run("2026-01-17")
		b.want("SELECT * FROM app.t", "7|x")
	}
}
