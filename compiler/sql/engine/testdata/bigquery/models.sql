### dbt: a staging model
WITH source AS (SELECT * FROM core.orders), renamed AS (
  SELECT order_id, member_id AS customer_id, LOWER(TRIM(status)) AS status, created_at, CAST(total AS FLOAT64) AS total_amount FROM source)
SELECT *, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY created_at DESC) = 1 AS is_latest FROM renamed
--->
reads core.orders
column order_id STRING
column customer_id INT64
column status STRING
column created_at TIMESTAMP
column total_amount FLOAT64
column is_latest BOOL

### dbt: a surrogate key
SELECT TO_HEX(MD5(CAST(COALESCE(CAST(order_id AS STRING), '_null_') || '-' || COALESCE(CAST(member_id AS STRING), '_null_') AS STRING))) AS order_key FROM core.orders AS o
--->
reads core.orders
column order_key STRING

### dbt: a date spine
WITH days AS (SELECT day FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2020-01-01', LAST_DAY(@run_date, YEAR))) AS day)
SELECT day, EXTRACT(ISOYEAR FROM day) AS iso_year, FORMAT_DATE('%A', day) AS name, DATE_TRUNC(day, QUARTER) AS quarter, EXTRACT(DAYOFWEEK FROM day) IN (1, 7) AS weekend FROM days
--->
column day DATE
column iso_year INT64
column name STRING
column quarter DATE
column weekend BOOL

### dbt: a slowly changing dimension
WITH changes AS (SELECT id, plan, seen AS valid_from, LEAD(seen) OVER (PARTITION BY id ORDER BY seen) AS valid_to FROM core.members)
SELECT *, valid_to IS NULL AS is_current, IFNULL(valid_to, TIMESTAMP '9999-12-31') AS until FROM changes
--->
reads core.members
column id INT64
column plan STRING
column valid_from TIMESTAMP
column valid_to TIMESTAMP
column is_current BOOL
column until TIMESTAMP

### dbt: lines of orders
SELECT o.order_id, pos + 1 AS line, l.sku, l.quantity * l.price AS gross, (SELECT IFNULL(SUM(d.amount), 0) FROM UNNEST(l.discounts) d) AS discount
FROM core.orders o CROSS JOIN UNNEST(o.lines) l WITH OFFSET pos
--->
reads core.orders
column order_id STRING
column line INT64
column sku STRING
column gross NUMERIC
column discount NUMERIC

### dbt: deduplicate
SELECT * EXCEPT (rn) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY member_id, day ORDER BY _PARTITIONTIME DESC) AS rn FROM core.billing) WHERE rn = 1
--->
reads core.billing
column member_id INT64
column paid NUMERIC
column day DATE
column currency STRING

### monthly recurring revenue
WITH months AS (SELECT DATE_TRUNC(day, MONTH) AS month, member_id, SUM(paid) AS mrr FROM core.billing GROUP BY 1, 2),
  moves AS (SELECT month, member_id, mrr, LAG(mrr, 1, 0) OVER (PARTITION BY member_id ORDER BY month) AS before FROM months)
SELECT month, SUM(IF(before = 0, mrr, 0)) AS fresh, SUM(GREATEST(mrr - before, 0)) AS up, SUM(LEAST(mrr - before, 0)) AS down, SUM(SUM(mrr)) OVER (ORDER BY month) AS total FROM moves GROUP BY month
--->
reads core.billing
column month DATE
column fresh NUMERIC
column up NUMERIC
column down NUMERIC
column total NUMERIC

### recency, frequency, money
SELECT member_id, DATE_DIFF(@run_date, MAX(day), DAY) AS recency, COUNT(*) AS frequency, SUM(paid) AS money, NTILE(5) OVER (ORDER BY SUM(paid)) AS quintile FROM core.billing GROUP BY member_id
--->
reads core.billing
column member_id INT64
column recency INT64
column frequency INT64
column money NUMERIC
column quintile INT64

### a moving average over days that may be missing
SELECT day, AVG(paid) OVER (ORDER BY UNIX_DATE(day) RANGE BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM (SELECT day, SUM(paid) AS paid FROM core.billing GROUP BY day)
--->
reads core.billing
column day DATE
column week NUMERIC

### a median for each group
SELECT DISTINCT plan, PERCENTILE_CONT(amount, 0.5) OVER (PARTITION BY plan) AS median, PERCENTILE_DISC(amount, 0.95) OVER (PARTITION BY plan) AS p95 FROM core.members
--->
reads core.members
column plan STRING
column median FLOAT64
column p95 NUMERIC

### histogram
SELECT RANGE_BUCKET(amount, [0, 10, 100, 1000]) AS bucket, COUNT(*) AS n, ANY_VALUE(plan HAVING MAX amount) AS top FROM core.members GROUP BY bucket ORDER BY bucket
--->
reads core.members
column bucket INT64
column n INT64
column top STRING

### JSON of an API
SELECT id, JSON_VALUE(item, '$.sku') AS sku, SAFE_CAST(JSON_VALUE(item, '$.price') AS NUMERIC) AS price, LAX_INT64(item.quantity) AS quantity
FROM core.members, UNNEST(JSON_QUERY_ARRAY(doc, '$.items')) AS item WHERE JSON_TYPE(item) = 'object'
--->
reads core.members
column id INT64
column sku STRING
column price NUMERIC
column quantity INT64

### nested output
SELECT member_id, ARRAY_AGG(STRUCT(order_id, created_at, (SELECT SUM(quantity) FROM UNNEST(lines)) AS pieces) ORDER BY created_at DESC LIMIT 5) AS orders, STRUCT(COUNT(*) AS n, SUM(total) AS total) AS sums FROM core.orders GROUP BY member_id
--->
reads core.orders
column member_id INT64
column orders ARRAY<STRUCT<order_id STRING, created_at TIMESTAMP, pieces INT64>>
column sums STRUCT<n INT64, total NUMERIC>

### a query of nested output
SELECT x.member_id, o.pieces, x.sums.total FROM (SELECT member_id, ARRAY_AGG(STRUCT(order_id, 1 AS pieces)) AS orders, STRUCT(SUM(total) AS total) AS sums FROM core.orders GROUP BY member_id) x, x.orders o
--->
reads core.orders
column member_id INT64
column pieces INT64
column total NUMERIC

### bill of materials
WITH RECURSIVE parts AS (SELECT 'a' AS part, CAST(NULL AS STRING) AS parent, 1 AS n UNION ALL SELECT 'b', 'a', 2 UNION ALL SELECT 'c', 'b', 3),
  tree AS (SELECT part, n, [part] AS path FROM parts WHERE parent IS NULL UNION ALL SELECT p.part, t.n * p.n, ARRAY_CONCAT(t.path, [p.part]) FROM parts p JOIN tree t ON p.parent = t.part)
SELECT part, n, ARRAY_TO_STRING(path, ' > ') AS path FROM tree
--->
column part STRING
column n INT64
column path STRING

### intervals that overlap
SELECT a.member_id, RANGE_INTERSECT(a.r, b.r) AS both FROM (SELECT member_id, RANGE(day, DATE_ADD(day, INTERVAL 30 DAY)) AS r FROM core.billing) a JOIN (SELECT member_id, RANGE(day, NULL) AS r FROM core.billing) b ON a.member_id = b.member_id AND RANGE_OVERLAPS(a.r, b.r)
--->
reads core.billing
column member_id INT64
column both RANGE<DATE>

### a full comparison of two tables
SELECT COALESCE(a.id, b.member_id) AS id, CASE WHEN a.id IS NULL THEN 'right' WHEN b.member_id IS NULL THEN 'left' ELSE 'both' END AS side FROM core.members a FULL JOIN core.billing b ON a.id = b.member_id WHERE a.id IS NULL OR b.member_id IS NULL
--->
reads core.billing, core.members
column id INT64
column side STRING

### exchange rates as of the day
SELECT b.member_id, b.paid * r.rate AS yen FROM core.billing b LEFT JOIN `my-project.ext.rates` r ON r.code = b.currency AND r.day = b.day WHERE r._PARTITIONTIME >= TIMESTAMP(@run_date)
--->
reads core.billing, my-project.ext.rates
column member_id INT64
column yen NUMERIC

### the latest rate before the day
SELECT member_id, ARRAY_AGG(r.rate ORDER BY r.day DESC LIMIT 1)[SAFE_OFFSET(0)] AS rate FROM core.billing b JOIN `my-project.ext.rates` r ON r.day <= b.day GROUP BY member_id
--->
reads core.billing, my-project.ext.rates
column member_id INT64
column rate NUMERIC

### addresses of a network
SELECT NET.IP_TO_STRING(NET.IP_TRUNC(NET.SAFE_IP_FROM_STRING('10.0.0.1'), 8)) AS net, CASE BYTE_LENGTH(NET.IP_FROM_STRING('::1')) WHEN 4 THEN 'v4' WHEN 16 THEN 'v6' END AS kind
--->
column net STRING
column kind STRING

### places near one another
SELECT a.id, b.id AS other, ST_DISTANCE(a.home, b.home) AS metres FROM core.members a JOIN core.members b ON ST_DWITHIN(a.home, b.home, 1000) AND a.id < b.id QUALIFY RANK() OVER (PARTITION BY a.id ORDER BY ST_DISTANCE(a.home, b.home)) <= 3
--->
reads core.members
column id INT64
column other INT64
column metres FLOAT64

### shares of a total
SELECT plan, COUNT(*) AS n, COUNT(*) / SUM(COUNT(*)) OVER () AS share FROM core.members GROUP BY plan
--->
reads core.members
column plan STRING
column n INT64
column share FLOAT64

### a sample by a hash
SELECT id FROM core.members WHERE MOD(ABS(FARM_FINGERPRINT(CAST(id AS STRING))), 10) < 8
--->
reads core.members
column id INT64

### text by lines
SELECT line, n FROM core.documents, UNNEST(SPLIT(body, '\n')) AS line WITH OFFSET AS n WHERE REGEXP_CONTAINS(line, r'(?i)^\s*todo')
--->
reads core.documents
column line STRING
column n INT64

### words of Shakespeare
SELECT corpus, STRING_AGG(word, ' ' ORDER BY word_count DESC LIMIT 3) AS top FROM `bigquery-public-data.samples.shakespeare` GROUP BY corpus HAVING SUM(word_count) > 1000
--->
reads bigquery-public-data.samples.shakespeare
column corpus STRING
column top STRING

### taxi trips by hour
SELECT EXTRACT(HOUR FROM pickup_datetime) AS hour, AVG(TIMESTAMP_DIFF(dropoff_datetime, pickup_datetime, MINUTE)) AS minutes, SAFE_DIVIDE(SUM(total_amount), SUM(trip_distance)) AS per_mile FROM `bigquery-public-data.new_york_taxi_trips.tlc_yellow_trips_2022` WHERE pickup_datetime BETWEEN '2022-01-01' AND '2022-02-01' GROUP BY hour
--->
reads bigquery-public-data.new_york_taxi_trips.tlc_yellow_trips_2022
column hour INT64
column minutes FLOAT64
column per_mile NUMERIC

### jobs that read most, by a script of one query
SELECT job_id, user_email, total_bytes_billed / POW(2, 40) AS tib, TIMESTAMP_DIFF(end_time, start_time, SECOND) AS seconds, SUBSTR(query, 1, 200) AS text FROM `region-eu`.INFORMATION_SCHEMA.JOBS_BY_PROJECT WHERE creation_time > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY) ORDER BY total_bytes_billed DESC LIMIT 20
--->
reads region-eu.INFORMATION_SCHEMA.JOBS_BY_PROJECT
column job_id STRING
column user_email STRING
column tib FLOAT64
column seconds INT64
column text STRING

### tables that nobody reads
SELECT t.table_schema, t.table_name FROM `region-us`.INFORMATION_SCHEMA.TABLES t LEFT JOIN (SELECT DISTINCT r.dataset_id, r.table_id FROM `region-us`.INFORMATION_SCHEMA.JOBS, UNNEST(referenced_tables) r) j ON j.dataset_id = t.table_schema AND j.table_id = t.table_name WHERE j.table_id IS NULL
--->
reads region-us.INFORMATION_SCHEMA.JOBS, region-us.INFORMATION_SCHEMA.TABLES
column table_schema STRING
column table_name STRING

### the cost of storage
SELECT table_schema, SUM(active_logical_bytes) / POW(1024, 3) * 0.02 AS active, SUM(long_term_logical_bytes) / POW(1024, 3) * 0.01 AS old, SUM(active_physical_bytes - time_travel_physical_bytes) AS physical FROM `region-us`.INFORMATION_SCHEMA.TABLE_STORAGE WHERE NOT deleted GROUP BY 1
--->
reads region-us.INFORMATION_SCHEMA.TABLE_STORAGE
column table_schema STRING
column active FLOAT64
column old FLOAT64
column physical INT64

### stages of a job that wait
SELECT job_id, s.name, s.wait_ms_avg, s.shuffle_output_bytes_spilled FROM `region-us`.INFORMATION_SCHEMA.JOBS, UNNEST(job_stages) s WHERE s.wait_ratio_avg > 0.5
--->
reads region-us.INFORMATION_SCHEMA.JOBS
column job_id STRING
column name STRING
column wait_ms_avg INT64
column shuffle_output_bytes_spilled INT64

### pipes of a report
FROM core.orders AS o
|> JOIN core.members AS m ON m.id = o.member_id
|> AGGREGATE COUNT(*) AS n, SUM(o.total) AS total GROUP BY m.plan
|> WHERE n > 1
--->
reads core.members, core.orders
column plan STRING
column n INT64
column total NUMERIC

### pipes with a window and a pivot
FROM core.orders |> EXTEND DATE_TRUNC(DATE(created_at), MONTH) AS month |> AGGREGATE SUM(total) AS total GROUP BY month, status |> PIVOT (SUM(total) FOR status IN ('paid', 'open')) |> ORDER BY month
--->
reads core.orders
column month DATE
column paid NUMERIC
column open NUMERIC

### pipes into a subquery
SELECT * FROM (FROM core.members |> AGGREGATE COUNT(*) AS n GROUP BY plan) WHERE n > 1
--->
reads core.members
column plan STRING
column n INT64

### a comment in every place
SELECT -- a
  id /* b */ , # c
  plan
FROM core.members -- d
WHERE /* e */ id > 0
--->
reads core.members
column id INT64
column plan STRING

### trailing commas
SELECT id, plan, FROM core.members
--->
reads core.members
column id INT64
column plan STRING

### nested CASE and arithmetic in GROUP BY
SELECT CASE WHEN amount > 100 THEN 'high' WHEN amount > 10 THEN 'mid' ELSE 'low' END AS band, DIV(id, 10) * 10 AS ten, COUNT(*) AS n FROM core.members GROUP BY band, ten HAVING n > 1 ORDER BY band, ten
--->
reads core.members
column band STRING
column ten INT64
column n INT64

### a window over an aggregate
SELECT day, SUM(paid) AS paid, SUM(SUM(paid)) OVER (ORDER BY day) AS running, RANK() OVER (ORDER BY SUM(paid) DESC) AS place FROM core.billing GROUP BY day
--->
reads core.billing
column day DATE
column paid NUMERIC
column running NUMERIC
column place INT64

### ARRAY_AGG of distinct values without NULL
SELECT plan, ARRAY_AGG(DISTINCT email IGNORE NULLS ORDER BY email LIMIT 10) AS mails FROM core.members GROUP BY plan
--->
reads core.members
column plan STRING
column mails ARRAY<STRING>

### IN with a subquery of structs
SELECT id FROM core.members WHERE STRUCT(id, joined) IN (SELECT STRUCT(member_id, MAX(day)) FROM core.billing GROUP BY member_id)
--->
reads core.billing, core.members
column id INT64
