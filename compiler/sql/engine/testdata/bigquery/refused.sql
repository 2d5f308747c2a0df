### refused: JSON cannot be compared
SELECT id FROM core.members WHERE doc = JSON '1'
--->
reads core.members
SL4002 at "doc": Equality is not defined for arguments of type JSON

### refused: JSON cannot be grouped
SELECT doc, COUNT(*) FROM core.members GROUP BY doc
--->
reads core.members
SL4002 at "doc": Grouping by expressions of type JSON is not allowed

### refused: FLOAT cannot partition
SELECT RANK() OVER (PARTITION BY home ORDER BY id) FROM core.members
--->
reads core.members
SL4002 at "home": Partitioning by expressions of type GEOGRAPHY is not allowed

### refused: text and number
SELECT id || 1 FROM core.members WHERE id = '1x' AND email = 1
--->
reads core.members
SL4006 at "id": No matching signature for operator = for argument types: INT64, STRING
  Signature: T1 = T1
    Unable to find common supertype for templated argument <T1>
      Input types for <T1>: {INT64, STRING}
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared
SL4006 at "email": No matching signature for operator = for argument types: STRING, INT64
  Signature: T1 = T1
    Unable to find common supertype for templated argument <T1>
      Input types for <T1>: {INT64, STRING}
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: a type that BigQuery does not have
SELECT CAST(1 AS INT32)
--->
SL4006 at "INT32": Type not found: INT32
  hint: use a type of GoogleSQL: INT64, FLOAT64, NUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, JSON, …

### refused: an unsigned type
SELECT CAST(1 AS UINT64)
--->
SL4006 at "UINT64": Type not found: UINT64
  hint: use a type of GoogleSQL: INT64, FLOAT64, NUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, JSON, …

### refused: ON CONFLICT is no BigQuery
SELECT id FROM core.members FOR UPDATE
--->
reads core.members
SL4002 at "FOR": FOR UPDATE is not supported

### refused: LATERAL
SELECT id FROM core.members m, LATERAL (SELECT m.id) x
--->
reads core.members
SL4002 at "LATERAL": LATERAL join is not supported

### refused: an alias in WHERE
SELECT id AS k FROM core.members WHERE k > 1
--->
reads core.members
SL4003 at "k": Unrecognized name: k

### refused: an alias of the same list
SELECT id AS k, k + 1 AS n FROM core.members
--->
reads core.members
SL4003 at "k": Unrecognized name: k

### refused: an aggregate in WHERE
SELECT id FROM core.members WHERE SUM(amount) > 1
--->
reads core.members
SL4002 at "SUM": Aggregate function SUM not allowed in WHERE clause

### refused: UNION without ALL or DISTINCT
SELECT 1 UNION SELECT 2
--->
SL4001 at "SELECT": Expected keyword ALL or keyword DISTINCT but got keyword SELECT
  hint: the mistake is here or just before it; a reserved word used as a name needs backticks

### refused: numbers of columns
SELECT 1, 2 UNION ALL SELECT 3
--->
SL4002 at "SELECT": Queries in UNION ALL have mismatched column count; query 1 has 2 columns, query 2 has 1 column

### refused: a duplicate alias of tables
SELECT 1 FROM core.members a, core.billing a
--->
reads core.billing, core.members
SL4002 at "a": Duplicate table alias a in the same FROM clause

### refused: an array of arrays
SELECT [[1], [2]] AS a
--->
SL4002 at "[": Cannot construct array with element type ARRAY<INT64> because nested arrays are not supported

### refused: a subquery with two columns
SELECT (SELECT 1, 2) AS a
--->
SL4002 at "(": Scalar subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values

### refused: no such function
SELECT NVL2(id, 1, 2) FROM core.members
--->
reads core.members
SL4004 at "NVL2": Function not found: NVL2
  hint: declare it under routine, or correct the name; functions of BigQuery need no dataset

### refused: the wrong number of arguments
SELECT SUBSTR(email) FROM core.members
--->
reads core.members
SL4006 at "SUBSTR": No matching signature for function SUBSTR
  Argument types: STRING
  Signature: SUBSTR(STRING, INT64, [INT64])
    Signature requires at least 2 arguments, found 1 argument
  Signature: SUBSTR(BYTES, INT64, [INT64])
    Signature requires at least 2 arguments, found 1 argument
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: DATE minus TIMESTAMP
SELECT joined - seen AS d FROM core.members
--->
reads core.members
SL4006 at "joined": No matching signature for operator -
  Argument types: DATE, TIMESTAMP
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: an unknown part
SELECT DATE_TRUNC(joined, FORTNIGHT) FROM core.members
--->
reads core.members
SL4002 at "FORTNIGHT": A valid date part name is required but found FORTNIGHT

### refused: TIMESTAMP_ADD of months
SELECT TIMESTAMP_ADD(seen, INTERVAL 1 MONTH) FROM core.members
--->
reads core.members
SL4002 at "TIMESTAMP_ADD": TIMESTAMP_ADD does not support the MONTH date part when the argument is TIMESTAMP type

### refused: QUALIFY without a window
SELECT id FROM core.members QUALIFY id > 1
--->
reads core.members
SL4002 at "id": The QUALIFY clause requires analytic function to be present

### refused: a window in WHERE
SELECT id FROM core.members WHERE ROW_NUMBER() OVER () = 1
--->
reads core.members
SL4002 at "ROW_NUMBER": Analytic function not allowed in WHERE clause

### refused: an index out of reach
SELECT tags.first FROM core.members
--->
reads core.members
SL4006 at "first": Cannot access field first on a value with type ARRAY<STRING>. You may need an explicit call to FLATTEN, and the flattened argument may only contain 'dot' after the first array
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared

### refused: a correlated table that is no array
SELECT 1 FROM core.members m, m.email
--->
reads core.members
SL4006 at "m": Values referenced in FROM clause must be arrays. m.email has type STRING
  hint: cast with CAST or SAFE_CAST, or correct the type where the column is declared
