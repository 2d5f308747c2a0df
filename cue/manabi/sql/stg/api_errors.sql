SELECT
  error_id,
  logged_at,
  load_date,
  DATE(logged_at, 'Asia/Tokyo') AS logged_on,
  COALESCE(service, 'unknown') AS service,
  code,
  message,
  JSON_VALUE(context, '$.region') AS region,
  SAFE_CAST(JSON_VALUE(context, '$.retries') AS INT64) AS retries
FROM server_logs.api_errors
WHERE load_date = @run_date
