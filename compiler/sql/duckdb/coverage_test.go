package duckdb_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/duckdb"
)

// columnOf is a column for each type, so that what is probed is not a literal.
var columnOf = map[string]string{
	"INT64": "c.i", "FLOAT64": "c.f", "STRING": "c.s", "BYTES": "c.b", "BOOL": "c.l", "NUMERIC": "c.n", "BIGNUMERIC": "c.bn", "DATE": "c.d",
	"DATETIME": "c.dt", "TIMESTAMP": "c.ts", "TIME": "c.t", "INTERVAL": "c.iv", "JSON": "c.j", "GEOGRAPHY": "c.g",
	"ARRAY<FLOAT64>": "[c.f]", "ARRAY<INT64>": "[c.i]", "ARRAY<STRING>": "[c.s]", "ARRAY<BYTES>": "[c.b]", "ARRAY<NUMERIC>": "[c.n]",
	"ARRAY<BIGNUMERIC>": "[c.bn]", "ARRAY<INTERVAL>": "[c.iv]", "ARRAY<GEOGRAPHY>": "[c.g]",
	"RANGE<DATE>": "RANGE(c.d, NULL)", "RANGE<DATETIME>": "RANGE(c.dt, NULL)", "RANGE<TIMESTAMP>": "RANGE(c.ts, NULL)",
}

// literalOf stands where a function wants a literal.
var literalOf = map[string]string{"STRING": "'$.a'", "INT64": "1", "FLOAT64": "0.5", "BYTES": "b'a'", "BOOL": "true"}

const probed = ` FROM (SELECT 1 AS i, 0.5 AS f, 'a' AS s, b'a' AS b, true AS l, NUMERIC '1.5' AS n, CAST(NULL AS BIGNUMERIC) AS bn, DATE '2024-02-29' AS d,
 DATETIME '2024-02-29 12:34:56' AS dt, TIMESTAMP '2024-02-29 12:34:56+00' AS ts, TIME '12:34:56' AS t, CAST(NULL AS INTERVAL) AS iv,
 JSON '{"a":1}' AS j, CAST(NULL AS GEOGRAPHY) AS g) AS c`

// anyType are the types that stand for an argument of any type.
var anyType = []string{"INT64", "STRING", "FLOAT64", "NUMERIC", "BIGNUMERIC", "BYTES", "BOOL", "DATE", "DATETIME", "TIMESTAMP", "TIME", "INTERVAL", "JSON", "STRUCT", "ARRAY"}

// words are the arguments that are words of the language.
func word(function string) string {
	switch {
	case strings.HasPrefix(function, "normalize"):
		return "NFKC"
	case strings.HasPrefix(function, "time"), strings.HasPrefix(function, "generate_timestamp"):
		return "HOUR"
	case function == "round":
		return "'ROUND_HALF_EVEN'"
	}
	return "DAY"
}

// signature is one way to call a function, as its arguments' types.
type signature struct {
	types   []string
	dynamic bool // an argument may be of any type
}

func (s signature) String() string { return "(" + strings.Join(s.types, ", ") + ")" }

// call writes a call with one argument of each type; of is what any type is.
func (s signature) call(name, of string, literals, optional bool) string {
	var args []string
	for _, t := range s.types {
		base := strings.TrimRight(t, "?…")
		if base != t && strings.HasSuffix(t, "?") && !optional {
			continue
		}
		v, ok := columnOf[base]
		if l := literalOf[base]; literals && l != "" && (len(args) > 0 || len(s.types) == 1) {
			v = l
		}
		if strings.HasPrefix(name, "keys.") && base == "STRING" {
			v = "'AEAD_AES_GCM_256'"
		}
		one := map[string]string{"STRUCT": "STRUCT(c.i AS x, c.s AS y)", "ARRAY": "[c.i]"}[of]
		if one == "" {
			one = columnOf[of]
		}
		switch {
		case ok:
		case base == "word":
			v = word(name)
		case base == "ARRAY<ANY>":
			v = "[" + one + "]"
		case base == "RANGE<ANY>":
			v = columnOf["RANGE<DATE>"]
		case base == "LAMBDA":
			v = "e -> true"
		default:
			v = one
		}
		args = append(args, v)
	}
	if n := len(args); n > 2 && s.types[n-2] == "INT64" && s.types[n-1] == "word" {
		args = append(args[:n-2], "INTERVAL "+args[n-2]+" "+args[n-1])
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

// builtin is a function of the library's catalogue.
type builtin struct {
	mode       gsql.FunctionEnums_Mode
	signatures []signature
}

// builtins reads the catalogue, with the functions in name spaces.
func builtins(c *gsql.SimpleCatalog, out map[string]builtin) {
	for _, f := range get(c.Functions()) {
		b := builtin{mode: get(f.Mode())}
		seen := map[string]bool{}
		for _, s := range get(f.Signatures()) {
			if sig, ok := readSignature(s); ok && !seen[sig.String()] {
				seen[sig.String()] = true
				b.signatures = append(b.signatures, sig)
			}
		}
		sort.SliceStable(b.signatures, func(i, j int) bool { return b.signatures[i].String() < b.signatures[j].String() })
		out[strings.ToLower(strings.Join(get(f.FunctionNamePath()), "."))] = b
		if alias := get(f.AliasName()); alias != "" {
			out[strings.ToLower(alias)] = b
		}
	}
	for _, n := range get(c.Catalogs()) {
		if sub, ok := n.(*gsql.SimpleCatalog); ok {
			builtins(sub, out)
		}
	}
}

// readSignature gives the argument types; ok is false for what BigQuery has not.
func readSignature(s *gsql.FunctionSignature) (sig signature, ok bool) {
	if internal, err := s.IsInternal(); err != nil || internal || get(s.IsDeprecated()) {
		return sig, false
	}
	for _, a := range get(s.Arguments()) {
		kind := get(a.Kind())
		t := "ANY"
		switch kind {
		case gsql.SignatureArgumentKindArgTypeFixed:
			ty, err := a.Type()
			if err != nil || ty == nil {
				return sig, false
			}
			if t = "word"; !get(ty.IsEnum()) {
				named, ok := ty.(interface {
					TypeName(gsql.ProductMode) (string, error)
				})
				if !ok {
					return sig, false
				}
				t = get(named.TypeName(gsql.ProductModeProductExternal))
			}
			if columnOf[t] == "" && t != "word" {
				return sig, false
			}
		case gsql.SignatureArgumentKindArgArrayTypeAny1, gsql.SignatureArgumentKindArgArrayTypeAny2, gsql.SignatureArgumentKindArgArrayTypeAny3:
			t, sig.dynamic = "ARRAY<ANY>", true
		case gsql.SignatureArgumentKindArgTypeAny1, gsql.SignatureArgumentKindArgTypeAny2, gsql.SignatureArgumentKindArgTypeAny3, gsql.SignatureArgumentKindArgTypeArbitrary:
			sig.dynamic = true
		case gsql.SignatureArgumentKindArgRangeTypeAny1:
			t = "RANGE<ANY>"
		case gsql.SignatureArgumentKindArgTypeLambda:
			t = "LAMBDA"
		default:
			return sig, false
		}
		switch {
		case get(a.Optional()):
			t += "?"
		case get(a.Repeated()):
			t += "…"
		}
		sig.types = append(sig.types, t)
	}
	return sig, true
}

// prober finds out what becomes of a call.
type prober struct {
	t  *testing.T
	a  *analyser
	db *sql.DB
}

// probe is "exact", "emulated" or "refused", or "" when GoogleSQL has no such call.
func (p prober) probe(call string, mode gsql.FunctionEnums_Mode) string {
	if mode == gsql.FunctionEnums_ModeAnalytic {
		over := " OVER (ORDER BY c.i)"
		if strings.HasPrefix(call, "percentile_") {
			over = " OVER ()"
		}
		call += over
	}
	query := "SELECT " + call + probed
	if strings.HasPrefix(call, "grouping(") {
		query += " GROUP BY " + strings.TrimPrefix(call, "grouping")
	}
	_, err := gsql.AnalyzeStatement(query, p.a.options, p.a.catalog, p.a.factory)
	if err != nil {
		return ""
	}
	text, problems := p.a.translate(p.t, query, "Asia/Tokyo")
	if len(problems) > 0 {
		return "refused"
	}
	if _, err := rows(p.db, text); err != nil {
		for _, fault := range []string{"Binder Error", "Parser Error", "Catalog Error", "INTERNAL"} {
			if strings.Contains(err.Error(), fault) {
				p.t.Errorf("%s does not run: %v", call, err)
			}
		}
	}
	if strings.Contains(text, "gsql_") {
		return "emulated"
	}
	return "exact"
}

// status is what becomes of a signature, and the types for which it is refused.
func (p prober) status(name string, b builtin, s signature) (string, string) {
	best := func(of string) string {
		for _, literals := range []bool{false, true} {
			for _, optional := range []bool{true, false} {
				if r := p.probe(s.call(name, of, literals, optional), b.mode); r != "" && (r != "refused" || literals && !optional) {
					return r
				}
			}
		}
		return ""
	}
	if !s.dynamic {
		if r := best("INT64"); r != "" {
			return r, ""
		}
		return "", ""
	}
	found := map[string]bool{}
	var refused []string
	for _, t := range anyType {
		switch r := best(t); r {
		case "refused":
			refused = append(refused, t)
		case "exact", "emulated":
			found[r] = true
		}
	}
	switch {
	case found["emulated"]:
		return "emulated", strings.Join(refused, ", ")
	case found["exact"]:
		return "exact", strings.Join(refused, ", ")
	case len(refused) > 0:
		return "refused", ""
	}
	return "", ""
}

// TestCoverage keeps docs/sql-coverage.md true: every function of testdata/functions.txt
// is translated with each of its signatures, and what comes out runs. SLUICE_UPDATE=1
// rewrites the page.
func TestCoverage(t *testing.T) {
	const page = "../../../docs/sql-coverage.md"
	names, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	p := prober{t, shared(), warehouse(t)}
	known := map[string]builtin{}
	builtins(p.a.catalog, known)
	count := map[string]int{}
	var b bytes.Buffer
	for line := range strings.Lines(string(names)) {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			fmt.Fprintf(&b, "\n## %s\n\n| Function | Arguments | Status |\n|---|---|---|\n", strings.TrimSpace(head))
			continue
		}
		for _, name := range strings.Fields(line) {
			f, ok := known[name]
			if !ok {
				status := "refused"
				if duckdb.Translates(name) {
					status = "emulated"
				}
				count[status]++
				fmt.Fprintf(&b, "| `%s` | BigQuery's own | %s |\n", strings.ToUpper(name), status)
				continue
			}
			for _, row := range p.rowsOf(name, f) {
				count[row[1]]++
				status := row[1]
				if row[2] != "" {
					status += ", refused for " + row[2]
				}
				fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", strings.ToUpper(name), row[0], status)
			}
		}
	}
	total := count["exact"] + count["emulated"] + count["refused"]
	head := fmt.Sprintf(`<!-- Generated by compiler/sql/duckdb from the translator, by trying every call; do not edit. -->

# SQL functions on the embedded warehouse

Of %d signatures of BigQuery's functions %d run as DuckDB's own functions (exact), %d by functions that sluice adds to the database (emulated), and %d are refused
with SL5001 before anything runs. What is translated gives BigQuery's result, NULL and errors included, or fails: a few emulated functions end the
statement with an error where BigQuery's result for the values is not known here, as ST_CENTROID of a polygon does. None gives another result.
Types in angle brackets or ANY stand for every type; ? marks an optional argument, … one that may repeat, and "word" a word of the language such as DAY.
A function written with SAFE. is translated wherever the function is.
`, total, count["exact"], count["emulated"], count["refused"])
	out := append([]byte(head), b.Bytes()...)
	if os.Getenv("SLUICE_UPDATE") == "1" {
		if err := os.WriteFile(page, out, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, err := os.ReadFile(page)
	if err != nil || !bytes.Equal(old, out) {
		t.Errorf("%s is stale: run SLUICE_UPDATE=1 go test ./compiler/sql/duckdb -run TestCoverage", page)
	}
}

// rowsOf is arguments, status and refused types of each signature.
func (p prober) rowsOf(name string, f builtin) [][3]string {
	var out [][3]string
	for _, s := range f.signatures {
		if status, note := p.status(name, f, s); status != "" {
			row := [3]string{s.String(), status, note}
			if !slices.Contains(out, row) {
				out = append(out, row)
			}
		}
	}
	if len(out) == 0 {
		p.t.Errorf("no call of %s analyses: %v", name, f.signatures)
	}
	return out
}
