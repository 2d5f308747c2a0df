SELECT
  load_date,
  service,
  code,
  COUNT(*) AS errors,
  COUNT(DISTINCT region) AS regions,
  COALESCE(SUM(retries), 0) AS retries,
  ARRAY_AGG(message ORDER BY logged_at DESC, error_id LIMIT 1)[OFFSET(0)] AS last_message
FROM stg.api_errors
GROUP BY load_date, service, code
