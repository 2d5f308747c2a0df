### temporary functions before a query
CREATE TEMP FUNCTION cents(x NUMERIC) AS (CAST(x * 100 AS INT64));
CREATE TEMP FUNCTION yen(x NUMERIC) RETURNS STRING AS (FORMAT('%d yen', cents(x)));
SELECT id, cents(amount) AS c, yen(amount) AS y FROM core.members;
--->
reads core.members
column id INT64
column c INT64
column y STRING

### a temporary function in JavaScript
CREATE TEMP FUNCTION domain(address STRING) RETURNS STRING LANGUAGE js AS r"""
  return address.split('@')[1];  // ; and ' in it
""";
SELECT domain(email) AS d, COUNT(*) AS n FROM core.members GROUP BY d
--->
reads core.members
column d STRING
column n INT64

### JavaScript with a library and a struct
CREATE TEMP FUNCTION parse(x STRING) RETURNS STRUCT<a FLOAT64, b ARRAY<STRING>> DETERMINISTIC LANGUAGE js OPTIONS (library = ["gs://x/y.js"]) AS "return f(x);";
SELECT parse(email).b[SAFE_OFFSET(0)] AS b FROM core.members
--->
reads core.members
column b STRING

### a temporary function with any type
CREATE TEMP FUNCTION half(x ANY TYPE) AS (x / 2);
CREATE TEMP FUNCTION pick(a ANY TYPE, b ANY TYPE) AS (IF(a > b, a, b));
SELECT half(id) AS a, half(amount) AS b, pick(joined, DATE '2026-01-01') AS c, pick(id, 1.5) AS d FROM core.members
--->
reads core.members
column a FLOAT64
column b NUMERIC
column c DATE
column d FLOAT64

### variables
DECLARE from_day DATE DEFAULT DATE_SUB(@run_date, INTERVAL 7 DAY);
DECLARE n, m INT64;
DECLARE plans ARRAY<STRING> DEFAULT ['pro', 'max'];
DECLARE best DEFAULT (SELECT MAX(amount) FROM core.members);
SET n = 10;
SET (n, m) = (1, 2);
SELECT id, best - amount AS gap, m FROM core.members WHERE joined >= from_day AND plan IN UNNEST(plans) AND id > n
--->
reads core.members
column id INT64
column gap NUMERIC
column m INT64

### temporary tables
CREATE TEMP TABLE active AS SELECT id, plan FROM core.members WHERE NOT churned;
CREATE OR REPLACE TEMP TABLE active AS SELECT id, plan, 1 AS n FROM core.members;
CREATE TEMP TABLE log (seen TIMESTAMP, text STRING);
INSERT INTO log VALUES (CURRENT_TIMESTAMP(), 'x');
UPDATE log SET text = 'y' WHERE TRUE;
DELETE FROM log WHERE text IS NULL;
MERGE INTO log USING active ON FALSE WHEN NOT MATCHED THEN INSERT (text) VALUES (plan);
TRUNCATE TABLE log;
SELECT a.plan, SUM(a.n) AS n, COUNT(l.text) AS t FROM active a LEFT JOIN log l ON l.text = a.plan GROUP BY 1;
--->
reads core.members
column plan STRING
column n INT64
column t INT64

### conditions and loops
DECLARE i INT64 DEFAULT 0;
DECLARE out ARRAY<INT64> DEFAULT [];
IF EXISTS (SELECT 1 FROM core.billing WHERE day = @run_date) THEN SET i = 1; ELSEIF i > 3 THEN SET i = 2; ELSE SET i = 3; END IF;
WHILE i < 10 DO SET i = i + 1; SET out = ARRAY_CONCAT(out, [i]); END WHILE;
LOOP SET i = i - 1; IF i < 0 THEN BREAK; END IF; END LOOP;
REPEAT SET i = i + 1; UNTIL i > 3 END REPEAT;
FOR m IN (SELECT id, plan FROM core.members) DO SET i = i + m.id; END FOR;
CASE WHEN i > 3 THEN SET i = 1; ELSE SET i = 2; END CASE;
SELECT i, n FROM UNNEST(out) AS n
--->
reads core.billing, core.members
column i INT64
column n INT64

### blocks with exceptions
DECLARE said STRING;
BEGIN
  SET said = (SELECT CAST(1 / 0 AS STRING));
EXCEPTION WHEN ERROR THEN
  SET said = @@error.message;
END;
ASSERT said IS NOT NULL AS 'nothing said';
SELECT said
--->
column said STRING

### a variable in a temporary table and a column of the same name
DECLARE plan STRING DEFAULT 'pro';
CREATE TEMP TABLE t AS SELECT id, plan FROM core.members;
SELECT id, plan FROM t WHERE plan = 'x'
--->
reads core.members
column id INT64
column plan STRING

### refused: a mistake in a variable
DECLARE n INT64 DEFAULT 1;
SET n = (SELECT MAX(idd) FROM core.members);
SELECT n
--->
reads core.members
SL4003 at "idd": Unrecognized name: idd
  hint: did you mean "id"?

### refused: a mistake in a function
CREATE TEMP FUNCTION f(x INT64) AS (x || 'a' + 1);
SELECT f(id) FROM core.members
--->
reads core.members
SL4006 at "x": No matching signature for operator +
  Argument types: STRING, INT64
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: a mistake in the query
DECLARE n INT64 DEFAULT 1;
SELECT n + plann FROM core.members
--->
reads core.members
SL4003 at "plann": Unrecognized name: plann
  hint: did you mean "plan"?

### refused: two mistakes
DECLARE n INT64 DEFAULT 1;
SET n = nosuch + 1;
IF emial = 'x' THEN SET n = 2; END IF;
SELECT n
--->
SL4003 at "nosuch": Unrecognized name: nosuch
SL4003 at "emial": Unrecognized name: emial

### refused: an unknown type
DECLARE n INTEGERS;
SELECT n
--->
SL4006 at "INTEGERS": Type not found: INTEGERS
  hint: use a type of GoogleSQL: INT64, FLOAT64, NUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, JSON, …

### refused: dynamic SQL
EXECUTE IMMEDIATE 'SELECT 1';
SELECT id FROM core.members
--->
reads core.members
SL4051 at "EXECUTE IMMEDIATE 'SELECT 1'": what this statement does is known when it runs only
  hint: write the statement itself; or declare columns and set analysis: "baseline" with a reason

### refused: a procedure
CALL core.refresh();
SELECT id FROM core.members
--->
reads core.members
SL4051 at "CALL core.refresh()": what this statement does is known when it runs only
  hint: write the statement itself; or declare columns and set analysis: "baseline" with a reason

### refused: another table is written
CREATE OR REPLACE TABLE core.copy AS SELECT 1 AS a;
SELECT a FROM core.copy
--->
reads core.copy
SL4052 at "core.copy": the script writes core.copy, of which sluice would not know
  hint: make it a table of its own that this one reads, or a temporary one (CREATE TEMP TABLE)

### refused: rows of another table
INSERT INTO core.billing (member_id) VALUES (1);
SELECT member_id FROM core.billing
--->
reads core.billing
SL4052 at "core.billing": the script writes core.billing, of which sluice would not know
  hint: make it a table of its own that this one reads, or a temporary one (CREATE TEMP TABLE)

### refused: no query at the end
DECLARE n INT64;
SET n = 1;
--->
SL4007 at "SET": the last statement of a script is to be the query that gives the rows
  hint: end with a SELECT; sluice makes the statement that stores its rows (materialization, incremental)

### refused: a statement that is not closed
DECLARE n INT64;
IF n = 1 THEN SET n = 2;
SELECT n
--->
SL4001 at "": Expected ";" but got end of script
  hint: the mistake is here or just before it; a reserved word used as a name needs backticks

### refused: two queries
SELECT 1 AS a; SELECT 2 AS a
--->
SL4001 at "SELECT": Expected end of input but got keyword SELECT
  hint: the mistake is here or just before it; a reserved word used as a name needs backticks

### refused: a single statement that is no query
CREATE TABLE x AS SELECT 1 AS a
--->
SL4007 at "CREATE": expected a query, found CREATE
  hint: write the query alone; sluice makes the statement that stores its rows (materialization, incremental)

### values that a variable takes
DECLARE d DATE DEFAULT '2026-01-01';
DECLARE n NUMERIC DEFAULT 1;
DECLARE a ARRAY<STRUCT<x INT64, y STRING>> DEFAULT [(1, 'a')];
DECLARE s STRUCT<x INT64>;
SET d = '2026-02-01';
SET n = n + 1.5;
SET a = ARRAY(SELECT AS STRUCT id, plan FROM core.members);
SET s = STRUCT(1);
SET n = NULL;
SELECT d, n, a, s
--->
reads core.members
column d DATE
column n NUMERIC
column a ARRAY<STRUCT<x INT64, y STRING>>
column s STRUCT<x INT64>

### refused: values that a variable does not take
DECLARE n INT64 DEFAULT 1.5;
DECLARE d DATE;
SET d = 3;
SET n = 'x';
SET nosuch = 1;
SELECT n, d
--->
SL4006 at "1.5": a variable of the type INT64 cannot hold FLOAT64
  hint: cast it with CAST or SAFE_CAST, or declare the variable as FLOAT64
SL4006 at "3": a variable of the type DATE cannot hold INT64
  hint: cast it with CAST or SAFE_CAST, or declare the variable as INT64
SL4006 at "'x'": a variable of the type INT64 cannot hold STRING
  hint: cast it with CAST or SAFE_CAST, or declare the variable as STRING
SL4002 at "nosuch": the variable nosuch is not declared
  hint: declare it first: DECLARE nosuch INT64
