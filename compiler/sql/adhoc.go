package sql

import (
	"slices"

	"sluice/compiler/diag"
	"sluice/compiler/sql/engine"
)

// Adhoc is one query that is no part of a platform, with what it may name.
type Adhoc struct {
	Text       string
	TimeZone   string // the default time zone, an IANA name or an offset; empty is UTC
	Tables     []engine.Table
	Parameters []engine.Column // declared, names in lower case, sorted
}

// Answered is what analysis makes of an Adhoc. Offsets are bytes of its text.
type Answered struct {
	Columns    []engine.Column // names may repeat or be empty
	SQL        string          // for the embedded warehouse
	Parameters []string        // used, sorted
	// Problems are why GoogleSQL refuses the text, Untranslated why the embedded
	// warehouse cannot run it. With either there is no SQL.
	Problems     []engine.Problem
	Untranslated []engine.Problem
}

// Ask analyses and translates one query in this process. The error is the library's,
// for this query only.
func Ask(q Adhoc) (Answered, error) {
	e, err := engine.Shared(translator)
	if err != nil {
		return Answered{}, err
	}
	parsed, err := e.Parse(q.Text, engine.Query)
	if err != nil {
		return Answered{}, err
	}
	if parsed.Problem != nil {
		return Answered{Problems: []engine.Problem{*parsed.Problem}}, nil
	}
	tables, unknown := q.read(parsed.Refs)
	found, err := e.Analyze(engine.Request{
		Text: q.Text, Kind: engine.Query, Parsed: parsed, Tables: tables, Parameters: q.Parameters, DuckDB: true, TimeZone: q.TimeZone,
	})
	if err != nil {
		return Answered{}, err
	}
	if len(found.Problems) > 0 && len(unknown) > 0 {
		found.Problems = unknown // says more than the analyser, which stops at the first
	}
	out := Answered{Columns: found.Columns, SQL: found.Rendered, Problems: found.Problems, Untranslated: found.Untranslated}
	for _, u := range parsed.Parameters {
		out.Parameters = append(out.Parameters, u.Name)
	}
	slices.Sort(out.Parameters)
	out.Parameters = slices.Compact(out.Parameters)
	return out, nil
}

// read finds the tables that a text names among those that it may read. Names that
// are none of them may still be something else, which the analyser tells.
func (q Adhoc) read(refs []engine.Ref) (tables []engine.Table, unknown []engine.Problem) {
	seen := map[string]bool{}
	for _, ref := range refs {
		if ref.Kind != engine.TableRef || seen[ref.Name] {
			continue
		}
		seen[ref.Name] = true
		i := slices.IndexFunc(q.Tables, func(t engine.Table) bool { return t.Name == ref.Name })
		if i >= 0 {
			tables = append(tables, q.Tables[i])
			continue
		}
		p := engine.Problem{Code: diag.UnknownTable, Message: "table \"" + ref.Name + "\" is not known", Start: ref.Start, End: ref.End}
		var names []string
		for _, t := range q.Tables {
			names = append(names, t.Name)
		}
		if near := engine.Nearest(ref.Name, names); near != "" {
			p.Hint = "did you mean \"" + near + "\"?"
		}
		unknown = append(unknown, p)
	}
	return tables, unknown
}
