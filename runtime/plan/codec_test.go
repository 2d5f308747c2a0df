package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func encode(t testing.TB, p *Plan) []byte {
	t.Helper()
	b, err := Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTrip(t *testing.T) {
	p := example()
	b := encode(t, p)
	got, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, p) {
		t.Errorf("decoded plan differs:\n%+v\n%+v", got, p)
	}
	if again := encode(t, got); !bytes.Equal(again, b) {
		t.Error("the canonical form is not stable")
	}
}

func TestCanonicalForm(t *testing.T) {
	b := encode(t, example())
	lines := strings.Split(string(b), "\n")
	if want := `  "_generated": "` + Notice + `",`; lines[1] != want {
		t.Errorf("first key is %q, want %q", lines[1], want)
	}
	if bytes.Contains(b, []byte("\r")) || !bytes.HasSuffix(b, []byte("}\n")) {
		t.Error("lines end in LF and the file in one")
	}
	if !bytes.Contains(b, []byte("<&>")) {
		t.Error("HTML characters stay readable")
	}
	// Keys of every object are sorted: a generic decode and encode changes nothing.
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	sorted, err := marshal(v, "  ")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(sorted, b) {
		t.Error("keys are not sorted")
	}
}

func TestDigestCoversEverything(t *testing.T) {
	base, err := Digest(example())
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Plan){
		"platform": func(p *Plan) { p.Platform = "other" },
		"sql":      func(p *Plan) { p.Tasks[1].Query.SQL += " " },
		"pool":     func(p *Plan) { p.Windows[0].Pools["sql"]++ },
		"origin":   func(p *Plan) { p.Tables[0].Origin.Line++ },
	} {
		p := example()
		change(p)
		if d, err := Digest(p); err != nil || d == base {
			t.Errorf("%s: digest %s is the same, or %v", name, d, err)
		}
	}
	p := example()
	p.Digest = "sha256:stale"
	if d, _ := Digest(p); d != base {
		t.Error("the digest depends on the digest field")
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := string(encode(t, example()))
	reseal := func(change func(*Plan)) string {
		p := example()
		change(p)
		return string(encode(t, p))
	}
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "unexpected end"},
		{"other JSON", `{"a": 1}`, "no format number"},
		{"syntax", "{\n\"format\": 1,\n}", "line 3"},
		{"wrong type", strings.Replace(good, `"size": 4`, `"size": "four"`, 1), "pools.size"},
		{"format", strings.Replace(good, `"format": 1`, `"format": 2`, 1), "format 2 and this build reads format 1 only"},
		{"unknown field", strings.Replace(good, `"format": 1`, `"format": 1, "colour": "red"`, 1), `unknown field "colour"`},
		{"edited", strings.Replace(good, "Asia/Tokyo", "Asia/Seoul", 1), "digest does not fit"},
		{"no digest", strings.Replace(good, example().Digest, "", 1), "digest does not fit"},
		{"trailing", good + "{}", "after top-level value"},
		{"unknown edge", reseal(func(p *Plan) { p.Tasks[1].After = []string{"core.gone"} }), `unknown task "core.gone"`},
		{"cycle", reseal(func(p *Plan) { p.Tasks[0].After = []string{"core.active"} }), "app.members → core.active → core.members → app.members"},
		{"twice", reseal(func(p *Plan) { p.Tasks[1].ID = "core.members" }), "task core.members is there twice"},
		{"payload", reseal(func(p *Plan) { p.Tasks[1].Query = nil }), "has no query"},
		{"two payloads", reseal(func(p *Plan) { p.Tasks[1].Check = &CheckSpec{} }), "has a check"},
		{"clock", reseal(func(p *Plan) { p.SLAs[0].ReadyBy = "25:00" }), `"25:00" is no clock time`},
		{"zone", reseal(func(p *Plan) { p.TimeZone = "Mars/Olympus" }), `time zone "Mars/Olympus"`},
		{"secret", reseal(func(p *Plan) { p.Secrets = nil }), `unknown secret "slack"`},
		{"pool", reseal(func(p *Plan) { p.Tasks[0].Pool = "gone" }), `unknown pool "gone"`},
		{"sla", reseal(func(p *Plan) { p.SLAs[0].Tasks = nil }), "no task fulfils it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Decode([]byte(c.data))
			if err == nil || p != nil {
				t.Fatalf("decoded, want an error with %q", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
		})
	}

	var wrongFormat *FormatError
	if _, err := Decode([]byte(`{"format": 9}`)); !errors.As(err, &wrongFormat) || wrongFormat.Got != 9 {
		t.Errorf("want a FormatError, got %v", err)
	}
	var edited *DigestError
	if _, err := Decode([]byte(strings.Replace(good, "Asia/Tokyo", "Asia/Seoul", 1))); !errors.As(err, &edited) {
		t.Errorf("want a DigestError, got %v", err)
	}
}

func TestDecodeAcceptsAnotherLayout(t *testing.T) {
	var b bytes.Buffer
	if err := json.Compact(&b, encode(t, example())); err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(b.Bytes()); err != nil {
		t.Errorf("a compacted plan has the same content: %v", err)
	}
}

func TestLongChainDecodes(t *testing.T) {
	if _, err := Decode(encode(t, wide(2000))); err != nil {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, example()))
	f.Add([]byte(`{"format":1}`))
	f.Add([]byte(`{"format":1,"tasks":[{"id":"a","after":["a"]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		// Whatever the bytes: sealed again they must either be refused or come back
		// the same.
		var p Plan
		if json.Unmarshal(data, &p) == nil && p.Format == Format {
			b, err := Encode(&p)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Decode(b); err == nil {
				if again, err := Encode(got); err != nil || !bytes.Equal(again, b) {
					t.Fatalf("not stable: %v\n%s\n%s", err, b, again)
				}
			} else if p.Digest != "" && errors.As(err, new(*DigestError)) {
				t.Fatalf("Encode's own digest is refused: %v", err)
			}
		}
		if got, err := Decode(data); err == nil {
			if d, _ := Digest(got); d != got.Digest {
				t.Fatalf("decoded with digest %s, content has %s", got.Digest, d)
			}
		}
	})
}

func BenchmarkEncode10000(b *testing.B) {
	p := wide(10000)
	for b.Loop() {
		data, err := Encode(p)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
	}
}

func BenchmarkDecode10000(b *testing.B) {
	data, err := Encode(wide(10000))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
