package plan

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"
)

// generic is the canonical form by way of generic values, which anyone can make in any
// language.
func generic(t testing.TB, p *Plan) []byte {
	t.Helper()
	c := *p
	c.Digest = ""
	raw, err := marshal(file{Generated: Notice, Plan: &c}, "")
	if err != nil {
		t.Fatal(err)
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out, err := marshal(v, "  ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t testing.TB, p *Plan) {
	t.Helper()
	pieces, err := encodeBlank(p)
	if err != nil {
		t.Fatal(err)
	}
	got := bytes.Join(pieces, nil)
	if want := generic(t, p); !bytes.Equal(got, want) {
		i := 0
		for i < min(len(got), len(want)) && got[i] == want[i] {
			i++
		}
		t.Errorf("at byte %d: got …%q, want …%q", i, got[max(0, i-40):min(len(got), i+60)], want[max(0, i-40):min(len(want), i+60)])
	}
}

func TestCanonicalIsGeneric(t *testing.T) {
	same(t, example())
	same(t, &Plan{})
	long := example()
	long.Datasets = slices.Repeat(long.Datasets, 1<<15) // several pieces before the digest
	same(t, long)
	sealed, err := Seal(long)
	if err != nil {
		t.Fatal(err)
	}
	if want := bytes.Replace(generic(t, long), blankDigest, digestLine(long.Digest), 1); !bytes.Equal(sealed, want) {
		t.Error("the digest of a long plan is in another place")
	}
	withLineage := example()
	withLineage.Tables[0].Lineage = &Lineage{Columns: []ColumnLineage{{Name: "a b", Digest: "1f", Inputs: someInputs}, {Name: "c", Digest: "2"}}, Rows: someInputs, RowsDigest: "3"}
	same(t, withLineage)
	for _, text := range []string{"", "a\"b\\c\n\t\r/", "<&>", "日本語", "\u2028\u2029", "\xff\x80x", "\x00\x01\x1f\x7f\b\f", "é\xe2", "\ufffd", "😀"} {
		p := example()
		p.Platform, p.Tables[0].SQL = text, text
		p.Tables[0].Tags = []string{text, text}
		same(t, p)
	}
}

func FuzzCanonicalString(f *testing.F) {
	f.Add("a\"\u2028\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var b chunks
		if err := canonicalString(&b, s); err != nil {
			t.Fatal(err)
		}
		want, err := marshal(s, "")
		if err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(s) && b.String()+"\n" != string(want) {
			t.Errorf("got %s, want %s", b.Bytes(), want)
		}
	})
}
