package diag

import (
	"slices"
	"strings"
)

// Rule is what is known of a lint rule besides its page. Name is another word for the
// code; a platform's lint settings and the command line take either.
type Rule struct {
	Code    Code   `json:"code"`
	Name    string `json:"name"`
	Default string `json:"default"` // error, warning or off
	Fixable bool   `json:"fixable"` // where the text allows it, `sluice lint --fix` mends it
}

// rules are those that `sluice lint` applies, by code.
var rules = []Rule{
	{SuppressionWithoutReason, "suppression-without-reason", "warning", false},
	{SuppressionWithoutEffect, "suppression-without-effect", "warning", false},
	{LimitWithoutOrder, "limit-without-order", "warning", false},
	{OrderWithoutLimit, "order-without-limit", "warning", true},
	{SelectStar, "select-star", "warning", true},
	{UnusedWith, "unused-with", "warning", true},
	{UnionColumnOrder, "union-column-order", "warning", false},
	{UnionMixed, "union-mixed", "warning", false},
	{DistinctWithGroup, "distinct-with-group", "warning", true},
	{HavingWithoutGroup, "having-without-group", "warning", false},
	{ShadowedAlias, "shadowed-alias", "warning", false},
	{NullComparison, "null-comparison", "warning", false},
	{NotInNullable, "not-in-nullable", "warning", false},
	{OuterJoinUndone, "outer-join-undone", "warning", false},
	{CommaJoin, "comma-join", "warning", false},
	{FloatEquality, "float-equality", "warning", false},
	{UnguardedDivision, "unguarded-division", "warning", false},
	{JoinWithoutRelation, "join-without-relation", "warning", false},
	{DecidedCondition, "decided-condition", "warning", false},
	{LikeWithoutWildcard, "like-without-wildcard", "warning", true},
	{ClockInsteadOfDay, "clock-instead-of-day", "warning", false},
	{TimeZoneMissing, "time-zone-missing", "warning", false},
	{EndOfDayIncluded, "end-of-day-included", "warning", false},
	{NotRepeatable, "not-repeatable", "warning", false},
	{WindowWithoutOrder, "window-without-order", "warning", false},
	{LastValueFrame, "last-value-frame", "warning", false},
	{WindowOrderConstant, "window-order-constant", "warning", false},
	{DateFormat, "date-format", "warning", false},
	{DateEndLost, "date-end-lost", "warning", false},
	{FilterRequired, "filter-required", "error", false},
	{WildcardUnfiltered, "wildcard-unfiltered", "warning", false},
	{AppendWithoutDay, "append-without-day", "warning", false},
	{PartitionNotPruned, "partition-not-pruned", "warning", false},
	{PartitionUnfiltered, "partition-unfiltered", "warning", false},
	{CrossRegion, "cross-region", "error", false},
	{RepeatedScan, "repeated-scan", "warning", false},
	{UnclusteredJoin, "unclustered-join", "warning", false},
	{LargeUnpartitioned, "large-unpartitioned", "warning", false},
	{TableUndescribed, "table-undescribed", "warning", false},
	{ReservedColumn, "reserved-column", "warning", false},
	{LiteralProject, "literal-project", "warning", false},
	{LiteralEmail, "literal-email", "warning", false},
	{DeprecatedFunction, "deprecated-function", "warning", true},
	{RepeatedJSON, "repeated-json", "off", false},
	{PositionalReference, "positional-reference", "off", false},
	{AliasWithoutAs, "alias-without-as", "off", true},
	{CaseWithoutElse, "case-without-else", "off", true},
	{RepeatedValue, "repeated-value", "warning", true},
	{NeedlessDistinct, "needless-distinct", "warning", true},
	{FanOutSum, "fan-out-sum", "warning", false},
	{FanOutKey, "fan-out-key", "warning", false},
	{CountDistinctNullable, "count-distinct-nullable", "warning", false},
	{IntegerDivision, "integer-division", "warning", false},
	{ArrayWithoutOrder, "array-without-order", "warning", false},
	{UnusedJoin, "unused-join", "warning", false},
	{RepeatedBranch, "repeated-branch", "warning", false},
	{CountOfCondition, "count-of-condition", "warning", false},
	{ConcatNullable, "concat-nullable", "off", false},
}

// Rules are all lint rules, by code.
func Rules() []Rule { return slices.Clone(rules) }

// RuleOf finds a rule by its code or its name, in any case.
func RuleOf(name string) (Rule, bool) {
	for _, r := range rules {
		if strings.EqualFold(name, string(r.Code)) || strings.EqualFold(name, r.Name) {
			return r, true
		}
	}
	return Rule{}, false
}
