### refused: several unknown columns
SELECT idd, email, plann AS p, nosuchthing, UPPER(emial) AS e FROM core.members WHERE joind > @run_date AND xyzzy = 1
--->
reads core.members
SL4003 at "idd": Unrecognized name: idd
  hint: did you mean "id"?
SL4003 at "plann": Unrecognized name: plann
  hint: did you mean "plan"?
SL4003 at "nosuchthing": Unrecognized name: nosuchthing
SL4003 at "emial": Unrecognized name: emial
  hint: did you mean "email"?
SL4003 at "joind": Unrecognized name: joind
  hint: did you mean "joined"?
SL4003 at "xyzzy": Unrecognized name: xyzzy

### refused: unknown columns of qualified names
SELECT m.idd, m.address.town, b.payed FROM core.members m JOIN core.billing b ON b.memberid = m.id
--->
reads core.billing, core.members
SL4003 at "idd": Name idd not found inside m
  hint: did you mean "id"?
SL4003 at "town": Field name town does not exist in STRUCT<city STRING, zip STRING>
SL4003 at "payed": Name payed not found inside b
  hint: did you mean "paid"?
SL4003 at "memberid": Name memberid not found inside b
  hint: did you mean "member_id"?

### refused: a column, a function and a type
SELECT nope, NVL2(id, 1) AS f, email + 1 AS g FROM core.members
--->
reads core.members
SL4003 at "nope": Unrecognized name: nope
  hint: did you mean "home"?
SL4004 at "NVL2": Function not found: NVL2
  hint: declare it under routine, or correct the name; functions of BigQuery need no dataset
SL4006 at "email": No matching signature for operator +
  Argument types: STRING, INT64
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: what a mistake explains is not told
SELECT a + 'x' AS s, b.c FROM (SELECT nosuchthing AS a, id AS b FROM core.members)
--->
reads core.members
SL4003 at "nosuchthing": Unrecognized name: nosuchthing

### refused: an unknown column that others read
WITH t AS (SELECT emial, id FROM core.members) SELECT emial, id, planned FROM t
--->
reads core.members
SL4003 at "emial": Unrecognized name: emial
  hint: did you mean "email"?
SL4003 at "planned": Unrecognized name: planned

### refused: two that are not grouped
SELECT plan, email, joined, COUNT(*) AS n FROM core.members GROUP BY plan
--->
reads core.members
SL4002 at "email": SELECT list expression references column email which is neither grouped nor aggregated
  hint: add it to GROUP BY, or aggregate it, for example with MAX or ANY_VALUE
SL4002 at "joined": SELECT list expression references column joined which is neither grouped nor aggregated
  hint: add it to GROUP BY, or aggregate it, for example with MAX or ANY_VALUE

### refused: in GROUP BY and ORDER BY
SELECT COUNT(*) AS n FROM core.members GROUP BY nosuch1 ORDER BY nosuch2
--->
reads core.members
SL4003 at "nosuch1": Unrecognized name: nosuch1
SL4003 at "nosuch2": Unrecognized name: nosuch2

### refused: two types
SELECT id FROM core.members WHERE email > 3 AND joined = 'x' AND plan = 1
--->
reads core.members
SL4006 at "email": No matching signature for operator > for argument types: STRING, INT64
  Signature: T1 > T1
    Unable to find common supertype for templated argument <T1>
      Input types for <T1>: {INT64, STRING}
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared
SL4006 at "'x'": Could not cast literal "x" to type DATE
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared
SL4006 at "plan": No matching signature for operator = for argument types: STRING, INT64
  Signature: T1 = T1
    Unable to find common supertype for templated argument <T1>
      Input types for <T1>: {INT64, STRING}
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: two windows
SELECT ROW_NUMBER() OVER (PARTITION BY plann ORDER BY seeen) AS r, SUM(amuont) OVER () AS s FROM core.members
--->
reads core.members
SL4003 at "plann": Unrecognized name: plann
  hint: did you mean "plan"?
SL4003 at "seeen": Unrecognized name: seeen
  hint: did you mean "seen"?
SL4003 at "amuont": Unrecognized name: amuont
  hint: did you mean "amount"?

### refused: in both branches of a union
SELECT idd FROM core.members UNION ALL SELECT member_idd FROM core.billing
--->
reads core.billing, core.members
SL4003 at "idd": Unrecognized name: idd
  hint: did you mean "id"?
SL4003 at "member_idd": Unrecognized name: member_idd
  hint: did you mean "member_id"?

### refused: in pipes
FROM core.members |> WHERE plann = 'x' |> SELECT idd, email |> WHERE emial IS NULL
--->
reads core.members
SL4003 at "plann": Unrecognized name: plann
  hint: did you mean "plan"?
SL4003 at "idd": Unrecognized name: idd
  hint: did you mean "id"?
SL4003 at "emial": Unrecognized name: emial
  hint: did you mean "email"?

### refused: USING and a column
SELECT nosuchthing FROM core.members JOIN core.billing USING (idd)
--->
reads core.billing, core.members
SL4003 at "idd": Column idd in USING clause not found on left side of join
  hint: did you mean "id"?

### refused: tabs, characters of several bytes and a mistake behind each
SELECT	'日本' AS a,	nosuch1,
	'é' AS b, nosuch2 FROM core.members
--->
reads core.members
SL4003 at "nosuch1": Unrecognized name: nosuch1
SL4003 at "nosuch2": Unrecognized name: nosuch2

### refused: an unknown column in the argument of a key that is grouped by its name, and another after it
SELECT DATE_TRUNC(m.joind, WEEK(MONDAY)) AS week, SUM(m.amount) / m.orders AS average FROM core.members AS m GROUP BY week
--->
reads core.members
SL4003 at "joind": Name joind not found inside m
  hint: did you mean "joined"?
SL4003 at "orders": Name orders not found inside m
