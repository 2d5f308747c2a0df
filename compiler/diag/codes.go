package diag

import "slices"

// CodeInfo is what is known of a code wherever it is explained.
type CodeInfo struct {
	Code    Code   `json:"code"`
	Title   string `json:"title"`   // a few words
	Explain string `json:"explain"` // why it is a mistake and how to fix it
}

// codes is every code there is, sorted. A code is never reused.
var codes = []CodeInfo{
	{SyntaxError, "CUE syntax error", "The file is not valid CUE. The message is CUE's own; fix the text at the place named, or run `sluice fmt` to see how CUE reads it."},
	{UnknownEnvironment, "unknown environment", "The environment asked for is not declared, or none is. Environments stand under `environment`; each says which warehouse the platform runs on. Use one of the declared names with --env, or declare the one you want."},
	{UnknownTable, "unknown table", "A query or a field names a table that nothing declares, so sluice cannot know its columns or when it is ready. Tables are named <dataset>.<table>; a source's tables take the source's name as their dataset. Correct the name, or declare the table; a table that exists elsewhere in BigQuery is a source of kind bigquery with mode external."},
	{UnknownNode, "unknown node", "A field names something that runs (a table, export.<name>, model.<name> or check.<name>) that nothing declares. Correct the name or declare it. Exports, models and standalone checks need their prefix."},
	{UnknownTeam, "unknown team", "An owner or the receiver of a message is a team that is not declared under `team`. Whoever owns something must be reachable, so the team must exist. Correct the name or declare the team."},
	{UnknownChannel, "unknown channel", "A message is to go to a channel that is not declared under `channel`, so nobody would receive it. Correct the name or declare the channel. Escalation steps may name channels and teams."},
	{UnknownSecret, "unknown secret", "A connection names a secret that is not declared under `secret`. Secrets are references to a secret manager or an environment variable; declare one and name it here."},
	{UnknownPool, "unknown pool", "A task runs in, or a capacity window sizes, a pool that is not declared under `pool`. An undeclared pool would bound nothing. Correct the name or declare the pool."},
	{UnknownCalendar, "unknown calendar", "A calendar is named that is not declared under `calendar`, so the days are not known. Correct the name or declare the calendar."},
	{UnknownSource, "unknown source", "An environment changes how a source is read, but no source has this name, so the change has no effect. Correct the name, or use \"*\" for all sources that are not named."},
	{UnknownVariable, "unknown variable", "A value is given for a variable that is not declared under `variable`. It would reach no query. Correct the name or declare the variable with its type and default."},
	{DuplicateName, "name declared twice", "Two declarations have the same name in SQL: a table, a source's table, a model's output and a routine share one set of names. A query that names it could mean either. Rename one of them."},
	{ReservedName, "reserved name", "The name has a meaning of its own in sluice: export, model, check, sla, pool and source begin the names of nodes, and run_date, run_start and run_end are parameters of every query. Choose another name."},
	{BadVariableValue, "value does not fit its variable's type", "A variable's value cannot be read as the declared GoogleSQL type, so queries that use it would fail. Dates are written YYYY-MM-DD, timestamps YYYY-MM-DD HH:MM:SS with an optional offset. Correct the value or the type."},
	{BadColumnType, "not a GoogleSQL type", "The text is no GoogleSQL type. Types are spelt as in SQL: INT64, STRING, NUMERIC(10, 2), ARRAY<STRUCT<id INT64, name STRING>>. A column with `fields` has the type STRUCT or ARRAY<STRUCT>."},
	{WrongNodeKind, "the node is of another kind", "The name exists, but is not of the kind that is needed here, for example an export where only a table has rows to look at. Name a node of the right kind."},
	{CheckWithoutTable, "check without a table", "A check of this kind looks at the rows of one table, but does not say which. Inside a table's `checks` that table is meant; a check of its own needs `table`. A check inside a table cannot name another one: move it to the top-level `check`."},
	{UnknownColumn, "unknown column", "A key, a cursor or a check names a column that the table does not declare. Correct the name or declare the column."},
	{MissingPlaceholder, "placeholder without a value", "The environment's dataset_prefix holds ${name}, which is filled when compiling. Give it a value with --var name=value; it may use lower-case letters, digits and underscores."},
	{SQLSyntax, "SQL syntax error", "The text is not GoogleSQL. The message is the analyser's own, at the place where it stopped reading; the mistake is there or just before it. A frequent cause is a reserved word used as a name without backticks."},
	{InvalidSQL, "SQL is not valid", "The statement reads well but means nothing: Google's analyser refuses it, as BigQuery would when it runs. The message is the analyser's own and names the rule. Correct the statement; if BigQuery accepts it all the same, set `analysis: \"baseline\"` on the table with a reason."},
	{UnknownSQLColumn, "unknown column in SQL", "The query names a column or field that none of the tables it reads has under this name. The columns of a table are those that its own query gives in this very change, or that its source declares. Correct the name, or add the column upstream."},
	{UnknownFunction, "unknown function", "The query calls a function that is neither BigQuery's nor declared. Correct the name, or declare the function under `routine` and call it as <dataset>.<name>."},
	{UndeclaredParameter, "undeclared parameter", "The query uses @name, but there is no parameter of this name. Every query has @run_date, @run_start and @run_end; others are declared under `variable` with a type and a default. Declare it or correct the name."},
	{SQLTypeMismatch, "types do not fit", "An operator or function is given values of types that it does not take, for example a STRING compared with an INT64. GoogleSQL converts only literals by itself. Use CAST or SAFE_CAST, or correct the column's type where it is declared."},
	{NotAQuery, "not a query", "The SQL of a table, an export or a check is one query. sluice itself makes the statement that stores the rows, according to `materialization` and `incremental`. Remove the statement around the query, and what follows it."},
	{UnnamedColumn, "column without a name", "A column of the result is an expression without a name, so nothing can refer to it and it cannot be stored. Give it a name with AS."},
	{RepeatedColumn, "column name twice", "Two columns of the result have the same name; letter case does not count. A table cannot store both. Rename one with AS, or leave one out: SELECT * EXCEPT (name)."},
	{MissingColumn, "the contract's column is missing", "The table declares a column in `columns` that its query does not give. Whoever relies on the contract would not find it. Add the column to the query, or take it out of the contract."},
	{ExtraColumn, "column is not in the contract", "The query gives a column that the table's `columns` do not declare. A contract lists all columns, so that nothing is published by accident. Declare the column, or leave it out of the query."},
	{ColumnTypeDiffers, "column has another type than its contract", "The query gives the column with another type than `columns` declares. Cast it in the query, or correct the declaration; consumers are checked against the declared type."},
	{UnknownOwnColumn, "the result has no such column", "A table's partition, cluster_by or incremental key, or a grant for its columns, names a column that its query does not give. Correct the name or add the column to the query."},
	{AnalysisOff, "columns are not known", "A table whose analysis is off, or whose query cannot be analysed at level baseline, must declare its columns: its consumers are checked against them. Declare `columns`, or set analysis to strict."},
	{AnalyserFailed, "the analyser failed", "Google's analyser broke on this statement; that is no mistake of yours. The statement is reported so that it can be simplified. With `analysis: \"off\"`, a reason and declared columns the table is taken as it is."},
	{BadRoutine, "routine cannot be called", "A routine's argument or result has no usable type, or the routine calls itself. Arguments need a GoogleSQL type; the result's type is inferred where `returns` is not given."},
	{UntranslatableSQL, "not for the embedded warehouse", "The statement is valid GoogleSQL, but this construct has no exact counterpart on the embedded warehouse, and a different answer is worse than none. Say it with a construct that is translated (the message names the construct), or run the statement in an environment whose warehouse is BigQuery."},
	{GeneratedInTheWay, "a file of yours stands in the way", "Compile writes only below generated/<environment>, and only over files that carry its own mark in their first lines. A file without the mark is taken to be yours and is never overwritten. Move it elsewhere, or delete it if it is an old generated file whose mark was edited away."},
	{GeneratedOutOfDate, "generated files out of date", "What is committed below generated is not what the specifications compile to: they were changed without compiling again, or a generated file was edited by hand. Deployment uses the committed files, so they must fit. Run `sluice compile` and commit the result; to change a generated file, change the specification."},
}

// Codes of the load stage.
const (
	SyntaxError Code = "SL1001"
)

// Codes of the sql stage.
const (
	SQLSyntax           Code = "SL4001"
	InvalidSQL          Code = "SL4002"
	UnknownSQLColumn    Code = "SL4003"
	UnknownFunction     Code = "SL4004"
	UndeclaredParameter Code = "SL4005"
	SQLTypeMismatch     Code = "SL4006"
	NotAQuery           Code = "SL4007"
	UnnamedColumn       Code = "SL4011"
	RepeatedColumn      Code = "SL4012"
	MissingColumn       Code = "SL4021"
	ExtraColumn         Code = "SL4022"
	ColumnTypeDiffers   Code = "SL4023"
	UnknownOwnColumn    Code = "SL4024"
	AnalysisOff         Code = "SL4031"
	AnalyserFailed      Code = "SL4032"
	BadRoutine          Code = "SL4041"
)

// Codes of the translation to DuckDB.
const (
	UntranslatableSQL Code = "SL5001"
)

// Codes of the resolve stage.
const (
	UnknownEnvironment Code = "SL2001"
	UnknownTable       Code = "SL2002"
	UnknownNode        Code = "SL2003"
	UnknownTeam        Code = "SL2004"
	UnknownChannel     Code = "SL2005"
	UnknownSecret      Code = "SL2006"
	UnknownPool        Code = "SL2007"
	UnknownCalendar    Code = "SL2008"
	UnknownSource      Code = "SL2009"
	UnknownVariable    Code = "SL2010"
	DuplicateName      Code = "SL2011"
	ReservedName       Code = "SL2012"
	BadVariableValue   Code = "SL2013"
	BadColumnType      Code = "SL2014"
	WrongNodeKind      Code = "SL2015"
	CheckWithoutTable  Code = "SL2016"
	UnknownColumn      Code = "SL2017"
	MissingPlaceholder Code = "SL2018"
)

// Codes of generated files.
const (
	GeneratedInTheWay  Code = "SL6001"
	GeneratedOutOfDate Code = "SL6002"
)

// Codes returns every code, sorted.
func Codes() []CodeInfo {
	out := slices.Clone(codes)
	slices.SortFunc(out, func(a, b CodeInfo) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return out
}

// Lookup finds what is known of a code.
func Lookup(c Code) (CodeInfo, bool) {
	i := slices.IndexFunc(codes, func(i CodeInfo) bool { return i.Code == c })
	if i < 0 {
		return CodeInfo{}, false
	}
	return codes[i], true
}
