SELECT
  request_id,
  logged_at,
  DATE(logged_at, 'Asia/Tokyo') AS accessed_on,
  EXTRACT(HOUR FROM logged_at AT TIME ZONE 'Asia/Tokyo') AS hour,
  UPPER(method) AS method,
  REGEXP_REPLACE(SPLIT(path, '?')[SAFE_OFFSET(0)], r'/[0-9]+', '/:id') AS route,
  status,
  DIV(status, 100) AS status_class,
  latency_ms,
  ip AS ip_hash,
  CASE
    WHEN REGEXP_CONTAINS(user_agent, r'(?i)bot|crawler|spider') THEN 'bot'
    WHEN REGEXP_CONTAINS(user_agent, r'iPhone|iPad') THEN 'ios'
    WHEN STRPOS(user_agent, 'Android') > 0 THEN 'android'
    ELSE 'desktop'
  END AS client,
  member_id
FROM server_logs.access_logs
WHERE load_date BETWEEN DATE_SUB(@run_date, INTERVAL @late_days DAY) AND @run_date
  AND DATE(logged_at, 'Asia/Tokyo') BETWEEN DATE_SUB(@run_date, INTERVAL @late_days DAY) AND @run_date
QUALIFY ROW_NUMBER() OVER (PARTITION BY request_id ORDER BY load_date, logged_at) = 1
