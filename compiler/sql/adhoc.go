package sql

import (
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// Adhoc is one query that is no part of a platform, with what it may name.
type Adhoc struct {
	Text       string
	TimeZone   string // the default time zone, an IANA name or an offset; empty is UTC
	Project    string // whose tables may be named with their project
	Tables     []AdhocTable
	Parameters []engine.Column // declared, names in lower case, sorted
	Infer      bool            // other parameters have the type that their use asks for
	// Functions gives the routines that may be called; it is asked only where the text
	// names one. Nil has none.
	Functions func() ([]engine.Function, error)
}

// AdhocTable is a table that an Adhoc may read.
type AdhocTable struct {
	Name    string          `json:"name"`   // <dataset>.<table>, or <dataset>.<prefix>* of a wildcard family
	Schema  string          `json:"schema"` // where the embedded warehouse has it
	Columns []engine.Column `json:"columns"`
}

// Answered is what analysis makes of an Adhoc. Offsets are bytes of its text.
type Answered struct {
	Columns    []engine.Column // names may repeat or be empty
	SQL        string          // for the embedded warehouse
	Tables     []string        // read, by AdhocTable.Name, sorted
	Parameters []engine.Column // used, sorted by name
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
	if p := parsed.Problem; p != nil {
		if p.Code == diag.NotAQuery {
			p.Hint = "a query only reads: what stands in tables is the plan's to change"
		}
		return Answered{Problems: []engine.Problem{*p}}, nil
	}
	tables, read, unknown := q.read(parsed.Refs)
	functions, err := q.called(parsed.Refs)
	if err != nil {
		return Answered{}, err
	}
	request := engine.Request{
		Text: q.Text, Kind: engine.Query, Parsed: parsed, Tables: tables, Functions: functions, Parameters: q.Parameters, DuckDB: true, TimeZone: q.TimeZone,
	}
	refused := func(problems []engine.Problem) (Answered, error) {
		if len(unknown) > 0 {
			problems = unknown // says more than the analyser, which stops at the first
		}
		return Answered{Problems: problems}, nil
	}
	if q.Infer && len(parsed.Parameters) > 0 {
		list, problem, err := e.Parameters(request)
		if err != nil {
			return Answered{}, err
		}
		if problem != nil {
			return refused([]engine.Problem{*problem})
		}
		request.Parameters = list
	}
	found, err := e.Analyze(request)
	if err != nil {
		return Answered{}, err
	}
	if len(found.Problems) > 0 {
		return refused(found.Problems)
	}
	out := Answered{Columns: found.Columns, SQL: found.Rendered, Tables: read, Untranslated: found.Untranslated}
	for _, p := range request.Parameters {
		if slices.ContainsFunc(parsed.Parameters, func(u engine.Use) bool { return u.Name == p.Name }) {
			out.Parameters = append(out.Parameters, p)
		}
	}
	return out, nil
}

// read finds the tables that a text names among those that it may read. Names that
// are none of them may still be something else, which the analyser tells.
func (q Adhoc) read(refs []engine.Ref) (tables []engine.Table, names []string, unknown []engine.Problem) {
	seen := map[string]bool{}
	for _, ref := range refs {
		if ref.Kind != engine.TableRef || seen[ref.Name] {
			continue
		}
		seen[ref.Name] = true
		t := q.table(ref.Name)
		if t == nil {
			unknown = append(unknown, q.unknownTable(ref))
			continue
		}
		read := engine.Table{Name: ref.Name, Columns: t.Columns}
		read.Catalog, read.Physical = duckDBName(&model.Table{Name: t.Name, Dataset: &model.Dataset{Physical: t.Schema}}, ref.Name)
		tables = append(tables, read)
		names = append(names, t.Name)
	}
	return tables, sortedSet(names), unknown
}

// table finds the table that a name means: its own, that with the project before it,
// or a member of a wildcard family.
func (q Adhoc) table(name string) *AdhocTable {
	if own, ok := strings.CutPrefix(name, q.Project+"."); ok && q.Project != "" {
		name = own
	}
	var best *AdhocTable
	for i := range q.Tables {
		t := &q.Tables[i]
		if t.Name == name {
			return t
		}
		family, wild := strings.CutSuffix(t.Name, "*")
		if wild && strings.HasPrefix(name, family) && (best == nil || len(t.Name) > len(best.Name)) {
			best = t
		}
	}
	return best
}

func (q Adhoc) unknownTable(ref engine.Ref) engine.Problem {
	p := engine.Problem{Code: diag.UnknownTable, Message: `unknown table "` + ref.Name + `"`, Start: ref.Start, End: ref.End}
	names := make([]string, len(q.Tables))
	for i, t := range q.Tables {
		names[i] = t.Name
	}
	near := engine.Nearest(ref.Name, names)
	switch {
	case near != "":
		p.Hint = `did you mean "` + near + `"?`
	case len(names) == 0:
		p.Hint = "there are no tables here: run this in a platform's folder, or name it with -C"
	case !strings.Contains(ref.Name, "."):
		p.Hint = "tables are named <dataset>.<table>; `sluice ls` lists them"
	default:
		p.Hint = "`sluice ls` lists the tables"
	}
	return p
}
