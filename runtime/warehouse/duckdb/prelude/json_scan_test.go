package prelude

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"testing"
)

var nastyJSON = []string{
	"", " ", "null", " true ", "false", "nul", "nulll", "truefalse", "NaN", "Infinity", "-", "--1", "+1", "0", "-0", "-0.0", "00", "01", "-01", "0x1F",
	"1.", ".5", "1.0", "1.50", "0.1", "1e5", "1E+5", "1e-5", "1e400", "-1e400", "1e", "1e+", "0.00001", "123456789012345678", "1234567890123456789",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
	"0.1234567890123456789", "0.30000000000000004", "123456789012.345", "1234567890123.456", "100000000000000.5", "3.0e0", "1 2", "1,2", "[1,]", "[,1]", "[1 2]",
	"[", "]", "[1", "{", "}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`, `{a:1}`, `{"a":1}}`, `{"a":1]`, `[1}`, `{1:2}`, `{"a":1,"a":2}`, `{"a":{"b":1},"a":3}`,
	`{"b":1,"a":2}`, `{"b":1,"a":2,"b":3}`, `{"a":1.50,"b":1e2}`, `{"a":null}`, `{"a":"x"}`, `{"a":[1,"2",null,true,[3],{"b":4}]}`, `[["b","a"],{"z":1,"y":2}]`,
	`{"a":"\u0041"}`, `{"\u0061":1}`, `{"a":1,"\u0061":2}`, `{"\u0061":1,"a":2}`, `"\ud800"`, `"\udc00\ud800"`, `"\ud83d\ude00"`, `"\u00"`, `"\x"`, `"\"`, `"a\\u2028b"`,
	"\"\u2028\u2029\"", `"\u2028"`, `"</script>&"`, "\"\x7f\"", "\"a\tb\"", "\"a\nb\"", "\"\xff\"", "{\"\xff\":1}", "\"日本\"", `{"日本":"花子"}`, `{"":1}`, `{" a ":1}`, `{"a.b":1,"a":{"b":2}}`,
	"\ufeff1", " {\n\t\"a\" :\r1 , \"b\" : [ ] , \"c\" : { } } ", "[ ]", "{ }", "[[]]", "\v1", "1\x00", "\x00", "\"\x00\"", `"\u0000\u001f\b\f\n\r\t\/"`, `"a" x`, "'a'", "// x\n1",
	strings.Repeat("[", 150) + strings.Repeat("]", 150), strings.Repeat("[", 300) + strings.Repeat("]", 300), strings.Repeat(`{"a":`, 300) + "1" + strings.Repeat("}", 300),
	`{"q":3,"choice":"b","correct":true,"sec":12}`, `{"a":18446744073709551616}`, `{"a":-0}`, `{"a":[1e400]}`,
	`{"k":1,"j":2,"i":3,"h":4,"g":5,"f":6,"e":7,"d":8,"c":9,"b":10,"a":11,"z":12,"y":13,"x":14,"w":15,"v":16,"u":17,"t":18,"a":19,"k":20}`,
}

var nastyPaths = []string{"$", "$.a", "$.b", "$.a.b", "$[0]", "$[1]", "$.a[0]", "$.a[5].b", "$['a']", `$."a.b"`, `$['a.b']`, "$.日本", "$['']", `$." a "`, "$.\xff", "$.a.a.a.a", "$[0][0]",
	"$[5]", "$[99999999999]", "$.", "a", "$['a'", "$.q", "$.2"}

// byTree is what the functions on paths do, by the tree alone.
func byTree[R any](f func(node, bool) (R, error), sorted bool, s, path string) (R, error) {
	var zero R
	steps, err := parsePath(path)
	if err != nil {
		return zero, err
	}
	v, err := readJSON(s)
	if err != nil {
		if !sorted {
			err = errNull
		}
		return zero, err
	}
	if v, err = walk(v, steps); err != nil {
		return zero, err
	}
	return f(v, sorted)
}

func same[R any](t *testing.T, what, s string, got R, gotErr error, want R, wantErr error) {
	t.Helper()
	if fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || wantErr == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%s of %q: got %q, %v; want %q, %v", what, s, fmt.Sprint(got), gotErr, fmt.Sprint(want), wantErr)
	}
}

// checkScanner compares all that the scanner does with what the tree gives.
func checkScanner(t *testing.T, s, path string) {
	t.Helper()
	for _, sorted := range []bool{true, false} {
		on := func(what string, tree func(node, bool) (string, error), text func(string, bool) (string, error)) {
			got, err := onPath(tree, text, sorted)(s, path)
			want, wantErr := byTree(tree, sorted, s, path)
			same(t, fmt.Sprint(what, " ", path, " ", sorted), s, got, err, want, wantErr)
		}
		list := func(what string, tree func(node, bool) (strs, error), text func(string, bool) (strs, error)) {
			got, err := onPath(tree, text, sorted)(s, path)
			want, wantErr := byTree(tree, sorted, s, path)
			same(t, fmt.Sprint(what, " ", path, " ", sorted), s, got, err, want, wantErr)
		}
		on("value", pathValue, scalarText)
		on("query", pathQuery, queryText)
		on("query of text", pathQueryText, presentQueryText)
		list("array", pathArray, arrayText)
		list("values", pathValues, valuesText)
	}
	for _, mode := range []string{"exact", "round", "other"} {
		got, err := parseJSON(s, mode)
		want, wantErr := parseTree(s, mode)
		same(t, "parse "+mode, s, got, err, want, wantErr)
	}
}

func TestScannerAgreesWithTree(t *testing.T) {
	for _, s := range nastyJSON {
		for _, path := range nastyPaths {
			checkScanner(t, s, path)
			checkScanner(t, `{"a":`+s+`}`, path)
			checkScanner(t, `[`+s+`, 1]`, path)
		}
	}
	r := rand.New(rand.NewSource(1))
	for range 5000 {
		s := randomJSON(r, 4)
		if r.Intn(4) == 0 && s != "" { // break it
			k := r.Intn(len(s))
			s = s[:k] + []string{"", ",", "}", "]", `"`, `\`, " ", "0", "\xff"}[r.Intn(9)] + s[k+r.Intn(2):]
		}
		checkScanner(t, s, nastyPaths[r.Intn(len(nastyPaths))])
	}
}

// randomJSON is mostly JSON, of the nasty pieces.
func randomJSON(r *rand.Rand, depth int) string {
	space := []string{"", "", "", " ", "\n\t"}[r.Intn(5)]
	if depth == 0 || r.Intn(3) == 0 {
		return space + nastyJSON[r.Intn(len(nastyJSON))] + space
	}
	var parts []string
	kind := r.Intn(2)
	for range r.Intn(20) / 3 {
		v := randomJSON(r, depth-1)
		if !json.Valid([]byte(v)) && r.Intn(10) > 0 {
			v = "1"
		}
		if kind == 0 {
			v = []string{`"a"`, `"b"`, `"a.b"`, `""`, `"日本"`, `"c" `, `"\u0061"`}[r.Intn(7)] + ":" + v
		}
		parts = append(parts, v)
	}
	body := strings.Join(parts, ",")
	if kind == 0 {
		return space + "{" + body + "}" + space
	}
	return space + "[" + body + "]" + space
}

func FuzzScanner(f *testing.F) {
	for i, s := range nastyJSON {
		f.Add(s, nastyPaths[i%len(nastyPaths)])
	}
	f.Fuzz(checkScanner)
}

func TestQuoteJSON(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 5000 {
		b := make([]byte, r.Intn(20))
		for i := range b {
			b[i] = byte(r.Intn(256) >> (r.Intn(2)))
		}
		s := string(b)
		got := quoteJSON(s)
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") && back != string([]rune(s)) {
			t.Fatalf("%q is quoted as %s, which reads %q, %v", s, got, back, err)
		}
	}
	for s, want := range map[string]string{
		"a\"b\\c/": `"a\"b\\c/"`, "\x00\x1f\b\f\n\r\t\x7f": "\"\\u0000\\u001f\\b\\f\\n\\r\\t\x7f\"", "<&>": `"<&>"`,
		"\u2028\u2029": "\"\u2028\u2029\"", `\u2028`: `"\\u2028"`, "\xff日": "\"\\ufffd日\"",
	} {
		if got := quoteJSON(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

func TestShortInt64(t *testing.T) {
	for _, s := range []string{"", "+", "-", "0", "-0", "+7", "007", "-42", "999999999999999999", "-999999999999999999", "1_0", "0x1F", "1.0", " 1", "１"} {
		n, ok := shortInt64(s)
		if !ok {
			continue
		}
		var want int64
		if _, err := fmt.Sscanf(strings.TrimPrefix(s, "+"), "%d", &want); err != nil || n != want {
			t.Errorf("%q: got %d, want %d, %v", s, n, want, err)
		}
	}
	for s, want := range map[string]int64{"-42": -42, "+7": 7, "007": 7, " 12\n": 12, "0x1F": 31, "-0X1f": -31, "9223372036854775807": 9223372036854775807, "-9223372036854775808": -9223372036854775808} {
		if n, err := toInt64(s); err != nil || n != want {
			t.Errorf("%q: got %d, %v; want %d", s, n, err, want)
		}
	}
	for _, s := range []string{"", "+", "--1", "1_0", "1.0", "9223372036854775808", "0x", "１", "1 2"} {
		if n, err := toInt64(s); err == nil {
			t.Errorf("%q was read as %d", s, n)
		}
	}
}
