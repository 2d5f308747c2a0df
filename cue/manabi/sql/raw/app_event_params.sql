-- One row an event and parameter: the long form, for questions nobody has asked yet.
SELECT
  PARSE_DATE('%Y%m%d', e.event_date) AS event_on,
  TIMESTAMP_MICROS(e.event_timestamp) AS event_at,
  e.event_name,
  e.user_pseudo_id,
  p.key AS param_key,
  COALESCE(p.value.string_value, CAST(p.value.int_value AS STRING), CAST(p.value.double_value AS STRING)) AS param_value,
  param_index
FROM `analytics.events_*` AS e
CROSS JOIN UNNEST(e.event_params) AS p WITH OFFSET AS param_index
WHERE e._TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)
