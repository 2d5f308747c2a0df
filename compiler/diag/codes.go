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
	{UnknownField, "field not allowed", "The language has no field of this name here, so it would be ignored: most often a spelling mistake, or a field of another kind of object. The hint names the nearest field or lists all of them. Fields that depend on `kind` are allowed only for that kind."},
	{WrongType, "wrong type or value", "The value is not of the type that the language wants here, or two places give the same field different values. CUE unifies everything that is said of a field, so all of it must agree. Correct the value; where two places disagree, both are shown."},
	{NotAllowed, "value not among the allowed", "The field takes one of a few words, and this is none of them. The hint lists them. Words are written in quotes and in lower case."},
	{BadForm, "text has the wrong form", "Names, references, clock times, durations, sizes and dates have a fixed form, so that they mean the same everywhere. The hint says the form in words and gives an example."},
	{MissingField, "required field missing", "The object cannot work without this field and the language has no default for it. The place is the object's; the message says what the field is for."},
	{IncompleteValue, "value not complete", "CUE cannot reduce the value to one concrete value: it refers to something that is never given a value, or leaves several possibilities open without a default. Give the value, or mark a default with *."},
	{ImportFailed, "import failed", "The file imports a package that is not there, does not use it, or the package itself has errors. CUE's standard library, the packages of your module and those below cue.mod/pkg can be imported; nothing is fetched from the network."},
	{NoPlatform, "no platform here", "A platform is a CUE package that embeds schema.#Platform in one file. Without it nothing says what the fields mean, and nothing would be checked. Add the two lines of the hint to one file of the package, or name the right folder."},
	{UnknownReference, "reference to nothing", "The expression names something that is declared nowhere in the file, the package or its imports. Correct the name, import the package, or declare the field."},
	{PackageError, "package clause missing or different", "All CUE files of a platform begin with the same package clause; CUE leaves out files without one, so what they declare would silently be lost. Add or correct the clause, or move the file elsewhere."},
	{OutOfBounds, "number out of bounds", "The number, duration or size is smaller or larger than the field allows. The message names the bound."},
	{ExactlyOne, "exactly one of two fields", "Two fields exclude each other and one of them is needed, for example a table's sql and sql_file. Keep exactly one."},
	{ShapeError, "fields do not belong together", "A field needs another one, or makes no sense beside another one: a merge needs a key, an incremental source a cursor and a key, a view cannot be partitioned. The hint says what to add or remove."},
	{SQLFileError, "SQL file cannot be read", "A sql_file is relative to the folder of the CUE file that names it, lies inside the platform's folder, and is UTF-8 text. Correct the path, or create the file."},
	{EvaluationError, "CUE cannot evaluate this", "CUE's evaluation of the expression failed: a structural cycle, a division by zero, an index out of range, a call with wrong arguments. The message is CUE's own; the places that take part are shown."},
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
	{DependencyCycle, "dependencies form a cycle", "Each of these waits for the next, and the last for the first, so none can ever start. The path is printed in the direction in which data flows. Break it at one place: read an earlier table, drop an `after`, or let a check that looks downstream warn instead of block."},
	{RedundantDependency, "redundant dependency", "An `after` names something that is waited for anyway: the SQL reads it, or another dependency already needs it. It adds nothing but a second truth that can go stale. Remove it."},
	{UnusedSource, "unused source", "No table, check, export or model reads any table of the source, so every day it is transferred for nothing. Use it or remove it."},
	{UnusedSourceTable, "unused source table", "Nothing reads this table of the source, so every day it is transferred for nothing. Use it or remove it."},
	{UnusedPool, "unused pool", "No task runs in the pool, so its sizes bound nothing. Most often a task was meant to name it. Name it or remove it."},
	{UnusedChannel, "unused channel", "No team and no escalation step uses the channel, so nothing is ever sent there. Name it or remove it."},
	{UnusedSecret, "unused secret", "No connection, channel, destination or environment names the secret. A secret that nobody needs is one that can still leak. Remove it, or name it where it is needed."},
	{UnusedVariable, "unused variable", "No SQL uses the parameter, so setting it changes nothing. Use @name in a query, or remove the variable."},
	{UnusedCalendar, "unused calendar", "No export and no SLA names the calendar, so it changes nothing. Name it or remove it."},
	{UnusedRoutine, "unused routine", "No SQL calls the routine. Call it or remove it."},
	{OrphanTable, "table that nothing reads and no one owns", "Nothing in the platform reads the table, and no team answers for it, so nobody would notice if it were wrong or gone. Give it an owner if people read it, or remove it."},
	{WindowsOverlap, "capacity windows overlap", "Two capacity windows hold at the same minute, so the size of a pool at that time would be a matter of luck. Move one of the bounds; a window's end is exclusive."},
	{WindowsLeaveGap, "capacity windows leave a gap", "The capacity windows do not cover the whole day, so for some minutes nobody has said how much the platform can do. Extend a window or add one."},
	{PoolAlwaysEmpty, "pool is never open", "Tasks run in this pool, but its size is 0 at every time of the day, so they could never start. Give it a size in a window, or a size of its own."},
	{PoolOverloaded, "more work than the pool can do in a day", "The estimated durations of the pool's tasks add up to more than all its windows together offer, so the work of a day cannot be done in a day whatever the order. Enlarge the pool, shorten the tasks, or move some to another pool."},
	{LiteralSecret, "literal secret", "The text looks like a password, token or key. Specifications are committed and shown in logs, so it must be taken as leaked: revoke it, store a new one in the secret manager, and refer to that under `secret`. The value itself is never printed."},
	{PersonalDataExported, "personal data leaves the platform", "The export delivers a column whose value comes from a column of personal data, and neither masks nor releases it. The way it took is printed, column by column. Mask it in the query or at the source, declassify it on the way with a reason where it is no longer personal, or release it in the export's personal_data with a reason and who approved it."},
	{StaleDeclassify, "nothing to declassify", "A table says why a column is no longer personal, or an export releases a column, but no personal data reaches it. Such a statement would silently cover data that arrives later. Remove it."},
	{MaskWithoutTransfer, "mask that cannot be applied", "A source's mask is applied while the data is transferred, but this table is external: it stays where it is and is read unmasked. Mask it in the system that owns it, transfer it with another mode, or mask it in the first query that reads it."},
	{PersonalDataLearnt, "model that learns from personal data", "A column that the model learns from holds personal or sensitive data, and what a model has learnt it may give away. Leave the column out of the features, mask it or make it coarser on the way (a year instead of a date) and declassify that with a reason."},
	{PersonalDataReadable, "personal data that too many may read", "The table's dataset has readers that the column's class does not allow: personal data is for named groups, sensitive data for named people and service accounts. Give the column a mask, which readers without clearance see instead, move the table to a dataset with fewer readers, or declassify the column with a reason."},
	{ClassLowered, "class below that of the data", "The column is declared less than the data that reaches it: a declaration can raise a class, but not lower it. Mask the value in the query, declare the class that it has, or say under declassify why the data is no longer so, with who agreed."},
	{TestOfUnreadTable, "test gives rows of a table that is not read", "A test gives rows for a table that the SQL does not read, so they change nothing, and the table that was meant is empty in the test. Name one of the tables that the SQL reads."},
	{TestUnknownColumn, "test names a column that does not exist", "A test's row names a column that the table does not have: a given value would be lost, an expected one never found. Correct the name."},
	{RetentionTooShort, "retention shorter than a check looks back", "Rows are dropped before they reach the age that the freshness check allows, so the check cannot tell old data from no data. Keep the rows longer or allow less age."},
	{FreshnessNeverHolds, "freshness that can never hold", "A DATE counts as the business day that begins on it, so even the day's own rows are one day old when it ends. A max_age below 24h therefore always fails. Give at least 1d, or check a TIMESTAMP column."},
	{IgnoredWhere, "where has no effect", "A reconcile check compares two queries of its own; there are no rows for `where` to choose from. Put the condition into the queries."},
	{TestValueMismatch, "test value that its column cannot hold", "A value in a test's row is not of the column's type, so the row could not exist. Write the value as its type is written: numbers as numbers (NUMERIC also in quotes), dates as \"2026-01-15\", bytes as base64, arrays as lists, structs by field name. Rows of a wildcard family also need \"_TABLE_SUFFIX\", in quotes, since CUE hides names that begin with an underscore."},
	{TestExpectation, "test that expects nothing, or too much", "A test shows something only by what it expects. It needs expect (an empty list where no row may come), expect_cte or expect_error; an error and rows exclude each other."},
	{ExternalNotReachable, "external table cannot be read here", "The table exists in BigQuery and is not transferred, but this environment's warehouse is DuckDB, which cannot read it there. Let the environment read the source from files (sources: <name>: read: \"files\")."},
	{ExternalWithoutWarehouse, "source cannot be external", "Mode external means that the table already is in BigQuery. A database or API of its own kind is not; its rows must be transferred. Use mode full, incremental or partition."},
	{SLAWithoutRunbook, "promise without a runbook", "When the promise is about to break, somebody must act at once, and not only the person who wrote the table. Neither the SLA nor its target says what to do. Add a runbook with steps."},
	{SLAWithoutStakeholders, "promise to nobody", "The SLA names no stakeholders, so nobody has agreed to it and nobody would be told that it broke. Name the teams or people who rely on it."},
	{SLAWithoutEscalation, "promise without escalation", "The SLA says what is due, but tells no one when it is late. Add escalation steps with their delays."},
	{EscalationOrder, "escalation steps out of order", "A later step comes no later than the one before it, so the order in which people are told is not the order in which it is written. Sort the steps by their delay, and merge those with the same."},
	{SilentReceiver, "nobody would be told", "An escalation step goes to a team that has neither channels nor members, so the message would reach no one. Give the team a channel, or name one in the step."},
	{GateAfterDeadline, "start gate after the deadline", "Something that the promise waits for does not start before a clock time that is not before the deadline, so the promise is broken every day. Clock times count from the opening of the business day. Move the gate forward or the deadline back."},
	{SLAInfeasible, "promise that cannot hold", "By the estimates, the earliest possible finish lies after the deadline. The longest path shows what takes the time; where a pool is the limit, its window is named. Shorten the path, enlarge the pool as the hint says, or agree a later deadline."},
	{UnknownTimeZone, "unknown time zone", "Every clock time is in the platform's time zone, so it must be a name of the IANA database such as Asia/Tokyo or Europe/Berlin. Abbreviations and offsets do not know daylight saving."},
	{BadCalendar, "bad date in a calendar", "A calendar names a date that does not exist, or names one twice. Write YYYY-MM-DD and keep each date once."},
	{EmptyCalendar, "calendar without days", "The calendar holds no day at all, so what uses it never runs. Give at least one weekday or extra day."},
	{NeedlessCalendarDate, "date changes nothing", "An extra day falls on a weekday that counts anyway and is no holiday. Often the date or its year is wrong. Correct or remove it."},
	{GateWithoutEffect, "start gate without effect", "The table waits for data that arrives later than its own not_before, so that gate never decides anything. Remove it, or correct one of the two times."},
	{SLANeverMeasured, "promise on something that never runs", "On the days on which the promise holds, its target never runs: their calendars share no day, or the environment skips it. Nobody would ever see it kept or broken. Correct the calendar or the environment."},
	{BadClockTime, "clock time that never comes", "24:00 may end a capacity window, but it is no time at which something can happen. Midnight is 00:00."},
	{SQLSyntax, "SQL syntax error", "The text is not GoogleSQL. The message is the analyser's own, at the place where it stopped reading; the mistake is there or just before it. A frequent cause is a reserved word used as a name without backticks."},
	{InvalidSQL, "SQL is not valid", "The statement reads well but means nothing: Google's analyser refuses it, as BigQuery would when it runs. The message is the analyser's own and names the rule. Correct the statement; if BigQuery accepts it all the same, set `analysis: \"baseline\"` on the table with a reason."},
	{UnknownSQLColumn, "unknown column in SQL", "The query names a column or field that none of the tables it reads has under this name. The columns of a table are those that its own query gives in this very change, or that its source declares. Correct the name, or add the column upstream."},
	{UnknownFunction, "unknown function", "The query calls a function that is neither BigQuery's nor declared. Correct the name, or declare the function under `routine` and call it as <dataset>.<name>."},
	{UndeclaredParameter, "undeclared parameter", "The query uses @name, but there is no parameter of this name. Every query has @run_date, @run_start and @run_end; others are declared under `variable` with a type and a default. Declare it or correct the name."},
	{SQLTypeMismatch, "types do not fit", "An operator or function is given values of types that it does not take, for example a STRING compared with an INT64. GoogleSQL converts only literals by itself. Use CAST or SAFE_CAST, or correct the column's type where it is declared."},
	{NotAQuery, "not a query", "The SQL of a table, an export or a check is one query. sluice itself makes the statement that stores the rows, according to `materialization` and `incremental`. Remove the statement around the query, and what follows it."},
	{ParameterInView, "parameter in a view", "A view is stored as its query and read at any time by anyone, so there is no run that could give @run_date or a variable a value; BigQuery and the embedded warehouse both refuse such a view. Keep the result with `materialization: \"table\"`, or let those who read the view filter."},
	{UnnamedColumn, "column without a name", "A column of the result is an expression without a name, so nothing can refer to it and it cannot be stored. Give it a name with AS."},
	{RepeatedColumn, "column name twice", "Two columns of the result have the same name; letter case does not count. A table cannot store both. Rename one with AS, or leave one out: SELECT * EXCEPT (name)."},
	{MissingColumn, "the contract's column is missing", "The table declares a column in `columns` that its query does not give. Whoever relies on the contract would not find it. Add the column to the query, or take it out of the contract."},
	{ExtraColumn, "column is not in the contract", "The query gives a column that the table's `columns` do not declare. A contract lists all columns, so that nothing is published by accident. Declare the column, or leave it out of the query."},
	{ColumnTypeDiffers, "column has another type than its contract", "The query gives the column with another type than `columns` declares. Cast it in the query, or correct the declaration; consumers are checked against the declared type."},
	{UnknownOwnColumn, "the result has no such column", "A table's partition, cluster_by or incremental key, or a grant for its columns, names a column that its query does not give. Correct the name or add the column to the query."},
	{AnalysisOff, "columns are not known", "A table whose analysis is off, or whose query cannot be analysed at level baseline, must declare its columns: its consumers are checked against them. Declare `columns`, or set analysis to strict."},
	{AnalyserFailed, "the analyser failed", "Google's analyser broke on this statement; that is no mistake of yours. The statement is reported so that it can be simplified. With `analysis: \"off\"`, a reason and declared columns the table is taken as it is."},
	{BadRoutine, "routine cannot be called", "A routine's argument or result has no usable type, or the routine calls itself. Arguments need a GoogleSQL type; the result's type is inferred where `returns` is not given."},
	{DynamicSQL, "statement that is made when it runs", "EXECUTE IMMEDIATE runs a text that is put together while the script runs, and CALL a procedure that sluice does not know, so nobody can say beforehand what they read and write. Write the statement itself. Where that cannot be, declare the table's columns and set `analysis: \"baseline\"` with a reason."},
	{ScriptWrites, "script writes another table", "A table's SQL may be a script that ends in a query, with temporary functions, variables and temporary tables before it. This one creates or changes something that stays. Sluice would not know what comes from where, in which order to run, or what a change reaches. Make it a table of its own, or a temporary one."},
	{UnknownModel, "model that nothing declares", "What ML.PREDICT and its like give depends on the model: its kind, and the column it learned. Declare it under `model` with `train`; or, for a model that is trained elsewhere, declare the table's columns and set `analysis: \"baseline\"` with a reason."},
	{UnknowableColumns, "columns that SQL does not tell", "The table function gives columns that another database, the data or another service decide (EXTERNAL_QUERY, ML.CONFUSION_MATRIX). Declare the table's columns and set `analysis: \"baseline\"` with a reason, or load the data through a source."},
	{TestUnknownCTE, "test expects rows of a WITH entry that cannot be read", "expect_cte names WITH entries of the table's query. There is none of this name, or it reads columns of the query around it and has no rows by itself. Correct the name; an entry inside another one can be written outer.inner."},
	{UntranslatableSQL, "not for the embedded warehouse", "The statement is valid GoogleSQL, but this construct has no exact counterpart on the embedded warehouse, and a different answer is worse than none. Say it with a construct that is translated (the message names the construct), or run the statement in an environment whose warehouse is BigQuery."},
	{GeneratedInTheWay, "a file of yours stands in the way", "Compile writes only below generated/<environment>, and only over files that carry its own mark in their first lines. A file without the mark is taken to be yours and is never overwritten. Move it elsewhere, or delete it if it is an old generated file whose mark was edited away."},
	{GeneratedOutOfDate, "generated files out of date", "What is committed below generated is not what the specifications compile to: they were changed without compiling again, or a generated file was edited by hand. Deployment uses the committed files, so they must fit. Run `sluice compile` and commit the result; to change a generated file, change the specification."},
	{SuppressionWithoutReason, "suppression without a reason", "A comment `sluice:ignore` needs the codes that it silences and then the reason, so that whoever reads it later can tell whether it still holds: `-- sluice:ignore SL7011 any ten rows will do`. Without both, it silences nothing. Add what is missing."},
	{SuppressionWithoutEffect, "suppression without effect", "The comment silences a finding that is not there, on its own line or, where it stands alone, on the next: the finding was mended, has moved, or the code is wrong. A stale suppression would hide the next finding of that kind. Remove it, or move it to the line of the finding."},
	{UnknownRule, "unknown lint rule", "`lint: rules` names a rule that does not exist, so the setting has no effect. A rule is named by its code or its name; `sluice lint --list` shows all."},
	{LimitWithoutOrder, "LIMIT without ORDER BY", "Rows have no order of their own, so LIMIT keeps whichever come first: others in the next run, others in a backfill, others on another warehouse. Say which rows are meant with ORDER BY, down to a unique column."},
	{OrderWithoutLimit, "ORDER BY without LIMIT", "Tables, views and subqueries have no order, so the sorting is thrown away, after BigQuery has brought all rows to one worker to do it. Leave ORDER BY out; whoever reads the rows sorts them. In ARRAY(SELECT …) and ARRAY_AGG it has an effect and is not reported."},
	{SelectStar, "SELECT * from a table", "The outermost SELECT * takes every column that the table upstream has: one more there is one more here, personal data included, and BigQuery reads and stores them all. Name the columns. Where the table declares its columns, the contract catches such a change and the star is not reported; nor is one over a WITH query, which names them itself."},
	{UnusedWith, "WITH query that nothing reads", "No part of the statement names the query, so it is dead text that readers must still understand, and often the sign of a join that was forgotten. Remove it, or read it."},
	{UnionColumnOrder, "UNION with columns in another order", "UNION pairs the columns of its branches by position and takes the names of the first. A branch that gives the same names in another order mixes values up, and where the types agree nothing else tells. Put the columns in the same order, or write UNION ALL BY NAME. A relation that is turned round, both branches reading the same table, is not reported."},
	{UnionMixed, "UNION ALL inside UNION DISTINCT", "A UNION DISTINCT takes duplicates out of all that it is given, so a UNION ALL inside it keeps none: one of the two words is not what was meant. Write the same in both places."},
	{DistinctWithGroup, "DISTINCT with GROUP BY", "The rows of a GROUP BY differ in what they are grouped by. Where the select list has all of that, they are distinct already, and DISTINCT only makes the warehouse compare them again. Leave it out."},
	{HavingWithoutGroup, "HAVING without GROUP BY", "Without GROUP BY the whole table is one group, and HAVING keeps or drops its one row. Most often GROUP BY was forgotten, or WHERE was meant. Add it, or write WHERE. Checks, whose queries use this to give no row, are not reported."},
	{ShadowedAlias, "alias that hides one of the query around it", "A subquery gives a table the alias that a table of the query around it has. Inside, the name means the inner table, so a condition that is to relate the two compares the inner table with itself, and the subquery is the same for every row. Give the inner table a name of its own."},
	{NullComparison, "comparison with NULL", "A comparison with NULL gives NULL, which is not true, whatever the other side is: the condition never holds, a NULL in an IN list matches nothing, and one in a NOT IN list makes the condition false for every row. GoogleSQL itself refuses the plainest form, = NULL. Write IS NULL or IS NOT NULL, or IS NOT DISTINCT FROM where either side may be NULL."},
	{NotInNullable, "NOT IN over a column that may be NULL", "If the subquery gives one NULL, NOT IN is true for no row at all and the result is empty, without an error. The column is declared without `required` and no check says that it is not null. Exclude NULL in the subquery, write NOT EXISTS, or declare the column required where it is."},
	{OuterJoinUndone, "outer join undone by WHERE", "Where an outer join finds no partner, the columns of the other side are NULL, and a condition in WHERE on one of them drops the row: the join is an INNER JOIN by another name, and rows are lost that the author meant to keep. Move the condition into ON, or write INNER JOIN to say so."},
	{CommaJoin, "tables joined without a condition", "Tables with a comma between them and no condition that relates them give every row with every row: a million times a thousand is a billion. Write JOIN … ON …. Where the product is meant, write CROSS JOIN, which is not reported; nor are UNNEST and subqueries of one row."},
	{FloatEquality, "computed FLOAT64 compared for equality", "A FLOAT64 is rounded at every step, and the order of the steps is the warehouse's choice, so two computations of the same value differ in the last bits and = is false. Compare the distance, ABS(a - b) < 1e-9, or compute with NUMERIC, which is exact."},
	{UnguardedDivision, "division by what may be zero", "BigQuery fails the whole query at the first division by zero, so one odd row stops the table and everything after it. Write SAFE_DIVIDE, which gives NULL, or divide by NULLIF(…, 0). A condition or CASE that names the divisor counts as a guard."},
	{JoinWithoutRelation, "join whose condition relates nothing", "The condition of the join names columns of one side only, or none at all (ON TRUE, ON 1 = 1). Every row of one side then meets every row of the other that is let through. Compare a column of one side with one of the other; where the product is meant, write CROSS JOIN."},
	{DecidedCondition, "condition that is decided beforehand", "A column compared with itself, one that is to equal two different constants at once, or a BETWEEN whose first bound is above the second holds for every row or for none. A name or a value was mistaken, or OR was meant. Correct it; for values that are there, write IS NOT NULL."},
	{LikeWithoutWildcard, "LIKE without a wildcard", "A pattern with neither % nor _ matches only the very same text. Either the wildcard was forgotten, and rows are missing, or = says the same and lets partitions and clusters be left out. Add the wildcard, or write =."},
	{ClockInsteadOfDay, "clock instead of the business day", "CURRENT_DATE and its like say when the query happens to run. A run after midnight, a rerun and every backfill then give other rows than the day asked for. Use @run_date, @run_start and @run_end, which are the business day's. A column that only records the time of making (CURRENT_TIMESTAMP() AS made_at) is not reported."},
	{TimeZoneMissing, "conversion without a time zone", "DATE(ts), EXTRACT, TIMESTAMP_TRUNC, FORMAT_TIMESTAMP and casts between instants and days take UTC where they are given no time zone. In a platform whose business day is not UTC's, rows of the first or last hours then belong to the wrong day. Name the time zone: DATE(ts, 'Asia/Tokyo'); where UTC is meant, 'UTC'."},
	{EndOfDayIncluded, "end of the day included", "The business day goes from @run_start up to, but not including, @run_end, which is the first instant of the next day. BETWEEN @run_start AND @run_end and <= @run_end count a row of that instant on both days. Write >= @run_start AND … < @run_end."},
	{NotRepeatable, "random values in an incremental table", "RAND and GENERATE_UUID give other values each time, so a day that is run again does not give the rows it gave before: a merge by such a key adds them a second time, and no rerun repairs the table. Derive the value from the row, for example with FARM_FINGERPRINT or MD5 over its key."},
	{WindowWithoutOrder, "ROW_NUMBER without ORDER BY", "ROW_NUMBER counts in the order of the window; without ORDER BY the warehouse chooses one, and another the next time, so the rows that it numbers 1 change with every run. Add ORDER BY down to a unique column. Where any row of a group will do, GROUP BY with ANY_VALUE says so."},
	{LastValueFrame, "LAST_VALUE that is the current row", "A window with ORDER BY and no frame ends at the current row, so LAST_VALUE gives the current row's value instead of the last of the partition. Give the frame: ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING. Where the running value is meant, write its frame, too, and nobody has to wonder."},
	{WindowOrderConstant, "window ordered by what does not vary", "Within a partition of the window all rows agree in what it is ordered by: the columns it is partitioned by, or a constant. ROW_NUMBER, LAG, LEAD and FIRST_VALUE then take the rows in any order, another one each run. Order by a column that tells the rows apart."},
	{DateFormat, "format element of another kind", "%m is the month and %M the minute; a DATE has no hours and minutes, so they print as 00; and %V, the week of the ISO year, goes with %G, not with %Y, from which it differs around New Year. None of these is an error for BigQuery: the text is just wrong. Correct the element."},
	{DateEndLost, "day as the last instant", "A TIMESTAMP or DATETIME compared with a day is compared with its first instant, so BETWEEN and <= leave the rest of that day out. Write >= the first day AND < the day after the last."},
	{FilterRequired, "required partition filter missing", "The table is declared with require_filter, so BigQuery refuses queries that do not filter its partition column: this one would fail in production. Add a condition on the column, for example = @run_date, which also bounds what the query costs."},
	{WildcardUnfiltered, "all tables of a wildcard family are read", "Without a condition on _TABLE_SUFFIX, a query over a family such as events_* reads every day there ever was, and is billed for it, more each day. Add a condition on _TABLE_SUFFIX, or name the part of the family that is meant."},
	{AppendWithoutDay, "append that does not look at the day", "The table adds rows with each run, but its query uses none of @run_date, @run_start and @run_end and does not read the table itself: every run adds the same rows again. Restrict the query to the business day, or use replace_partition or merge."},
	{PartitionNotPruned, "filter that no partition can be left out by", "BigQuery leaves partitions out only where the partition's column itself is compared. Inside FORMAT_DATE, EXTRACT, DATE_ADD, DATE_DIFF, COALESCE or as a text it has to be computed for every row, so the whole table is read and paid for. Compare the column with a range of days. DATE, TIMESTAMP_TRUNC and the like around the column are understood and not reported."},
	{PartitionUnfiltered, "huge table read without a filter on its partition", "By its estimate the table holds 100 GB or more, and the statement does not name the column that it is partitioned by in any condition, so every run reads and pays for all of it. Restrict it to the days that are needed. A table with require_filter is reported as SL7041."},
	{CrossRegion, "tables of two locations", "BigQuery joins no data of two locations: the query would fail where both are read, and copying data between regions costs time and money. Put both datasets into one location, or transfer the source into the platform's."},
	{RepeatedScan, "large table read three times", "Each mention of a table is a scan of its own, and so is each mention of a WITH query that reads it. By its estimate this table is large, and the statement reads it three times or more without a filter on its partition. Read it once with COUNTIF and SUM(IF(…)), or put what is common into a table."},
	{UnclusteredJoin, "hot join on a column that is not clustered", "Three statements or more join this large table by the column, and it is not clustered by it, so every time all of its blocks are read. Put the column first in cluster_by. The size is the table's estimate."},
	{LargeUnpartitioned, "huge table without partitions", "By its estimate the table holds 100 GB or more and has no partitions, so every query reads and pays for all of it, and old rows cannot expire. Declare a partition by a day column."},
	{TableUndescribed, "table without a description", "Nobody can tell what a row of the table is without reading its SQL, and the catalogue, the page and BigQuery show nothing. Say it in one sentence under `description`."},
	{ReservedColumn, "reserved word as a column", "A column whose name is a reserved word of GoogleSQL must stand in backticks wherever it is read, and whoever forgets them gets a syntax error that does not say so. Give it another name."},
	{LiteralProject, "project in SQL", "The text names one of the platform's Google Cloud projects, so a test environment would read or write production. Name tables <dataset>.<table>: sluice fills in the project of the environment."},
	{LiteralEmail, "e-mail address in SQL", "An address of a person in SQL is personal data in a repository, in its history and in every log of the query. It is also a list that nobody will keep up to date. Keep such addresses in a table and join with it. Patterns such as '%@example.com' are not reported."},
	{DeprecatedFunction, "deprecated function", "JSON_EXTRACT and its like are kept for old queries only. The functions of the SQL standard (JSON_VALUE, JSON_QUERY, JSON_VALUE_ARRAY, JSON_QUERY_ARRAY) do the same; only a path with brackets and quotes is written otherwise."},
	{RepeatedJSON, "JSON text parsed again and again", "Each JSON function parses its text anew, and this one is parsed four times or more for each row. Parse it once with PARSE_JSON in a WITH query, or store the column as JSON. Off unless set."},
	{PositionalReference, "position instead of a column", "GROUP BY 1 and ORDER BY 1 mean another column as soon as somebody changes the select list. Name the column. Off unless set."},
	{AliasWithoutAs, "alias without AS", "SELECT a b gives one column of the name b, and reads like two columns with a comma forgotten. Write AS. Off unless set."},
	{CaseWithoutElse, "CASE without ELSE", "What no branch covers becomes NULL, which readers must know to expect and which a new value upstream turns into without notice. Write ELSE, be it ELSE NULL. Off unless set."},
	{RepeatedValue, "value twice in a list", "The list of an IN holds the same value twice. It changes nothing, but often another value was meant. Remove it, or correct it."},
	{NeedlessDistinct, "DISTINCT that changes nothing", "The least, the greatest or any of some values is the same whether they are made distinct first or not. DISTINCT costs a comparison of all rows; leave it out."},
	{FanOutSum, "sum of a value that a join repeats", "The table whose column is added up is joined by a key of its own with another table that is not: one row meets several, and its value is added once for each. The sum is too high. Aggregate the other table first, so that it has one row for the key. Keys are those of sources, of merges, and of checks for uniqueness."},
	{FanOutKey, "join that repeats a unique row", "The table promises that a column tells its rows apart, and takes it from a table joined with another one by a column that is no key there. Each partner makes the row come out once more, and the check fails on the first day on which there are two. Join by a key, or aggregate the other table first."},
	{CountDistinctNullable, "COUNT(DISTINCT) beside COUNT(*) over a column that may be NULL", "COUNT(DISTINCT x) leaves NULL out and COUNT(*) counts it, so their difference is more than duplicates, and a test for duplicates fails for another reason. Compare with COUNT(x), or declare the column required."},
	{IntegerDivision, "division of whole numbers that CAST rounds", "/ gives a FLOAT64 even of whole numbers, and CAST to INT64 rounds it, half away from zero: CAST(3 / 2 AS INT64) is 2. Write DIV(a, b) to cut off, or ROUND, FLOOR or CEIL so that readers see how it is rounded."},
	{ArrayWithoutOrder, "array or text of rows in any order", "ARRAY_AGG and STRING_AGG take rows in the order in which they happen to come, so the stored value differs from run to run, and its first element with it. Write ORDER BY inside, down to a column that tells the rows apart. An array of which only the length or the elements as rows are used is not reported."},
	{UnusedJoin, "LEFT JOIN of which nothing is used", "A LEFT JOIN keeps every row of its left side. If nothing is taken from the right side, all that it can do is to repeat rows that have several partners. Remove it, or use EXISTS where rows are to be chosen."},
	{RepeatedBranch, "condition twice", "A CASE takes the first branch whose condition holds, so the same condition further down is never reached; in AND and OR it says nothing. One of the two was to be another. Correct it, or remove it."},
	{CountOfCondition, "COUNT of a condition", "COUNT counts the values that are not NULL, and FALSE and 0 are values: COUNT(IF(paid, 1, 0)) and COUNT(status = 'paid') count every row. Write COUNTIF(condition)."},
	{ConcatNullable, "text joined with what may be NULL", "|| and CONCAT give NULL as soon as one part is NULL, so one missing name empties the whole text. Write COALESCE(x, '') around what may be missing. Off unless set."},
}

// Codes of the load stage.
const (
	SyntaxError      Code = "SL1001"
	UnknownField     Code = "SL1002"
	WrongType        Code = "SL1003"
	NotAllowed       Code = "SL1004"
	BadForm          Code = "SL1005"
	MissingField     Code = "SL1006"
	IncompleteValue  Code = "SL1007"
	ImportFailed     Code = "SL1008"
	NoPlatform       Code = "SL1009"
	UnknownReference Code = "SL1010"
	PackageError     Code = "SL1011"
	OutOfBounds      Code = "SL1012"
	ExactlyOne       Code = "SL1013"
	ShapeError       Code = "SL1014"
	SQLFileError     Code = "SL1015"
	EvaluationError  Code = "SL1016"
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
	ParameterInView     Code = "SL4008"
	UnnamedColumn       Code = "SL4011"
	RepeatedColumn      Code = "SL4012"
	MissingColumn       Code = "SL4021"
	ExtraColumn         Code = "SL4022"
	ColumnTypeDiffers   Code = "SL4023"
	UnknownOwnColumn    Code = "SL4024"
	AnalysisOff         Code = "SL4031"
	AnalyserFailed      Code = "SL4032"
	BadRoutine          Code = "SL4041"
	DynamicSQL          Code = "SL4051"
	ScriptWrites        Code = "SL4052"
	UnknownModel        Code = "SL4053"
	UnknowableColumns   Code = "SL4054"
	TestUnknownCTE      Code = "SL4061"
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

// Codes of lint.
const (
	SuppressionWithoutReason Code = "SL7001"
	SuppressionWithoutEffect Code = "SL7002"
	UnknownRule              Code = "SL7003"
	LimitWithoutOrder        Code = "SL7011"
	OrderWithoutLimit        Code = "SL7012"
	SelectStar               Code = "SL7013"
	UnusedWith               Code = "SL7014"
	UnionColumnOrder         Code = "SL7015"
	UnionMixed               Code = "SL7016"
	DistinctWithGroup        Code = "SL7017"
	HavingWithoutGroup       Code = "SL7018"
	ShadowedAlias            Code = "SL7019"
	NullComparison           Code = "SL7021"
	NotInNullable            Code = "SL7022"
	OuterJoinUndone          Code = "SL7023"
	CommaJoin                Code = "SL7024"
	FloatEquality            Code = "SL7025"
	UnguardedDivision        Code = "SL7026"
	JoinWithoutRelation      Code = "SL7027"
	DecidedCondition         Code = "SL7028"
	LikeWithoutWildcard      Code = "SL7029"
	ClockInsteadOfDay        Code = "SL7031"
	TimeZoneMissing          Code = "SL7032"
	EndOfDayIncluded         Code = "SL7033"
	NotRepeatable            Code = "SL7034"
	WindowWithoutOrder       Code = "SL7035"
	LastValueFrame           Code = "SL7036"
	WindowOrderConstant      Code = "SL7037"
	DateFormat               Code = "SL7038"
	DateEndLost              Code = "SL7039"
	FilterRequired           Code = "SL7041"
	WildcardUnfiltered       Code = "SL7042"
	AppendWithoutDay         Code = "SL7043"
	PartitionNotPruned       Code = "SL7044"
	PartitionUnfiltered      Code = "SL7045"
	CrossRegion              Code = "SL7046"
	RepeatedScan             Code = "SL7047"
	UnclusteredJoin          Code = "SL7048"
	LargeUnpartitioned       Code = "SL7049"
	TableUndescribed         Code = "SL7051"
	ReservedColumn           Code = "SL7061"
	LiteralProject           Code = "SL7062"
	LiteralEmail             Code = "SL7063"
	DeprecatedFunction       Code = "SL7064"
	RepeatedJSON             Code = "SL7065"
	PositionalReference      Code = "SL7066"
	AliasWithoutAs           Code = "SL7067"
	CaseWithoutElse          Code = "SL7068"
	RepeatedValue            Code = "SL7069"
	NeedlessDistinct         Code = "SL7070"
	FanOutSum                Code = "SL7071"
	FanOutKey                Code = "SL7072"
	CountDistinctNullable    Code = "SL7073"
	IntegerDivision          Code = "SL7074"
	ArrayWithoutOrder        Code = "SL7075"
	UnusedJoin               Code = "SL7076"
	RepeatedBranch           Code = "SL7077"
	CountOfCondition         Code = "SL7078"
	ConcatNullable           Code = "SL7079"
)

// Codes of the check and schedule stages.
const (
	DependencyCycle          Code = "SL3001"
	RedundantDependency      Code = "SL3002"
	UnusedSource             Code = "SL3010"
	UnusedSourceTable        Code = "SL3011"
	UnusedPool               Code = "SL3012"
	UnusedChannel            Code = "SL3013"
	UnusedSecret             Code = "SL3014"
	UnusedVariable           Code = "SL3015"
	UnusedCalendar           Code = "SL3016"
	UnusedRoutine            Code = "SL3017"
	OrphanTable              Code = "SL3018"
	WindowsOverlap           Code = "SL3020"
	WindowsLeaveGap          Code = "SL3021"
	PoolAlwaysEmpty          Code = "SL3022"
	PoolOverloaded           Code = "SL3023"
	LiteralSecret            Code = "SL3030"
	PersonalDataExported     Code = "SL3040"
	StaleDeclassify          Code = "SL3041"
	MaskWithoutTransfer      Code = "SL3042"
	PersonalDataLearnt       Code = "SL3043"
	PersonalDataReadable     Code = "SL3044"
	ClassLowered             Code = "SL3045"
	TestOfUnreadTable        Code = "SL3050"
	TestUnknownColumn        Code = "SL3051"
	RetentionTooShort        Code = "SL3052"
	FreshnessNeverHolds      Code = "SL3053"
	IgnoredWhere             Code = "SL3054"
	TestValueMismatch        Code = "SL3055"
	TestExpectation          Code = "SL3056"
	ExternalNotReachable     Code = "SL3060"
	ExternalWithoutWarehouse Code = "SL3061"
	SLAWithoutRunbook        Code = "SL3070"
	SLAWithoutStakeholders   Code = "SL3071"
	SLAWithoutEscalation     Code = "SL3072"
	EscalationOrder          Code = "SL3073"
	SilentReceiver           Code = "SL3074"
	GateAfterDeadline        Code = "SL3101"
	SLAInfeasible            Code = "SL3102"
	UnknownTimeZone          Code = "SL3103"
	BadCalendar              Code = "SL3104"
	EmptyCalendar            Code = "SL3105"
	NeedlessCalendarDate     Code = "SL3106"
	GateWithoutEffect        Code = "SL3107"
	SLANeverMeasured         Code = "SL3108"
	BadClockTime             Code = "SL3109"
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
