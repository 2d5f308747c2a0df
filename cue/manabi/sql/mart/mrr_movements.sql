-- What moved the monthly recurring revenue, by day of the last 35.
WITH movements AS (
  SELECT
    occurred_on AS moved_on,
    CASE event_type
      WHEN 'subscribed' THEN 'new'
      WHEN 'resumed' THEN 'resumed'
      ELSE 'cancelled'
    END AS movement,
    member_id,
    IF(event_type = 'cancelled', -monthly_yen, monthly_yen) AS change_yen
  FROM core.billing_events
  WHERE event_type IN ('subscribed', 'resumed', 'cancelled')
  UNION ALL
  SELECT changed_on, direction, member_id, change_yen
  FROM core.plan_changes
)

SELECT
  moved_on,
  movement,
  COUNT(DISTINCT member_id) AS members,
  SUM(change_yen) AS change_yen,
  SUM(SUM(change_yen)) OVER (PARTITION BY movement ORDER BY moved_on) AS running_change_yen
FROM movements
WHERE moved_on BETWEEN DATE_SUB(@run_date, INTERVAL 34 DAY) AND @run_date
GROUP BY moved_on, movement
