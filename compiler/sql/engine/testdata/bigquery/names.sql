### a name in one pair of backticks
SELECT members.id FROM `core.members`
--->
reads core.members
column id INT64

### parts in backticks
SELECT members.id FROM `core`.`members`
--->
reads core.members
column id INT64

### dataset with project in backticks, table outside
SELECT shakespeare.word FROM `bigquery-public-data.samples`.shakespeare
--->
reads bigquery-public-data.samples.shakespeare
column word STRING

### project in backticks, rest outside
SELECT word FROM `bigquery-public-data`.samples.shakespeare
--->
reads bigquery-public-data.samples.shakespeare
column word STRING

### table alone in backticks
SELECT word FROM bigquery-public-data.samples.`shakespeare`
--->
reads bigquery-public-data.samples.shakespeare
column word STRING

### dashes without backticks
SELECT rates.code FROM my-project.ext.rates
--->
reads my-project.ext.rates
column code STRING

### the implied alias of a name in one pair of backticks
SELECT rates.code FROM `my-project.ext.rates`
--->
reads my-project.ext.rates
column code STRING

### an array of the table in FROM
SELECT m.id, t FROM core.members m, m.tags t
--->
reads core.members
column id INT64
column t STRING

### an array of the table by its implied alias
SELECT id, items.sku FROM core.members, members.items
--->
reads core.members
column id INT64
column sku STRING

### an array without the table's name
SELECT id, t FROM core.members, UNNEST(tags) AS t
--->
reads core.members
column id INT64
column t STRING

### an array of an array
SELECT o.order_id, d.code FROM core.orders o, o.lines l, l.discounts d
--->
reads core.orders
column order_id STRING
column code STRING

### an array in a correlated subquery
SELECT id, (SELECT SUM(n) FROM m.items) AS n, ARRAY(SELECT AS STRUCT sku FROM UNNEST(m.items)) AS skus FROM core.members m
--->
reads core.members
column id INT64
column n INT64
column skus ARRAY<STRUCT<sku STRING>>

### an array by name in a correlated subquery
SELECT order_id FROM core.orders WHERE EXISTS (SELECT 1 FROM UNNEST(lines) l WHERE l.quantity > 1 AND ARRAY_LENGTH(l.discounts) > 0)
--->
reads core.orders
column order_id STRING

### a WITH entry hides a table
WITH rates AS (SELECT 'x' AS code) SELECT code FROM rates
--->
column code STRING

### a WITH entry with the name of a dataset
WITH core AS (SELECT 1 AS a) SELECT core.a, m.id FROM core.members m, core
--->
reads core.members
column a INT64
column id INT64

### an alias with the name of a dataset
SELECT core.id FROM core.members AS core
--->
reads core.members
column id INT64

### an alias that hides another table
SELECT billing.id FROM core.members AS billing
--->
reads core.members
column id INT64

### a struct's field against a table's column
SELECT address.city, members.address.zip, b.member_id FROM core.members, core.billing b
--->
reads core.billing, core.members
column city STRING
column zip STRING
column member_id INT64

### a column with the table's name
SELECT currency FROM (SELECT currency FROM core.billing) AS billing WHERE billing.currency IS NOT NULL
--->
reads core.billing
column currency STRING

### the whole row as a value
SELECT b, TO_JSON_STRING(b) AS j FROM core.billing b
--->
reads core.billing
column b STRUCT<member_id INT64, paid NUMERIC, day DATE, currency STRING>
column j STRING

### _PARTITIONTIME and _PARTITIONDATE
SELECT _PARTITIONTIME AS pt, DATE(_PARTITIONTIME) AS d, b._PARTITIONDATE AS pd, paid FROM core.billing b WHERE _PARTITIONDATE >= DATE_SUB(@run_date, INTERVAL 3 DAY)
--->
reads core.billing
column pt TIMESTAMP
column d DATE
column pd DATE
column paid NUMERIC

### _FILE_NAME
SELECT DISTINCT _FILE_NAME AS file FROM core.files
--->
reads core.files
column file STRING

### time travel
SELECT COUNT(*) AS n FROM core.members FOR SYSTEM_TIME AS OF TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR)
--->
reads core.members
column n INT64

### time travel with an alias
SELECT a.id FROM core.members AS a FOR SYSTEM_TIME AS OF @run_start LEFT JOIN core.members AS b ON a.id = b.id WHERE b.id IS NULL
--->
reads core.members
column id INT64

### a sample
SELECT id FROM core.members TABLESAMPLE SYSTEM (1 PERCENT) WHERE id > 0
--->
reads core.members
column id INT64

### nested WITH
WITH a AS (WITH b AS (SELECT id FROM core.members) SELECT id FROM b) SELECT id FROM a
--->
reads core.members
column id INT64

### upper and lower case of columns and entries
WITH Totals AS (SELECT ID, SUM(AMOUNT) AS Total FROM core.members GROUP BY id) SELECT TOTALS.total, Id FROM totals
--->
reads core.members
column total NUMERIC
column Id INT64

### reserved words in backticks
SELECT `select`, `from`.`order` FROM (SELECT 1 AS `select`, 2 AS `order`) AS `from`
--->
column select INT64
column order INT64

### names that are not ASCII
SELECT 1 AS `日本語`, 2 AS `a b`
--->
column 日本語 INT64
column a b INT64

### tables of a dataset
SELECT table_name, ddl, creation_time FROM core.INFORMATION_SCHEMA.TABLES WHERE table_type = 'BASE TABLE'
--->
reads core.INFORMATION_SCHEMA.TABLES
column table_name STRING
column ddl STRING
column creation_time TIMESTAMP

### columns of a dataset with project
SELECT table_name, column_name, data_type FROM `my-project`.core.INFORMATION_SCHEMA.COLUMNS WHERE is_partitioning_column = 'YES'
--->
reads my-project.core.INFORMATION_SCHEMA.COLUMNS
column table_name STRING
column column_name STRING
column data_type STRING

### columns in one pair of backticks
SELECT COLUMNS.column_name FROM `my-project.core.INFORMATION_SCHEMA.COLUMNS`
--->
reads my-project.core.INFORMATION_SCHEMA.COLUMNS
column column_name STRING

### partitions
SELECT table_name, partition_id, total_rows, PARSE_DATE('%Y%m%d', partition_id) AS day FROM core.INFORMATION_SCHEMA.PARTITIONS WHERE partition_id NOT IN ('__NULL__', '__UNPARTITIONED__')
--->
reads core.INFORMATION_SCHEMA.PARTITIONS
column table_name STRING
column partition_id STRING
column total_rows INT64
column day DATE

### the cost of queries
SELECT user_email, DATE(creation_time) AS day, SUM(total_bytes_billed) / POW(1024, 4) * 6.25 AS dollars, SUM(total_slot_ms) / 1000 AS slot_seconds
FROM `region-us`.INFORMATION_SCHEMA.JOBS WHERE creation_time BETWEEN TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY) AND CURRENT_TIMESTAMP() AND job_type = 'QUERY' AND (statement_type != 'SCRIPT' OR statement_type IS NULL) GROUP BY 1, 2 ORDER BY dollars DESC
--->
reads region-us.INFORMATION_SCHEMA.JOBS
column user_email STRING
column day DATE
column dollars FLOAT64
column slot_seconds FLOAT64

### tables that jobs read
SELECT t.project_id, t.dataset_id, t.table_id, COUNT(*) AS n FROM `my-project.region-us.INFORMATION_SCHEMA.JOBS_BY_PROJECT`, UNNEST(referenced_tables) AS t GROUP BY 1, 2, 3
--->
reads my-project.region-us.INFORMATION_SCHEMA.JOBS_BY_PROJECT
column project_id STRING
column dataset_id STRING
column table_id STRING
column n INT64

### jobs by label and error
SELECT (SELECT value FROM UNNEST(labels) WHERE key = 'team') AS team, error_result.reason, destination_table.table_id, query_info.query_hashes.normalized_literals AS fingerprint FROM `region-asia-northeast1`.INFORMATION_SCHEMA.JOBS WHERE state = 'DONE' AND cache_hit IS NOT TRUE
--->
reads region-asia-northeast1.INFORMATION_SCHEMA.JOBS
column team STRING
column reason STRING
column table_id STRING
column fingerprint STRING

### slots over time
SELECT TIMESTAMP_TRUNC(period_start, MINUTE) AS minute, SUM(period_slot_ms) / 60000 AS slots FROM `region-us`.INFORMATION_SCHEMA.JOBS_TIMELINE GROUP BY 1
--->
reads region-us.INFORMATION_SCHEMA.JOBS_TIMELINE
column minute TIMESTAMP
column slots FLOAT64

### storage, views, routines, options, field paths, reservations
SELECT s.total_logical_bytes, v.view_definition, r.routine_definition, o.option_value, f.field_path, x.slot_capacity, x.autoscale.max_slots
FROM `region-us`.INFORMATION_SCHEMA.TABLE_STORAGE s, core.INFORMATION_SCHEMA.VIEWS v, core.INFORMATION_SCHEMA.ROUTINES r, core.INFORMATION_SCHEMA.TABLE_OPTIONS o, core.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS f, `my-project.region-us`.INFORMATION_SCHEMA.RESERVATIONS x
--->
reads core.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS, core.INFORMATION_SCHEMA.ROUTINES, core.INFORMATION_SCHEMA.TABLE_OPTIONS, core.INFORMATION_SCHEMA.VIEWS, my-project.region-us.INFORMATION_SCHEMA.RESERVATIONS, region-us.INFORMATION_SCHEMA.TABLE_STORAGE
column total_logical_bytes INT64
column view_definition STRING
column routine_definition STRING
column option_value STRING
column field_path STRING
column slot_capacity INT64
column max_slots INT64

### schemata
SELECT schema_name, location FROM INFORMATION_SCHEMA.SCHEMATA
--->
reads INFORMATION_SCHEMA.SCHEMATA
column schema_name STRING
column location STRING

### the meta-table
SELECT table_id, row_count, TIMESTAMP_MILLIS(last_modified_time) AS at_ FROM `my-project.core.__TABLES__`
--->
reads my-project.core.__TABLES__
column table_id STRING
column row_count INT64
column at_ TIMESTAMP

### refused: a view that is none
SELECT * FROM core.INFORMATION_SCHEMA.COLUMN
--->
reads core.INFORMATION_SCHEMA.COLUMN
SL2002 at "core.INFORMATION_SCHEMA.COLUMN": INFORMATION_SCHEMA has no view "COLUMN"
  hint: did you mean "COLUMNS"?

### refused: a column that a view does not have
SELECT bytes_billed FROM `region-us`.INFORMATION_SCHEMA.JOBS
--->
reads region-us.INFORMATION_SCHEMA.JOBS
SL4003 at "bytes_billed": Unrecognized name: bytes_billed

### refused: a table's alias hides its name
SELECT members.id FROM core.members AS m
--->
reads core.members
SL4003 at "members": Unrecognized name: members
