package resolve

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
	_ "time/tzdata" // the machine that compiles need not have a zone database
)

// environment finds the environment and what follows from it: project, location,
// warehouse, and how each source is read.
func (r *resolver) environment(name string) {
	e := r.pickEnvironment(name)
	info := &r.sp.Info
	r.m.Environment = e
	r.m.Project = cmp.Or(e.Project.V, info.Project.V)
	r.m.Location = cmp.Or(e.Warehouse.Location.V, info.Location.V, info.Region.V)
	r.m.Target = e.Warehouse.Kind.V

	sources := byName(r.sp.Sources, func(x *spec.Source) string { return x.Name })
	var rest *spec.SourceOverride
	for _, o := range e.Sources {
		if o.Name == "*" {
			rest = o
		} else if sources[o.Name] == nil {
			r.unknown(diag.UnknownSource, o.At, "source", o.Name, sourceNames(r.sp))
			continue
		} else {
			r.m.Overrides[o.Name] = o
		}
	}
	for _, s := range r.sp.Sources {
		if r.m.Overrides[s.Name] == nil && rest != nil {
			r.m.Overrides[s.Name] = rest
		}
	}
}

// pickEnvironment is the environment asked for; where there is none, it is reported
// and the nearest one stands in so that the rest can still be judged.
func (r *resolver) pickEnvironment(name string) *spec.Environment {
	all := r.sp.Environments
	byName := byName(all, func(x *spec.Environment) string { return x.Name })
	switch {
	case len(all) == 0:
		r.diags.Errorf(diag.UnknownEnvironment, r.sp.Info.At, "the platform declares no environment").
			WithHint(`declare one, for example environment: local: {kind: "local", warehouse: kind: "duckdb"}`)
		return standInEnvironment()
	case name == "" && byName["local"] != nil:
		return byName["local"]
	case name == "" && len(all) == 1:
		return all[0]
	case name == "":
		r.diags.Errorf(diag.UnknownEnvironment, diag.Span{}, "no environment was named, and none is called \"local\"").
			WithHint("choose one with --env: %s", strings.Join(names(environmentNames(r.sp)), ", "))
		return all[0]
	case byName[name] == nil:
		r.unknown(diag.UnknownEnvironment, diag.Span{}, "environment", name, environmentNames(r.sp))
		return all[0]
	}
	return byName[name]
}

func standInEnvironment() *spec.Environment {
	return &spec.Environment{
		Node:      spec.Node{Name: "local"},
		Kind:      spec.Text{V: "local"},
		Warehouse: spec.Warehouse{Kind: spec.Text{V: "duckdb"}},
		Exports:   spec.Text{V: "files"},
		Models:    spec.Text{V: "local"},
	}
}

var (
	placeholder   = regexp.MustCompile(`\$\{([^}]*)\}`)
	datasetPrefix = regexp.MustCompile(`^[a-z0-9_]*$`)
)

// prefix is the environment's dataset prefix with its placeholders filled.
func (r *resolver) prefix() string {
	text := r.m.Environment.DatasetPrefix
	return placeholder.ReplaceAllStringFunc(text.V, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[1]
		value, given := r.vars[name]
		switch {
		case !given:
			r.diags.Errorf(diag.MissingPlaceholder, text.At, "the dataset prefix %q needs a value for %q", text.V, name).
				WithHint("pass --var %s=<value>", name)
		case !datasetPrefix.MatchString(value):
			r.diags.Errorf(diag.MissingPlaceholder, text.At, "%q cannot stand in the dataset prefix %q", value, text.V).
				WithHint("use lower-case letters, digits and underscores in --var %s=<value>", name)
		default:
			return value
		}
		return "0"
	})
}

// runParameters are the parameters that every query has.
var runParameters = []string{"run_date", "run_start", "run_end"}

// variables gives each variable the value in effect: --var, environment, default.
func (r *resolver) variables() {
	zone, err := time.LoadLocation(r.sp.Info.TimeZone.V)
	if err != nil {
		zone = time.UTC // check reports it
	}
	environment := map[string]spec.Pair{}
	for _, p := range r.m.Environment.Variables {
		environment[p.Name] = p
	}
	known := map[string]bool{}
	for _, v := range r.sp.Variables {
		if slices.Contains(runParameters, v.Name) {
			r.diags.Errorf(diag.ReservedName, v.At, "variable %q has the name of a parameter that every query has", v.Name).
				WithHint("choose another name; @%s is the business day's own", v.Name)
			continue
		}
		if known[v.Name] {
			continue
		}
		known[v.Name] = true
		r.m.Variables = append(r.m.Variables, r.variable(v, environment, zone))
	}
	slices.SortFunc(r.m.Variables, func(a, b model.Variable) int { return cmp.Compare(a.Name, b.Name) })

	for _, p := range r.m.Environment.Variables {
		if !known[p.Name] {
			r.unknown(diag.UnknownVariable, p.At, "variable", p.Name, variableNames(r.sp))
		}
	}
	for _, name := range sortedKeys(r.vars) {
		// Any environment's placeholder may be given, so that one command line serves all.
		fills := func(e *spec.Environment) bool { return strings.Contains(e.DatasetPrefix.V, "${"+name+"}") }
		if !known[name] && !slices.ContainsFunc(r.sp.Environments, fills) {
			r.unknown(diag.UnknownVariable, diag.Span{}, "variable", name, variableNames(r.sp))
		}
	}
}

func (r *resolver) variable(v *spec.Variable, environment map[string]spec.Pair, zone *time.Location) model.Variable {
	out := model.Variable{Name: v.Name, Type: sqltype.Type{Kind: sqltype.Kind(v.Type.V)}, Spec: v}
	report := func(at diag.Span, value any, err error) {
		r.diags.Errorf(diag.BadVariableValue, at, "variable %q: %s", v.Name, err).
			WithHint("give a value of type %s, for example %s", v.Type.V, exampleValue[out.Type.Kind])
	}
	text, err := scalarText(v.Default.V, out.Type.Kind, zone)
	if err != nil {
		report(v.Default.At, v.Default.V, err)
	}
	out.Value = text
	if p, given := environment[v.Name]; given {
		if text, err = scalarText(p.V, out.Type.Kind, zone); err != nil {
			report(p.At, p.V, err)
		} else {
			out.Value = text
		}
	}
	if value, given := r.vars[v.Name]; given {
		if text, err = textValue(value, out.Type.Kind, zone); err != nil {
			report(diag.Span{}, value, err)
		} else {
			out.Value = text
		}
	}
	return out
}

var exampleValue = map[sqltype.Kind]string{
	sqltype.Int64: "3", sqltype.Float64: "1.5", sqltype.Numeric: `"12.50"`, sqltype.Bool: "true",
	sqltype.String: `"text"`, sqltype.Date: `"2026-01-15"`, sqltype.Timestamp: `"2026-01-15 09:00:00+09:00"`,
}

// scalarText is a CUE value as GoogleSQL text of the kind.
func scalarText(value any, kind sqltype.Kind, zone *time.Location) (string, error) {
	switch v := value.(type) {
	case string:
		if kind == sqltype.Int64 || kind == sqltype.Float64 || kind == sqltype.Bool {
			return "", fmt.Errorf("the text %q is no %s", v, kind)
		}
		return textValue(v, kind, zone)
	case int64:
		if kind == sqltype.Int64 || kind == sqltype.Float64 || kind == sqltype.Numeric {
			return strconv.FormatInt(v, 10), nil
		}
	case float64:
		if kind == sqltype.Float64 || kind == sqltype.Numeric {
			return textValue(strconv.FormatFloat(v, 'f', -1, 64), kind, zone)
		}
	case bool:
		if kind == sqltype.Bool {
			return strconv.FormatBool(v), nil
		}
	case nil:
		return "", fmt.Errorf("there is no value")
	}
	return "", fmt.Errorf("%v is no %s", value, kind)
}

// decimal is what a NUMERIC holds: 29 digits and 9 behind the point.
var decimal = regexp.MustCompile(`^[+-]?0*\d{1,29}(\.\d{0,9})?$`)

var timestampForms = []string{
	"2006-01-02 15:04:05Z07:00", time.RFC3339, "2006-01-02 15:04Z07:00",
	"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly,
}

// textValue checks text against the kind and gives its canonical GoogleSQL form. A
// timestamp without an offset is in the platform's time zone.
func textValue(text string, kind sqltype.Kind, zone *time.Location) (string, error) {
	wrong := fmt.Errorf("%q is no %s", text, kind)
	switch kind {
	case sqltype.String:
		return text, nil
	case sqltype.Int64:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return strconv.FormatInt(n, 10), nil
		}
	case sqltype.Float64:
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return strconv.FormatFloat(f, 'g', -1, 64), nil
		}
	case sqltype.Numeric:
		if decimal.MatchString(text) {
			return text, nil
		}
	case sqltype.Bool:
		if text = strings.ToLower(text); text == "true" || text == "false" {
			return text, nil
		}
	case sqltype.Date:
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			return text, nil
		}
	case sqltype.Timestamp:
		for _, form := range timestampForms {
			t, err := time.ParseInLocation(form, text, zone)
			if t = t.UTC(); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
				return t.Format("2006-01-02 15:04:05.999999-07:00"), nil
			}
		}
	}
	return "", wrong
}
