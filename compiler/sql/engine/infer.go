package engine

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// Parameters gives the parameters of a request's text, declared or not, in lower case
// and sorted: those that are not declared have the type that their use asks for, or
// INT64 where any would do. The problem is why the text cannot be resolved; the error
// is the library's.
func (e *Engine) Parameters(r Request) (list []Column, problem *Problem, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	err = attempt(func() { list, problem = e.parameters(r) })
	e.sweep.after()
	return list, problem, err
}

func (e *Engine) parameters(r Request) ([]Column, *Problem) {
	text, paths := unquote(r.Text, r.Parsed.Refs)
	w := &wrapped{text: text}
	o := e.analyzerOptions(false)
	for _, p := range r.Parameters {
		check(o.AddQueryParameter(p.Name, get(e.typ(p.Type))))
	}
	e.declareSystemVariables(o)
	check(o.SetAllowUndeclaredParameters(true))
	out, err := gsql.AnalyzeStatement(w.sql(), o, e.catalog(r.Parsed.Refs, paths, r.Tables, r.Functions), e.types)
	if err != nil {
		p := w.problem(err)
		suggest(p, r)
		return nil, p
	}
	list := slices.Clone(r.Parameters)
	collectParameters(get(out.ResolvedStatement()), &list)
	slices.SortFunc(list, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// collectParameters adds the parameters below a node that the list does not have.
func collectParameters(n gsql.ResolvedNode, list *[]Column) {
	if p, ok := n.(*gsql.ResolvedParameter); ok {
		name := strings.ToLower(get(p.Name()))
		kind := typeText(get(p.Type()))
		if name != "" && !slices.ContainsFunc(*list, func(c Column) bool { return c.Name == name }) {
			*list = append(*list, Column{Name: name, Type: kind})
		}
	}
	for _, child := range get(n.GetChildNodes()) {
		collectParameters(child, list)
	}
}
