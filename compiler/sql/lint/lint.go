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
	// Unique are the sets of its columns, lower case, of which the platform says that
	// they tell its rows apart.
	Unique   [][]string `json:"unique,omitempty"`
	Projects []string   `json:"projects,omitempty"` // Google Cloud projects of the platform
	// Tables that it reads, by their name in the catalogue.
	Tables map[string]TableFacts `json:"tables,omitempty"`
}

// TableFacts are what rules know of a table that a statement reads.
type TableFacts struct {
	Nullable []string `json:"nullable,omitempty"` // columns declared so that they may hold NULL, lower case
	Filter   string   `json:"filter,omitempty"`   // partition column that every query must filter
	// Keys are sets of columns, lower case, that tell its rows apart.
	Keys      [][]string `json:"keys,omitempty"`
	Partition string     `json:"partition,omitempty"` // the column that it is partitioned by
	Volume    int64      `json:"volume,omitempty"`    // estimated bytes
}

// Finding is one place that a rule does not like. Start and End are byte offsets in
// the analysed text.
type Finding struct {
	Code       diag.Code
	Message    string
	Hint       string
	Start, End int
	// Edits mend it without changing what the statement gives; they do not overlap.
	Edits []Edit
}

// Edit puts other text in the place of text[Start:End].
type Edit struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
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

// kept are the roles whose rows stay.
var kept = []Role{Table, Incremental}

// stored are the roles that others read by name.
var stored = []Role{Table, Incremental, View}

var rules = []rule{
	{diag.LimitWithoutOrder, []Role{Table, Incremental, View, Export}, limitWithoutOrder},
	{diag.OrderWithoutLimit, stored, orderWithoutLimit},
	{diag.SelectStar, stored, selectStar},
	{diag.UnusedWith, nil, unusedWith},
	{diag.UnionColumnOrder, nil, unionColumnOrder},
	{diag.UnionMixed, nil, unionMixed},
	{diag.DistinctWithGroup, nil, distinctWithGroup},
	{diag.HavingWithoutGroup, []Role{Table, Incremental, View, Export}, havingWithoutGroup},
	{diag.ShadowedAlias, nil, shadowedAlias},
	{diag.NullComparison, nil, nullComparison},
	{diag.NotInNullable, nil, notInNullable},
	{diag.OuterJoinUndone, nil, outerJoinUndone},
	{diag.CommaJoin, nil, commaJoin},
	{diag.FloatEquality, nil, floatEquality},
	{diag.UnguardedDivision, []Role{Table, Incremental, View, Export, Check}, unguardedDivision},
	{diag.JoinWithoutRelation, nil, joinWithoutRelation},
	{diag.DecidedCondition, nil, decidedCondition},
	{diag.LikeWithoutWildcard, nil, likeWithoutWildcard},
	{diag.ClockInsteadOfDay, []Role{Table, Incremental, Export}, clockInsteadOfDay},
	{diag.TimeZoneMissing, nil, timeZoneMissing},
	{diag.EndOfDayIncluded, nil, endOfDayIncluded},
	{diag.NotRepeatable, []Role{Incremental}, notRepeatable},
	{diag.WindowWithoutOrder, nil, windowWithoutOrder},
	{diag.LastValueFrame, nil, lastValueFrame},
	{diag.WindowOrderConstant, nil, windowOrderConstant},
	{diag.DateFormat, nil, dateFormat},
	{diag.DateEndLost, nil, dateEndLost},
	{diag.FilterRequired, nil, filterRequired},
	{diag.WildcardUnfiltered, nil, wildcardUnfiltered},
	{diag.PartitionNotPruned, nil, partitionNotPruned},
	{diag.PartitionUnfiltered, nil, partitionUnfiltered},
	{diag.RepeatedScan, nil, repeatedScan},
	{diag.UnclusteredJoin, nil, joinedBy},
	{diag.ReservedColumn, stored, reservedColumn},
	{diag.LiteralProject, nil, literalProject},
	{diag.LiteralEmail, nil, literalEmail},
	{diag.DeprecatedFunction, nil, deprecatedFunction},
	{diag.RepeatedJSON, nil, repeatedJSON},
	{diag.PositionalReference, stored, positionalReference},
	{diag.AliasWithoutAs, nil, aliasWithoutAs},
	{diag.CaseWithoutElse, nil, caseWithoutElse},
	{diag.RepeatedValue, nil, repeatedValue},
	{diag.NeedlessDistinct, nil, needlessDistinct},
	{diag.FanOutSum, nil, fanOutSum},
	{diag.FanOutKey, stored, fanOutKey},
	{diag.CountDistinctNullable, nil, countDistinctNullable},
	{diag.IntegerDivision, nil, integerDivision},
	{diag.ArrayWithoutOrder, kept, arrayWithoutOrder},
	{diag.UnusedJoin, nil, unusedJoin},
	{diag.RepeatedBranch, nil, repeatedBranch},
	{diag.CountOfCondition, nil, countOfCondition},
	{diag.ConcatNullable, nil, concatNullable},
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

// find reports a place. Edits that cannot be made (Start -1) are no edits.
func (s *statement) find(start, end int, message, hint string, edits ...Edit) {
	edits = slices.DeleteFunc(edits, func(e Edit) bool { return e.Start < 0 })
	s.findings = append(s.findings, Finding{Code: s.code, Message: message, Hint: hint, Start: start, End: end, Edits: edits})
}

// isOutput reports whether a column is, by whatever name, one of the statement's.
func (s *statement) isOutput(id int32) bool {
	out, ok := s.root.is.(interface {
		OutputColumnList() ([]*gsql.ResolvedOutputColumn, error)
	})
	if !ok {
		return true
	}
	return slices.ContainsFunc(get(out.OutputColumnList()), func(c *gsql.ResolvedOutputColumn) bool { return s.origin(columnID(get(c.Column()))) == id })
}

// get unwraps an accessor of the trees.
func get[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
