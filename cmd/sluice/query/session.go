package query

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/compiler/sql"
	"sluice/compiler/sql/engine"
	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/value"
	"sluice/runtime/warehouse/duckdb"
)

// Session runs statements one after the other on one warehouse, which is opened with
// the first that is executed.
type Session struct {
	Setup    Setup
	Plan     *plan.Plan // nil where there is no platform
	TimeZone string
	// Values gives parameters by lower-case name. A value without a Type has the type
	// of the plan's variable, or that which its use asks for.
	Values map[string]plan.Variable
	// Functions gives the platform's routines, where a statement names one; see sql.Adhoc.
	Functions func() ([]engine.Function, error)
	// Attempt has the business day, for @run_date, @run_start and @run_end.
	Attempt task.Attempt

	warehouse *duckdb.Warehouse
}

// Result is what a statement gave.
type Result struct {
	Columns []Column
	Rows    [][]any // in the encoding of package value
	More    bool    // there were more rows than asked for
}

// Analyse resolves and translates a statement. Mistakes in it are in the answer.
func (s *Session) Analyse(text string) (sql.Answered, error) {
	parameters := s.Setup.Parameters
	for name, v := range s.Values {
		if v.Type == "" {
			continue
		}
		parameters = append([]engine.Column(nil), parameters...)
		i := find(parameters, name)
		if i < 0 {
			parameters = append(parameters, engine.Column{Name: name})
			i = len(parameters) - 1
		}
		parameters[i].Type = v.Type
	}
	ask := sql.Adhoc{Text: text, TimeZone: s.TimeZone, Project: s.Setup.Project, Tables: s.Setup.Tables, Parameters: parameters, Infer: true, Functions: s.Functions}
	answered, err := sql.Ask(ask)
	if err != nil {
		return answered, err
	}
	// Several types may do, of which the analyser takes one: @n + 1 may be a date.
	again := false
	for _, p := range answered.Parameters {
		v, given := s.Values[p.Name]
		if given && find(parameters, p.Name) < 0 && !fits(p.Type, v.Value) {
			ask.Parameters = append(slices.Clone(ask.Parameters), engine.Column{Name: p.Name, Type: looksLike(v.Value)})
			again = true
		}
	}
	if again {
		slices.SortFunc(ask.Parameters, func(a, b engine.Column) int { return strings.Compare(a.Name, b.Name) })
		if other, err := sql.Ask(ask); err != nil || len(other.Problems) == 0 {
			return other, err
		}
	}
	return answered, nil
}

// looksLike is the type that a value has by its looks.
func looksLike(text string) string {
	for _, kind := range []string{"INT64", "FLOAT64", "BOOL"} {
		if fits(kind, text) {
			return kind
		}
	}
	return "STRING"
}

// fits reports whether a text may be a value of a type; only what is certain is not.
func fits(kind, text string) bool {
	var err error
	switch kind {
	case "INT64":
		_, err = strconv.ParseInt(text, 10, 64)
	case "FLOAT64", "NUMERIC", "BIGNUMERIC":
		_, err = strconv.ParseFloat(text, 64)
	case "BOOL":
		_, err = strconv.ParseBool(strings.ToLower(text))
	case "DATE", "DATETIME", "TIMESTAMP":
		return strings.Count(text, "-") >= 2
	case "TIME":
		return strings.Contains(text, ":")
	}
	return err == nil
}

func find(list []engine.Column, name string) int {
	for i, c := range list {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// Run executes what Analyse found and reads at most limit rows; 0 reads all.
func (s *Session) Run(ctx context.Context, a sql.Answered, limit int) (Result, error) {
	r := Result{Columns: columns(a.Columns), Rows: [][]any{}}
	types, err := typesOf(a.Columns)
	if err != nil {
		return r, err
	}
	if err := s.open(ctx, a.Tables); err != nil {
		return r, err
	}
	args, err := s.arguments(a.Parameters)
	if err != nil {
		return r, err
	}
	err = s.warehouse.Select(ctx, func(values []any) error {
		if limit > 0 && len(r.Rows) == limit {
			r.More = true
			return errEnough
		}
		r.Rows = append(r.Rows, values)
		return nil
	}, a.SQL, types, args...)
	switch {
	case err == nil, errors.Is(err, errEnough):
		return r, nil
	case ctx.Err() != nil:
		return r, context.Cause(ctx)
	}
	return r, errors.New(duckdb.Message(err))
}

var errEnough = errors.New("enough rows")

// open opens the warehouse, and sees that the tables are there and have been filled.
func (s *Session) open(ctx context.Context, tables []string) error {
	if len(tables) > 0 && s.Setup.Missing != "" {
		return errors.New(s.Setup.Missing)
	}
	if s.warehouse == nil {
		var err error
		if s.warehouse, err = duckdb.Open(ctx, s.Setup.Warehouse); err != nil {
			return err
		}
	}
	if len(tables) == 0 {
		return nil
	}
	unbuilt, err := s.warehouse.Unbuilt(ctx, s.Plan, tables)
	if err != nil {
		return err
	}
	if len(unbuilt) > 0 {
		return fmt.Errorf("nothing has filled %s yet: `sluice run --env %s -s %s` does", strings.Join(unbuilt, ", "), s.Plan.Environment, "+"+unbuilt[0])
	}
	return nil
}

// Close lets the warehouse go.
func (s *Session) Close() error {
	if s.warehouse == nil {
		return nil
	}
	return s.warehouse.Close()
}

// arguments gives the parameters that a statement uses their values.
func (s *Session) arguments(used []engine.Column) ([]any, error) {
	attempt := s.Attempt
	attempt.Parameters = map[string]plan.Variable{}
	var names []string
	for _, p := range used {
		names = append(names, p.Name)
		v, given := s.Values[p.Name]
		switch {
		case given:
			v.Type = p.Type
		case s.Plan != nil:
			for _, declared := range s.Plan.Variables {
				if strings.EqualFold(declared.Name, p.Name) {
					v, given = declared, true
				}
			}
		}
		builtin := p.Name == "run_date" || p.Name == "run_start" || p.Name == "run_end"
		if given && !(builtin && v.Name == "") {
			attempt.Parameters[p.Name] = v
		} else if !builtin || s.Attempt.Date == "" {
			return nil, fmt.Errorf("parameter @%s has no value: give --param %s=value", p.Name, p.Name)
		}
	}
	return duckdb.Arguments(attempt, names)
}

// columns are a result's.
func columns(list []engine.Column) []Column {
	out := make([]Column, len(list))
	for i, c := range list {
		out[i] = Column{Name: c.Name, Type: c.Type}
	}
	return out
}

func typesOf(list []engine.Column) ([]value.Type, error) {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.Type
	}
	return value.ParseTypes(texts)
}
