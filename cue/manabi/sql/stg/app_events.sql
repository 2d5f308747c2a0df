-- Client events with the parameters that everybody uses as columns.
SELECT
  PARSE_DATE('%Y%m%d', event_date) AS event_on,
  TIMESTAMP_MICROS(event_timestamp) AS event_at,
  event_name,
  SAFE_CAST(user_id AS INT64) AS member_id,
  user_pseudo_id,
  platform,
  device.operating_system AS operating_system,
  geo.region AS region,
  (SELECT p.value.int_value FROM UNNEST(event_params) AS p WHERE p.key = 'lesson_id') AS lesson_id,
  (SELECT p.value.string_value FROM UNNEST(event_params) AS p WHERE p.key = 'screen_name') AS screen_name,
  (SELECT p.value.int_value FROM UNNEST(event_params) AS p WHERE p.key = 'engagement_time_msec') AS engagement_msec
FROM `analytics.events_*`
WHERE _TABLE_SUFFIX BETWEEN FORMAT_DATE('%Y%m%d', DATE_SUB(@run_date, INTERVAL @late_days DAY)) AND FORMAT_DATE('%Y%m%d', @run_date)
