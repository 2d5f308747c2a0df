### pipes
FROM core.orders |> WHERE status = 'paid' |> EXTEND DATE(created_at) AS day |> AGGREGATE SUM(total) AS total, COUNT(*) AS n GROUP BY day, member_id |> ORDER BY day DESC |> LIMIT 10
--->
reads core.orders
column day DATE
column member_id INT64
column total NUMERIC
column n INT64

### pipes: join, select, set, drop, rename, as
FROM core.orders |> AS o |> JOIN core.members AS m ON m.id = o.member_id |> SELECT o.order_id, m.plan, o.total, o.status |> SET total = total * 2 |> DROP status |> RENAME plan AS tier
--->
reads core.members, core.orders
column order_id STRING
column tier STRING
column total NUMERIC

### pipes: union, distinct, window, where
FROM core.billing |> SELECT member_id, paid |> UNION ALL (SELECT id, amount FROM core.members) |> DISTINCT |> EXTEND RANK() OVER (ORDER BY paid DESC) AS r |> WHERE r <= 3
--->
reads core.billing, core.members
column member_id INT64
column paid NUMERIC
column r INT64

### pipes behind a query
SELECT plan, amount FROM core.members |> AGGREGATE AVG(amount) AS mean GROUP AND ORDER BY plan
--->
reads core.members
column plan STRING
column mean NUMERIC

### pipes: pivot and unpivot
FROM core.members |> SELECT plan, joined, amount |> PIVOT (SUM(amount) FOR plan IN ('free', 'pro')) |> UNPIVOT (v FOR k IN (free, pro))
--->
reads core.members
column joined DATE
column v NUMERIC
column k STRING

### pipes: with, tablesample, call
FROM core.members |> WITH big AS (SELECT 1 AS x) |> TABLESAMPLE SYSTEM (1 PERCENT) |> SELECT id
--->
reads core.members
column id INT64

### qualify without where
SELECT id, plan FROM core.members QUALIFY RANK() OVER (PARTITION BY plan ORDER BY amount DESC) <= 3
--->
reads core.members
column id INT64
column plan STRING

### qualify by an alias
SELECT id, SUM(amount) OVER (ORDER BY id) AS running FROM core.members QUALIFY running > 100
--->
reads core.members
column id INT64
column running NUMERIC

### pivot with several aggregates
SELECT * FROM (SELECT plan, amount, score FROM core.members) PIVOT (SUM(amount) AS s, AVG(score) AS a FOR plan IN ('free' AS f, 'pro' AS p))
--->
reads core.members
column s_f NUMERIC
column a_f FLOAT64
column s_p NUMERIC
column a_p FLOAT64

### unpivot of several columns with names
SELECT * FROM (SELECT id, 1 AS q1, 2 AS q2, 3 AS q3, 4 AS q4 FROM core.members) UNPIVOT INCLUDE NULLS ((first_half, second_half) FOR half IN ((q1, q2) AS 'a', (q3, q4) AS 'b'))
--->
reads core.members
column id INT64
column first_half INT64
column second_half INT64
column half STRING

### except and replace
SELECT * EXCEPT (raw, doc, home) REPLACE (UPPER(email) AS email) FROM core.members
--->
reads core.members
column id INT64
column email STRING
column plan STRING
column joined DATE
column seen TIMESTAMP
column amount NUMERIC
column score FLOAT64
column tags ARRAY<STRING>
column items ARRAY<STRUCT<sku STRING, n INT64>>
column address STRUCT<city STRING, zip STRING>
column active RANGE<DATE>
column churned BOOL

### struct star
SELECT m.address.* EXCEPT (zip) FROM core.members m
--->
reads core.members
column city STRING

### group by all with expressions
SELECT EXTRACT(YEAR FROM joined) AS y, plan, COUNT(*) AS n FROM core.members GROUP BY ALL
--->
reads core.members
column y INT64
column plan STRING
column n INT64

### rollup
SELECT plan, EXTRACT(YEAR FROM joined) AS y, COUNT(*) AS n FROM core.members GROUP BY ROLLUP (plan, y)
--->
reads core.members
column plan STRING
column y INT64
column n INT64

### cube and grouping sets
SELECT plan, joined, GROUPING(plan) AS g, SUM(amount) AS s FROM core.members GROUP BY GROUPING SETS (CUBE (plan, joined), ())
--->
reads core.members
column plan STRING
column joined DATE
column g INT64
column s NUMERIC

### group by a struct and an array
SELECT address, tags, COUNT(*) AS n FROM core.members GROUP BY address, tags
--->
reads core.members
column address STRUCT<city STRING, zip STRING>
column tags ARRAY<STRING>
column n INT64

### having without group by
SELECT SUM(amount) AS s FROM core.members HAVING COUNT(*) > 1
--->
reads core.members
column s NUMERIC

### recursion
WITH RECURSIVE tree AS (SELECT id, 0 AS depth FROM core.members WHERE id = 1 UNION ALL SELECT m.id, t.depth + 1 FROM core.members m JOIN tree t ON m.id = t.id + 1 WHERE t.depth < 5) SELECT * FROM tree
--->
reads core.members
column id INT64
column depth INT64

### window clause and frames
SELECT id, SUM(amount) OVER w AS s, AVG(score) OVER (w ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a, COUNT(*) OVER (PARTITION BY plan ORDER BY UNIX_DATE(joined) RANGE BETWEEN 7 PRECEDING AND CURRENT ROW) AS c FROM core.members WINDOW w AS (PARTITION BY plan ORDER BY joined)
--->
reads core.members
column id INT64
column s NUMERIC
column a FLOAT64
column c INT64

### all the window functions
SELECT RANK() OVER w AS a, DENSE_RANK() OVER w AS b, PERCENT_RANK() OVER w AS c, CUME_DIST() OVER w AS d, NTILE(3) OVER w AS e, LEAD(plan, 2, 'x') OVER w AS f, NTH_VALUE(plan, 2 IGNORE NULLS) OVER w AS g, LAST_VALUE(plan IGNORE NULLS) OVER w AS h, PERCENTILE_DISC(score, 0.9) OVER () AS i FROM core.members WINDOW w AS (ORDER BY joined)
--->
reads core.members
column a INT64
column b INT64
column c FLOAT64
column d FLOAT64
column e INT64
column f STRING
column g STRING
column h STRING
column i FLOAT64

### aggregates with their modifiers
SELECT STRING_AGG(DISTINCT plan, ', ' ORDER BY plan LIMIT 3) AS a, ARRAY_AGG(score IGNORE NULLS ORDER BY joined DESC) AS b, ANY_VALUE(email HAVING MAX joined) AS c, ARRAY_CONCAT_AGG(tags) AS d, LOGICAL_OR(churned) AS e, BIT_XOR(id) AS f, COUNT(DISTINCT IF(churned, id, NULL)) AS g, CORR(score, id) AS h, STDDEV(score) AS i, MAX_BY(email, score) AS j, APPROX_TOP_COUNT(plan, 3) AS k, APPROX_TOP_SUM(plan, score, 2) AS l FROM core.members
--->
reads core.members
column a STRING
column b ARRAY<FLOAT64>
column c STRING
column d ARRAY<STRING>
column e BOOL
column f INT64
column g INT64
column h FLOAT64
column i FLOAT64
column j STRING
column k ARRAY<STRUCT<value STRING, count INT64>>
column l ARRAY<STRUCT<value STRING, sum FLOAT64>>

### sketches
SELECT HLL_COUNT.MERGE(h) AS n, HLL_COUNT.EXTRACT(HLL_COUNT.MERGE_PARTIAL(h)) AS m FROM (SELECT HLL_COUNT.INIT(email, 14) AS h FROM core.members GROUP BY plan)
--->
reads core.members
column n INT64
column m INT64

### quantiles in sketches
SELECT KLL_QUANTILES.EXTRACT_INT64(KLL_QUANTILES.INIT_INT64(id, 1000), 4) AS q, KLL_QUANTILES.EXTRACT_POINT_FLOAT64(KLL_QUANTILES.INIT_FLOAT64(score), 0.5) AS p FROM core.members
--->
reads core.members
column q ARRAY<INT64>
column p FLOAT64

### ranges
SELECT RANGE_START(active) AS s, RANGE_END(active) AS e, RANGE_CONTAINS(active, @run_date) AS c, RANGE_OVERLAPS(active, RANGE<DATE> '[2026-01-01, UNBOUNDED)') AS o, RANGE_INTERSECT(active, RANGE(DATE '2026-01-01', DATE '2026-02-01')) AS i, GENERATE_RANGE_ARRAY(active, INTERVAL 1 MONTH) AS g FROM core.members
--->
reads core.members
column s DATE
column e DATE
column c BOOL
column o BOOL
column i RANGE<DATE>
column g ARRAY<RANGE<DATE>>

### JSON by field and subscript
SELECT doc.name, doc['a b'].c[0] AS x, JSON_VALUE(doc.name) AS n, STRING(doc.name) AS s, INT64(doc.age) AS i, BOOL(doc.ok) AS b, FLOAT64(doc.f, wide_number_mode => 'round') AS f, LAX_INT64(doc.l) AS l FROM core.members
--->
reads core.members
column name JSON
column x JSON
column n STRING
column s STRING
column i INT64
column b BOOL
column f FLOAT64
column l INT64

### JSON functions
SELECT JSON_QUERY(doc, '$.a') AS a, JSON_QUERY_ARRAY(doc.l) AS b, JSON_VALUE_ARRAY(doc, '$.l') AS c, JSON_EXTRACT_SCALAR('{"a":1}', '$.a') AS d, JSON_TYPE(doc) AS e, PARSE_JSON('{"x": 1.5}', wide_number_mode => 'round') AS f, JSON_OBJECT('a', 1, 'b', [1, 2]) AS g, JSON_ARRAY(1, 'x', NULL) AS h, JSON_SET(doc, '$.a', 1) AS i, JSON_REMOVE(doc, '$.a') AS j, JSON_STRIP_NULLS(doc, remove_empty => TRUE) AS k, JSON_ARRAY_APPEND(doc, '$.l', 1) AS l, JSON_KEYS(doc, 2) AS m, TO_JSON(address, stringify_wide_numbers => TRUE) AS n, JSON '{"a": [1]}' AS o FROM core.members
--->
reads core.members
column a JSON
column b ARRAY<JSON>
column c ARRAY<STRING>
column d STRING
column e STRING
column f JSON
column g JSON
column h JSON
column i JSON
column j JSON
column k JSON
column l JSON
column m ARRAY<STRING>
column n JSON
column o JSON

### geography
SELECT ST_GEOGPOINT(139.7, 35.6) AS p, ST_DISTANCE(home, ST_GEOGFROMTEXT('POINT(0 0)')) AS d, ST_DWITHIN(home, home, 100) AS w, ST_ASGEOJSON(home) AS j, ST_GEOHASH(home, 8) AS h, ST_AREA(ST_BUFFER(home, 10)) AS a, ST_X(home) AS x, S2_CELLIDFROMPOINT(home, level => 12) AS c, ST_CONTAINS(ST_GEOGFROMGEOJSON('{"type":"Point","coordinates":[0,0]}'), home) AS i, ST_CLUSTERDBSCAN(home, 100, 5) OVER () AS k, ST_SIMPLIFY(home, 1) AS s FROM core.members
--->
reads core.members
column p GEOGRAPHY
column d FLOAT64
column w BOOL
column j STRING
column h STRING
column a FLOAT64
column x FLOAT64
column c INT64
column i BOOL
column k INT64
column s GEOGRAPHY

### geography aggregates
SELECT ST_UNION_AGG(home) AS u, ST_CENTROID_AGG(home) AS c, ST_EXTENT(home).xmin AS x FROM core.members
--->
reads core.members
column u GEOGRAPHY
column c GEOGRAPHY
column x FLOAT64

### system variables
SELECT @@time_zone AS z, @@project_id AS p, @@dataset_id AS d, @@session_id AS s, @@script.job_id AS j, @@error.message AS e, @@row_count AS r
--->
column z STRING
column p STRING
column d STRING
column s STRING
column j STRING
column e STRING
column r INT64

### arrays
SELECT ARRAY_CONCAT(tags, ['x']) AS a, ARRAY_LENGTH(tags) AS b, ARRAY_TO_STRING(tags, ',', '-') AS c, tags[OFFSET(0)] AS d, tags[SAFE_ORDINAL(9)] AS e, GENERATE_ARRAY(1, 10, 3) AS f, ARRAY_REVERSE(tags) AS g, ARRAY<STRUCT<a INT64, b STRING>>[(1, 'x')] AS h, 'x' IN UNNEST(tags) AS i, ARRAY_FIRST(tags) AS j, ARRAY_SLICE(tags, 0, 1) AS k, tags[0] AS l FROM core.members
--->
reads core.members
column a ARRAY<STRING>
column b INT64
column c STRING
column d STRING
column e STRING
column f ARRAY<INT64>
column g ARRAY<STRING>
column h ARRAY<STRUCT<a INT64, b STRING>>
column i BOOL
column j STRING
column k ARRAY<STRING>
column l STRING

### arrays of dates
SELECT d FROM UNNEST(GENERATE_DATE_ARRAY('2026-01-01', CURRENT_DATE('Asia/Tokyo'), INTERVAL 1 WEEK)) AS d, UNNEST(GENERATE_TIMESTAMP_ARRAY(@run_start, @run_end, INTERVAL 1 HOUR)) AS t
--->
column d DATE

### arrays side by side
SELECT a, b FROM UNNEST([1, 2]) AS a WITH OFFSET o JOIN UNNEST(['x', 'y']) AS b WITH OFFSET p ON o = p
--->
column a INT64
column b STRING

### structs
SELECT STRUCT(1 AS a, 'x' AS b) AS s, STRUCT<a INT64, b STRING>(1, 'x').a AS t, (1, 'x') AS u, (SELECT AS STRUCT id, plan) AS v, ARRAY(SELECT AS STRUCT l.sku, l.price FROM UNNEST([STRUCT('a' AS sku, 1.5 AS price)]) l) AS w FROM core.members
--->
reads core.members
column s STRUCT<a INT64, b STRING>
column t INT64
column u STRUCT<INT64, STRING>
column v STRUCT<id INT64, plan STRING>
column w ARRAY<STRUCT<sku STRING, price FLOAT64>>

### compare structs and tuples
SELECT id FROM core.members WHERE (id, plan) IN ((1, 'a'), (2, 'b')) AND STRUCT(id, plan) IN (SELECT AS STRUCT member_id, currency FROM core.billing)
--->
reads core.billing, core.members
column id INT64

### collation
SELECT COLLATE(plan, 'und:ci') AS p, plan = COLLATE('PRO', 'und:ci') AS same FROM core.members ORDER BY plan COLLATE 'und:ci'
--->
reads core.members
column p STRING
column same BOOL

### time arithmetic
SELECT joined + 1 AS a, joined - joined AS b, seen - INTERVAL '1:30' HOUR TO MINUTE AS c, DATETIME_ADD(DATETIME(seen), INTERVAL 2 QUARTER) AS d, TIMESTAMP_DIFF(seen, seen, MILLISECOND) AS e, LAST_DAY(joined, ISOYEAR) AS f, EXTRACT(DAYOFWEEK FROM joined) AS g, MAKE_INTERVAL(1, month => 2) AS h, JUSTIFY_INTERVAL(INTERVAL 40 DAY) AS i, DATE_BUCKET(joined, INTERVAL 2 DAY) AS j, TIME_TRUNC(TIME(seen), HOUR) AS k, TIMESTAMP_SECONDS(1) AS l, PARSE_TIMESTAMP('%FT%T', 'x', 'UTC') AS m, CURRENT_DATETIME('Asia/Tokyo') AS n FROM core.members
--->
reads core.members
column a DATE
column b INTERVAL
column c TIMESTAMP
column d DATETIME
column e INT64
column f DATE
column g INT64
column h INTERVAL
column i INTERVAL
column j DATE
column k TIME
column l TIMESTAMP
column m TIMESTAMP
column n DATETIME

### casts with formats
SELECT CAST('2026' AS DATE FORMAT 'YYYY') AS a, CAST(joined AS STRING FORMAT 'DAY, DD MON') AS b, SAFE_CAST('x' AS NUMERIC) AS c, CAST(raw AS STRING FORMAT 'HEX') AS d, CAST(seen AS STRING FORMAT 'HH24:MI' AT TIME ZONE 'Asia/Tokyo') AS e, CAST(1.5 AS NUMERIC(10, 2)) AS f, CAST('a' AS STRING(3)) AS g, BIGNUMERIC '1' AS h FROM core.members
--->
reads core.members
column a DATE
column b STRING
column c NUMERIC
column d STRING
column e STRING
column f NUMERIC
column g STRING
column h BIGNUMERIC

### safe functions
SELECT SAFE.SUBSTR(email, 0, -1) AS a, SAFE.LOG(score, 0) AS b, SAFE_ADD(id, 1) AS c FROM core.members
--->
reads core.members
column a STRING
column b FLOAT64
column c INT64

### case, if, coalesce and friends
SELECT CASE plan WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE 3 END AS a, CASE WHEN score > 1 THEN 'x' END AS b, IF(churned, 1, 0) AS c, NULLIF(plan, '') AS d, GREATEST(1, id) AS e, IFNULL(amount, 0) AS f, ZEROIFNULL(id) AS g, churned IS NOT TRUE AS h, email IS NOT DISTINCT FROM plan AS i, plan BETWEEN 'a' AND 'b' AS j, plan NOT IN ('x') AS k FROM core.members
--->
reads core.members
column a INT64
column b STRING
column c INT64
column d STRING
column e INT64
column f NUMERIC
column g INT64
column h BOOL
column i BOOL
column j BOOL
column k BOOL

### like any, all and regular expressions
SELECT plan LIKE ANY ('a%', 'b%') AS a, plan NOT LIKE ALL ('x%') AS b, plan LIKE ANY UNNEST(['a%']) AS c, REGEXP_CONTAINS(email, r'@x\.com$') AS d, REGEXP_EXTRACT_ALL(email, r'\w+') AS e, REGEXP_REPLACE(email, r'(\w)@', r'\1#') AS f, REGEXP_INSTR(email, '@') AS g FROM core.members
--->
reads core.members
column a BOOL
column b BOOL
column c BOOL
column d BOOL
column e ARRAY<STRING>
column f STRING
column g INT64

### strings
SELECT SPLIT(email, '@')[SAFE_OFFSET(1)] AS a, FORMAT('%05d|%-10s|%t|%T', id, plan, joined, tags) AS b, NORMALIZE(email, NFKC) AS c, INITCAP(plan, '-') AS d, TRANSLATE(plan, 'ab', 'cd') AS e, SOUNDEX(email) AS f, EDIT_DISTANCE(email, plan, max_distance => 3) AS g, INSTR(email, '@', -1, 1) AS h, LPAD(plan, 5) AS i, TO_BASE64(raw) AS j, SAFE_CONVERT_BYTES_TO_STRING(raw) AS k, CODE_POINTS_TO_STRING([97]) AS l, UNICODE(plan) AS m, b'abc' || raw AS n, r'\d' AS o, """a
b""" AS p, 'a' || "b" AS q, LEFT(plan, 1) AS r, REPEAT(plan, 2) AS s, STARTS_WITH(plan, 'a') AS t FROM core.members
--->
reads core.members
column a STRING
column b STRING
column c STRING
column d STRING
column e STRING
column f STRING
column g INT64
column h INT64
column i STRING
column j STRING
column k STRING
column l STRING
column m INT64
column n BYTES
column o STRING
column p STRING
column q STRING
column r STRING
column s STRING
column t BOOL

### numbers
SELECT DIV(id, 2) AS a, MOD(id, 2) AS b, id / 2 AS c, ROUND(amount, 1, 'ROUND_HALF_EVEN') AS d, TRUNC(score) AS e, IEEE_DIVIDE(score, 0) AS f, RANGE_BUCKET(id, [1, 10]) AS g, POW(2, 3) AS h, RAND() AS i, FARM_FINGERPRINT(email) AS j, id & 3 | 4 ^ 1 AS k, ~id << 2 AS l, 0xFF AS m, 1e3 AS n, .5 AS o, COSINE_DISTANCE([1.0], [2.0]) AS p, CBRT(score) AS q, IS_NAN(score) AS r, SIGN(amount) AS s FROM core.members
--->
reads core.members
column a INT64
column b INT64
column c FLOAT64
column d NUMERIC
column e FLOAT64
column f FLOAT64
column g INT64
column h FLOAT64
column i FLOAT64
column j INT64
column k INT64
column l INT64
column m INT64
column n FLOAT64
column o FLOAT64
column p FLOAT64
column q FLOAT64
column r BOOL
column s NUMERIC

### networks, keys, hashes
SELECT NET.HOST(email) AS a, NET.REG_DOMAIN(email) AS b, NET.IP_TO_STRING(NET.IP_TRUNC(NET.SAFE_IP_FROM_STRING(email), 24)) AS c, TO_HEX(MD5(email)) AS d, SHA512(raw) AS e, AEAD.ENCRYPT(KEYS.NEW_KEYSET('AEAD_AES_GCM_256'), email, plan) AS f, AEAD.DECRYPT_STRING(raw, raw, plan) AS g, DETERMINISTIC_DECRYPT_STRING(KEYS.KEYSET_CHAIN('gcp-kms://x', b'x'), raw, '') AS h, SESSION_USER() AS i, GENERATE_UUID() AS j, NET.IPV4_TO_INT64(b'1234') AS k, KEYS.KEYSET_LENGTH(raw) AS l FROM core.members
--->
reads core.members
column a STRING
column b STRING
column c STRING
column d STRING
column e BYTES
column f BYTES
column g STRING
column h STRING
column i STRING
column j STRING
column k INT64
column l INT64

### set operations by name
SELECT id, plan FROM core.members UNION ALL BY NAME SELECT currency AS plan, member_id AS id FROM core.billing
--->
reads core.billing, core.members
column id INT64
column plan STRING

### set operations
(SELECT id FROM core.members INTERSECT DISTINCT SELECT member_id FROM core.billing) UNION DISTINCT (SELECT 1 EXCEPT DISTINCT SELECT 2)
--->
reads core.billing, core.members
column id INT64

### full join using
SELECT id, a.plan, b.plan AS other FROM core.members a FULL OUTER JOIN core.members b USING (id, email) LEFT JOIN core.billing c ON c.member_id = id
--->
reads core.billing, core.members
column id INT64
column plan STRING
column other STRING

### cross join with an array and a filter
SELECT id FROM core.members CROSS JOIN UNNEST(tags) t WHERE t LIKE 'x%'
--->
reads core.members
column id INT64

### a scalar subquery with a limit
SELECT id, (SELECT paid FROM core.billing b WHERE b.member_id = m.id ORDER BY day DESC LIMIT 1) AS last FROM core.members m
--->
reads core.billing, core.members
column id INT64
column last NUMERIC

### exists, in, not in with subqueries
SELECT id FROM core.members m WHERE EXISTS (SELECT 1 FROM core.billing WHERE member_id = m.id) AND id IN (SELECT member_id FROM core.billing) AND id NOT IN UNNEST([1, 2])
--->
reads core.billing, core.members
column id INT64

### a table value
SELECT AS STRUCT id, plan FROM core.members
--->
reads core.members
column id INT64
column plan STRING

### a value table
SELECT AS VALUE STRUCT(id AS a, plan AS b) FROM core.members
--->
reads core.members
column a INT64
column b STRING

### parameters
SELECT @run_date AS d, @cutoff + 1 AS c, DATE_DIFF(@run_date, DATE(@run_start), DAY) AS n
--->
column d DATE
column c NUMERIC
column n INT64

### hints, comments and a semicolon
# comment
SELECT /* inline */ id -- end
FROM core.members
JOIN @{join_type=HASH_JOIN} core.billing b ON b.member_id = id;
--->
reads core.billing, core.members
column id INT64

### limit and offset
SELECT id FROM core.members ORDER BY id DESC NULLS LAST LIMIT 10 OFFSET 5
--->
reads core.members
column id INT64

### differential privacy
SELECT WITH DIFFERENTIAL_PRIVACY OPTIONS (epsilon = 10, delta = .01, privacy_unit_column = id) plan, COUNT(*) AS n, AVG(score, contribution_bounds_per_group => (0, 100)) AS a FROM core.members GROUP BY plan
--->
reads core.members
column plan STRING
column n INT64
column a FLOAT64

### search and text
SELECT SEARCH(m, 'alice') AS a, SEARCH((email, plan), '`x y`', analyzer => 'LOG_ANALYZER') AS b, CONTAINS_SUBSTR((email, plan), 'x') AS c, TEXT_ANALYZE(email, analyzer => 'PATTERN_ANALYZER', analyzer_options => '{}') AS d, TF_IDF(TEXT_ANALYZE(email), 10, 2) OVER () AS e FROM core.members m
--->
reads core.members
column a BOOL
column b BOOL
column c BOOL
column d ARRAY<STRING>
column e ARRAY<STRUCT<term STRING, tf_idf FLOAT64>>

### features of models
SELECT ML.MIN_MAX_SCALER(score) OVER () AS a, ML.STANDARD_SCALER(amount) OVER () AS b, ML.BUCKETIZE(score, [1, 5, 10]) AS c, ML.QUANTILE_BUCKETIZE(id, 4) OVER () AS d, ML.ONE_HOT_ENCODER(plan, 'most_frequent', 10, 1) OVER () AS e, ML.LABEL_ENCODER(plan) OVER () AS f, ML.HASH_BUCKETIZE(plan, 8) AS g, ML.NGRAMS(tags, [1, 2], '-') AS h, ML.IMPUTER(plan, 'most_frequent') OVER () AS i, ML.IMPUTER(score, 'mean') OVER () AS j, ML.DISTANCE([1.0, 2.0], [3.0, 4.0], 'COSINE') AS k, ML.LP_NORM([1.0], 1.0) AS l, ML.NORMALIZER([1.0, 2.0]) AS m, ML.MAX_ABS_SCALER(score) OVER () AS n, ML.ROBUST_SCALER(score) OVER () AS o, ML.MULTI_HOT_ENCODER(tags) OVER () AS p FROM core.members
--->
reads core.members
column a FLOAT64
column b FLOAT64
column c STRING
column d STRING
column e ARRAY<STRUCT<index INT64, value FLOAT64>>
column f INT64
column g INT64
column h ARRAY<STRING>
column i STRING
column j FLOAT64
column k FLOAT64
column l FLOAT64
column m ARRAY<FLOAT64>
column n FLOAT64
column o FLOAT64
column p ARRAY<STRUCT<index INT64, value FLOAT64>>

### AI functions
SELECT AI.IF(('is this urgent? ', body), connection_id => 'us.c') AS a, AI.CLASSIFY(body, categories => ['x', 'y'], connection_id => 'us.c') AS b, AI.SCORE(('rate ', body), connection_id => 'us.c') AS c, AI.GENERATE(('sum up ', body), connection_id => 'us.c', endpoint => 'gemini-2.5-flash').result AS d, AI.GENERATE_BOOL(body, connection_id => 'us.c').result AS e, AI.GENERATE_INT(body).result AS f, AI.GENERATE_DOUBLE(body).status AS g, AI.EMBED(body, endpoint => 'text-embedding-005').result AS h, AI.SIMILARITY(title, body, endpoint => 'x') AS i FROM core.documents
--->
reads core.documents
column a BOOL
column b STRING
column c FLOAT64
column d STRING
column e BOOL
column f INT64
column g STRING
column h ARRAY<FLOAT64>
column i FLOAT64

### objects
SELECT OBJ.GET_ACCESS_URL(ref, 'r') AS a, OBJ.FETCH_METADATA(OBJ.MAKE_REF(uri, 'us.c')).details AS b FROM core.files
--->
reads core.files
column a JSON
column b JSON

### chained function calls are not BigQuery's yet, plain ones are
SELECT UPPER(TRIM(email)) AS e FROM core.members
--->
reads core.members
column e STRING

### a label on a query part: WITH entry used twice
WITH a AS (SELECT id FROM core.members) SELECT x.id FROM a x JOIN a y USING (id)
--->
reads core.members
column id INT64

### order by an expression of an alias
SELECT plan AS p, COUNT(*) AS n FROM core.members GROUP BY p ORDER BY n * 2 DESC, p
--->
reads core.members
column p STRING
column n INT64

### UNNEST of a literal of structs
SELECT name, n FROM UNNEST([STRUCT('a' AS name, 1 AS n), ('b', 2)]) WHERE n > 1
--->
column name STRING
column n INT64

### a date by parts and literals of all types
SELECT DATE '2026-01-01' AS a, DATETIME '2026-01-01 00:00:00' AS b, TIMESTAMP '2026-01-01 00:00:00+09' AS c, TIME '00:00:00' AS d, INTERVAL 1 DAY AS e, NUMERIC '1' AS f, JSON 'null' AS g, B'x' AS h, NULL AS i, [1, 2] AS j, RANGE<DATETIME> '[2026-01-01, 2026-02-01)' AS k, DATE(2026, 1, 1) AS l
--->
column a DATE
column b DATETIME
column c TIMESTAMP
column d TIME
column e INTERVAL
column f NUMERIC
column g JSON
column h BYTES
column i INT64
column j ARRAY<INT64>
column k RANGE<DATETIME>
column l DATE

### AI.GENERATE with schemas of its own
SELECT AI.GENERATE(('who? ', body), connection_id => 'us.c', output_schema => 'name STRING, age INT64').name AS name, AI.GENERATE(body, output_schema => 'tags ARRAY<STRING>').tags AS tags, AI.GENERATE(body).result AS r FROM core.documents
--->
reads core.documents
column name STRING
column tags ARRAY<STRING>
column r STRING

### refused: AI.GENERATE with a schema that has no such field
SELECT AI.GENERATE(body, output_schema => 'name STRING').result AS r FROM core.documents
--->
reads core.documents
SL4003 at "result": Field name result does not exist in STRUCT<name STRING, full_response JSON, status STRING>

### refused: AI.GENERATE with a schema that is none
SELECT AI.GENERATE(body, output_schema => 'name STRINGS').name AS r FROM core.documents
--->
reads core.documents
SL4006 at "AI.GENERATE": output_schema: Type not found: STRINGS
  hint: use a type of GoogleSQL: INT64, FLOAT64, NUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, JSON, …
