package planjson

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/runtime/plan"
)

// definition is a digest of all that decides a table's rows by itself: two plans
// with the same digest make the same rows from the same inputs. Layout of SQL,
// comments, descriptions, owners, schedules and secrets have no part in it.
func (b *builder) definition(t *model.Table) string {
	d := struct {
		Kind            string
		Columns         []definedColumn
		SQL             string
		Materialization string
		Strategy        string
		Key             []string
		Partition       string
		PartitionBy     string
		Routines        []string
		Transfer        *plan.TransferSpec
		Model           *plan.ModelSpec
	}{Kind: string(t.Kind)}
	for _, c := range t.Columns {
		d.Columns = append(d.Columns, definedColumn{c.Name, c.Type.String(), c.Mask})
	}
	switch {
	case t.Spec != nil:
		d.Materialization = t.Spec.Materialization.V
		if i := t.Spec.Incremental; i != nil {
			d.Strategy, d.Key = i.Strategy.V, texts(i.Key)
		}
		if p := t.Spec.Partition; p != nil {
			d.Partition, d.PartitionBy = p.Column.V, p.By.V
		}
		if t.Statement != nil {
			d.SQL = normalizeSQL(t.Statement.Text)
			d.Routines = b.routineDefinitions(t.Statement.Routines)
		}
	case t.SourceTable != nil:
		d.Transfer = b.transfer(t)
		d.Transfer.Arrives, d.Transfer.WaitSec = "", 0
		delete(d.Transfer.Connection, "secret")
	case t.Model != nil:
		if m := b.models[t.Model.Name]; m != nil {
			d.Model = b.model(m, plan.Predict)
		}
	}
	return digest(d)
}

type definedColumn struct{ Name, Type, Mask string }

// routineDefinitions are the digests of routines, by name.
func (b *builder) routineDefinitions(names []string) []string {
	var out []string
	for _, name := range names {
		if r := b.routines[name]; r != nil {
			out = append(out, name+" "+b.routineDefinition(r))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// routineDefinition covers a routine and those that it calls.
func (b *builder) routineDefinition(r *model.Routine) string {
	return b.routineDigest(r, map[string]bool{})
}

func (b *builder) routineDigest(r *model.Routine, above map[string]bool) string {
	d := struct {
		Kind      string
		Arguments []definedColumn
		Returns   string
		SQL       string
		Calls     []string
		JS        string   `json:",omitempty"`
		Libraries []string `json:",omitempty"`
		Remote    []string `json:",omitempty"`
	}{Kind: r.Spec.Kind.V, Returns: r.Spec.Returns.V, JS: r.Spec.JS.V, Libraries: texts(r.Spec.Libraries)}
	if p := r.Spec.Remote; p != nil {
		d.Remote = []string{p.Connection.V, p.Endpoint.V}
	}
	for _, a := range r.Arguments {
		d.Arguments = append(d.Arguments, definedColumn{Name: a.Name, Type: a.Type.String()})
	}
	if r.Statement != nil {
		d.SQL = normalizeSQL(r.Statement.Text)
		above[r.Name] = true
		for _, name := range r.Statement.Routines {
			// One that calls itself is an error that sql reports; here it only must end.
			if called := b.routines[name]; called != nil && !above[name] {
				d.Calls = append(d.Calls, name+" "+b.routineDigest(called, above))
			}
		}
		delete(above, r.Name)
		slices.Sort(d.Calls)
	}
	return digest(d)
}

func digest(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic("planjson: a definition has no JSON form: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// normalizeSQL is a statement without what has no meaning: comments go, each run
// of blanks outside quotes is one space, a final semicolon goes. Letter case stays,
// since names of columns keep theirs.
func normalizeSQL(s string) string {
	var b strings.Builder
	gap := false
	put := func(text string) {
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteString(text)
	}
	for i := 0; i < len(s); {
		switch end := skipComment(s, i); {
		case end > i:
			gap, i = true, end
		case strings.IndexByte(" \t\r\n\f\v", s[i]) >= 0:
			gap, i = true, i+1
		case strings.IndexByte("'\"`", s[i]) >= 0:
			end := skipQuoted(s, i)
			put(s[i:end])
			i = end
		default:
			put(s[i : i+1])
			i++
		}
	}
	return strings.TrimRight(b.String(), "; ")
}

// skipComment returns the end of the comment that starts at i, or i.
func skipComment(s string, i int) int {
	switch {
	case s[i] == '#' || strings.HasPrefix(s[i:], "--"):
		if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
			return i + n
		}
		return len(s)
	case strings.HasPrefix(s[i:], "/*"):
		if n := strings.Index(s[i+2:], "*/"); n >= 0 {
			return i + 2 + n + 2
		}
		return len(s)
	}
	return i
}

// skipQuoted returns the end of the quoted text that starts at i: plain or triple
// quotes, in which a backslash takes the next character. In a raw literal (r'…') a
// backslash takes it along as well, so the end is found the same way.
func skipQuoted(s string, i int) int {
	quote := s[i : i+1]
	if triple := strings.Repeat(quote, 3); quote != "`" && strings.HasPrefix(s[i:], triple) {
		quote = triple
	}
	for j := i + len(quote); j < len(s); j++ {
		if s[j] == '\\' {
			j++
			continue
		}
		if strings.HasPrefix(s[j:], quote) {
			return j + len(quote)
		}
	}
	return len(s)
}
