-- Requests by hour of the business day and kind of client.
SELECT
  accessed_on,
  hour,
  client,
  COUNT(*) AS requests,
  COUNTIF(status_class = 5) AS server_errors,
  COUNTIF(status_class = 4) AS client_errors,
  COUNT(DISTINCT member_id) AS members,
  COUNT(DISTINCT ip_hash) AS addresses,
  AVG(latency_ms) AS mean_latency_ms,
  MAX(latency_ms) AS slowest_ms
FROM stg.access_logs
WHERE accessed_on = @run_date
GROUP BY accessed_on, hour, client
