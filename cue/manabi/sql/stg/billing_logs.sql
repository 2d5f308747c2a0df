-- One row an event: producers repeat an event under a new ID but with its idempotency key.
SELECT
  billing_log_id,
  member_id,
  subscription_id,
  LOWER(TRIM(event_type)) AS event_type,
  plan_id,
  amount_yen,
  occurred_at,
  DATE(occurred_at, 'Asia/Tokyo') AS occurred_on,
  logged_at,
  JSON_VALUE(document, '$.method') AS method,
  SAFE_CAST(JSON_VALUE(document, '$.attempt') AS INT64) AS attempt,
  JSON_VALUE(document, '$.reason') AS reason,
  payload IS NOT NULL AND document IS NULL AS payload_broken
FROM (
  SELECT *, SAFE.PARSE_JSON(payload) AS document
  FROM app.billing_logs
  WHERE logged_at < @run_end
)
WHERE occurred_at < @run_end
QUALIFY ROW_NUMBER() OVER (PARTITION BY idempotency_key ORDER BY logged_at, billing_log_id) = 1
