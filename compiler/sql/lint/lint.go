// Package lint judges style, safety and cost of what already compiles: SQL by its
// parsed and its resolved form, and what a platform says about its tables. A rule is
// quiet where it is not sure.
//
// Statement is for the process that holds the trees; what it finds is plain data,
// which the SQL stage caches by content. Platform and Suppress work on the model and
// on texts.
package lint

import (
	"slices"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
)

// Role is what a statement is for.
type Role string

// The roles. A check's and an export's are the user's own queries.
const (
	Table       Role = "table"
	Incremental Role = "incremental"
	View        Role = "view"
	Export      Role = "export"
	Check       Role = "check"
	Routine     Role = "routine"
)

// Facts are what rules know of a statement besides its text.
type Facts struct {
	Role     Role   `json:"role"`
	TimeZone string `json:"time_zone"`          // the platform's
	Declared bool   `json:"declared,omitempty"` // the table's columns are a contract
	// Tables that it reads, by their name in the catalogue.
	Tables map[string]TableFacts `json:"tables,omitempty"`
}

// TableFacts are what rules know of a table that a statement reads.
type TableFacts struct {
	Nullable []string `json:"nullable,omitempty"` // columns declared so that they may hold NULL, lower case
	Filter   string   `json:"filter,omitempty"`   // partition column that every query must filter
}

// Finding is one place that a rule does not like. Start and End are byte offsets in
// the analysed text.
type Finding struct {
	Code       diag.Code
	Message    string
	Hint       string
	Start, End int
}

// Statement applies every rule to one statement. text is what was parsed and
// resolved, wrapping included; an accessor of the trees that fails panics with its
// error.
func Statement(text string, parsed gsql.ASTNode, resolved gsql.ResolvedNode, facts Facts) []Finding {
	s := &statement{text: text, facts: facts, syntax: syntaxTree(parsed, nil), index: newIndex()}
	s.root = s.tree(resolved, nil)
	for _, r := range rules {
		if len(r.roles) == 0 || slices.Contains(r.roles, facts.Role) {
			s.code = r.code
			r.apply(s)
		}
	}
	return s.findings
}

// rule is one rule over statements of some roles; none means all.
type rule struct {
	code  diag.Code
	roles []Role
	apply func(*statement)
}

var rules = []rule{
	{diag.LimitWithoutOrder, []Role{Table, Incremental, View, Export}, limitWithoutOrder},
	{diag.OrderWithoutLimit, []Role{Table, Incremental, View}, orderWithoutLimit},
	{diag.SelectStar, []Role{Table, Incremental, View}, selectStar},
	{diag.UnusedWith, nil, unusedWith},
	{diag.NullComparison, nil, nullComparison},
	{diag.NotInNullable, nil, notInNullable},
	{diag.OuterJoinUndone, nil, outerJoinUndone},
	{diag.CommaJoin, nil, commaJoin},
	{diag.FloatEquality, nil, floatEquality},
	{diag.UnguardedDivision, []Role{Table, Incremental, View, Export, Check}, unguardedDivision},
	{diag.ClockInsteadOfDay, []Role{Table, Incremental, Export}, clockInsteadOfDay},
	{diag.TimeZoneMissing, nil, timeZoneMissing},
	{diag.EndOfDayIncluded, nil, endOfDayIncluded},
	{diag.NotRepeatable, []Role{Incremental}, notRepeatable},
	{diag.WindowWithoutOrder, nil, windowWithoutOrder},
	{diag.LastValueFrame, nil, lastValueFrame},
	{diag.FilterRequired, nil, filterRequired},
	{diag.WildcardUnfiltered, nil, wildcardUnfiltered},
}

// statement is what the rules look at.
type statement struct {
	*index
	text     string
	facts    Facts
	syntax   *syntax
	root     *node
	code     diag.Code // of the rule at work
	findings []Finding
}

func (s *statement) find(start, end int, message, hint string) {
	s.findings = append(s.findings, Finding{Code: s.code, Message: message, Hint: hint, Start: start, End: end})
}

// get unwraps an accessor of the trees.
func get[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
