-- Log lines of the business day and, as lines arrive late, of the days before it.
SELECT
  log_id,
  logged_at,
  DATE(logged_at, 'Asia/Tokyo') AS viewed_on,
  member_id,
  view_id,
  SAFE_CAST(JSON_VALUE(document, '$.lesson_id') AS INT64) AS lesson_id,
  JSON_VALUE(document, '$.event') AS event,
  COALESCE(SAFE_CAST(JSON_VALUE(document, '$.watch_sec') AS INT64), 0) AS watch_sec,
  COALESCE(JSON_VALUE(document, '$.device.os'), 'unknown') AS device_os
FROM (
  SELECT *, SAFE.PARSE_JSON(payload) AS document
  FROM server_logs.lesson_views
  WHERE load_date BETWEEN DATE_SUB(@run_date, INTERVAL @late_days DAY) AND @run_date
)
WHERE document IS NOT NULL
  AND member_id IS NOT NULL
  AND DATE(logged_at, 'Asia/Tokyo') BETWEEN DATE_SUB(@run_date, INTERVAL @late_days DAY) AND @run_date
QUALIFY ROW_NUMBER() OVER (PARTITION BY log_id ORDER BY load_date, logged_at) = 1
