-- How long people stay. The median is exact: the middle of the ordered sessions.
SELECT DISTINCT
  session_on,
  platform,
  COUNT(*) OVER same AS sessions,
  SUM(events) OVER same AS events,
  SUM(IF(member_id IS NULL, 1, 0)) OVER same AS anonymous_sessions,
  ROUND(AVG(seconds) OVER same, 3) AS mean_seconds,
  PERCENTILE_CONT(seconds, 0.5) OVER (PARTITION BY session_on, platform) AS median_seconds
FROM core.app_sessions
WHERE session_on = @run_date
WINDOW same AS (PARTITION BY session_on, platform)
