### daily active users and sessions
SELECT PARSE_DATE('%Y%m%d', event_date) AS day, COUNT(DISTINCT user_pseudo_id) AS users,
  COUNT(DISTINCT CONCAT(user_pseudo_id, CAST((SELECT value.int_value FROM UNNEST(event_params) WHERE key = 'ga_session_id') AS STRING))) AS sessions
FROM `analytics.events_*` WHERE _TABLE_SUFFIX BETWEEN FORMAT_DATE('%Y%m%d', DATE_SUB(@run_date, INTERVAL 7 DAY)) AND FORMAT_DATE('%Y%m%d', @run_date) GROUP BY day
--->
reads analytics.events_*
column day DATE
column users INT64
column sessions INT64

### page views with the landing page
WITH pages AS (
  SELECT user_pseudo_id, (SELECT value.int_value FROM UNNEST(event_params) WHERE key = 'ga_session_id') AS session,
    (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page_location') AS page, event_timestamp
  FROM `analytics.events_*` WHERE event_name = 'page_view' AND _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date))
SELECT *, FIRST_VALUE(page) OVER (PARTITION BY user_pseudo_id, session ORDER BY event_timestamp) AS landing FROM pages
--->
reads analytics.events_*
column user_pseudo_id STRING
column session INT64
column page STRING
column event_timestamp INT64
column landing STRING

### a funnel
SELECT COUNTIF(event_name = 'view_item') AS viewed, COUNTIF(event_name = 'add_to_cart') AS added, COUNTIF(event_name = 'purchase') AS bought,
  SAFE_DIVIDE(COUNTIF(event_name = 'purchase'), COUNTIF(event_name = 'view_item')) AS rate FROM `analytics.events_20260101`
--->
reads analytics.events_20260101
column viewed INT64
column added INT64
column bought INT64
column rate FLOAT64

### items of purchases
SELECT item.item_name, SUM(item.quantity) AS n, ROUND(SUM(item.item_revenue), 2) AS revenue
FROM `analytics.events_202601*`, UNNEST(items) AS item WHERE event_name = 'purchase' AND _TABLE_SUFFIX > '10' GROUP BY 1 ORDER BY revenue DESC LIMIT 10
--->
reads analytics.events_202601*
column item_name STRING
column n INT64
column revenue FLOAT64

### items by the implied path
SELECT i.item_id, e.event_name FROM `analytics.events_*` AS e, e.items AS i WHERE STARTS_WITH(e._TABLE_SUFFIX, '2026')
--->
reads analytics.events_*
column item_id STRING
column event_name STRING

### items with the offset, left joined
SELECT event_timestamp, pos, item.item_id FROM `analytics.events_*` LEFT JOIN UNNEST(items) AS item WITH OFFSET AS pos
--->
reads analytics.events_*
column event_timestamp INT64
column pos INT64
column item_id STRING

### traffic source with a default
SELECT IFNULL(traffic_source.source, '(direct)') AS source, traffic_source.medium, APPROX_COUNT_DISTINCT(user_pseudo_id) AS users FROM analytics.`events_*` GROUP BY 1, 2 HAVING users > 10
--->
reads analytics.events_*
column source STRING
column medium STRING
column users INT64

### engagement time per user
SELECT user_pseudo_id, SUM((SELECT COALESCE(value.int_value, CAST(value.string_value AS INT64)) FROM UNNEST(event_params) WHERE key = 'engagement_time_msec')) / 1000 AS seconds FROM `analytics.events_*` GROUP BY user_pseudo_id
--->
reads analytics.events_*
column user_pseudo_id STRING
column seconds FLOAT64

### pivot of events by device
SELECT * FROM (SELECT device.category AS device, event_name, user_pseudo_id FROM `analytics.events_*`) PIVOT (COUNT(DISTINCT user_pseudo_id) AS users FOR event_name IN ('page_view', 'purchase' AS bought))
--->
reads analytics.events_*
column device STRING
column users_page_view INT64
column users_bought INT64

### retention by week
WITH first AS (SELECT user_pseudo_id, DATE_TRUNC(MIN(PARSE_DATE('%Y%m%d', event_date)), WEEK(MONDAY)) AS cohort FROM `analytics.events_*` GROUP BY 1),
  activity AS (SELECT DISTINCT user_pseudo_id, DATE_TRUNC(PARSE_DATE('%Y%m%d', event_date), ISOWEEK) AS week FROM `analytics.events_*`)
SELECT cohort, DATE_DIFF(week, cohort, WEEK) AS n, COUNT(*) AS users FROM first JOIN activity USING (user_pseudo_id) GROUP BY ALL ORDER BY 1, 2
--->
reads analytics.events_*
column cohort DATE
column n INT64
column users INT64

### all parameters as JSON
SELECT event_name, TO_JSON_STRING(event_params) AS params, TO_JSON(STRUCT(geo.country, geo.city)) AS place FROM `analytics.events_*`
--->
reads analytics.events_*
column event_name STRING
column params STRING
column place JSON

### user properties in one struct
SELECT user_pseudo_id, ANY_VALUE((SELECT AS STRUCT MAX(IF(p.key = 'plan', p.value.string_value, NULL)) AS plan, MAX(IF(p.key = 'level', p.value.int_value, NULL)) AS level FROM UNNEST(user_properties) AS p)) AS props FROM `analytics.events_*` GROUP BY 1
--->
reads analytics.events_*
column user_pseudo_id STRING
column props STRUCT<plan STRING, level INT64>

### sessions by gaps of thirty minutes
SELECT user_pseudo_id, event_timestamp, SUM(new_session) OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp ROWS UNBOUNDED PRECEDING) AS session
FROM (SELECT user_pseudo_id, event_timestamp, IF(event_timestamp - LAG(event_timestamp) OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp) > 30 * 60 * 1000000, 1, 0) AS new_session FROM `analytics.events_*`)
--->
reads analytics.events_*
column user_pseudo_id STRING
column event_timestamp INT64
column session INT64

### the last event of each user
SELECT user_pseudo_id, event_name FROM `analytics.events_*` WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp DESC) = 1
--->
reads analytics.events_*
column user_pseudo_id STRING
column event_name STRING

### the same by ARRAY_AGG
SELECT latest.* FROM (SELECT ARRAY_AGG(e ORDER BY event_timestamp DESC LIMIT 1)[OFFSET(0)] AS latest FROM (SELECT user_pseudo_id, event_name, event_timestamp FROM `analytics.events_*`) e GROUP BY user_pseudo_id)
--->
reads analytics.events_*
column user_pseudo_id STRING
column event_name STRING
column event_timestamp INT64

### hours in a zone
SELECT EXTRACT(HOUR FROM TIMESTAMP_MICROS(event_timestamp) AT TIME ZONE 'Asia/Tokyo') AS hour, FORMAT_TIMESTAMP('%a', TIMESTAMP_MICROS(event_timestamp), 'Asia/Tokyo') AS weekday, COUNT(*) AS n FROM `analytics.events_*` GROUP BY 1, 2
--->
reads analytics.events_*
column hour INT64
column weekday STRING
column n INT64

### a wildcard joined with a table, both with projects
SELECT e.event_name, m.plan, e._TABLE_SUFFIX AS suffix FROM `analytics.events_*` e JOIN core.members m ON m.email = e.user_id JOIN `analytics.events_2025*` f ON f.user_pseudo_id = e.user_pseudo_id AND f._TABLE_SUFFIX = e._TABLE_SUFFIX
--->
reads analytics.events_*, analytics.events_2025*, core.members
column event_name STRING
column plan STRING
column suffix STRING

### a wildcard table of a public data set
SELECT _TABLE_SUFFIX AS year, AVG(total_amount) AS fare FROM `bigquery-public-data.new_york_taxi_trips.tlc_yellow_trips_*` WHERE _TABLE_SUFFIX IN ('2021', '2022') GROUP BY 1
--->
reads bigquery-public-data.new_york_taxi_trips.tlc_yellow_trips_*
column year STRING
column fare NUMERIC
