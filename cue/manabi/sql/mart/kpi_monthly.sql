-- Twelve months of members and money.
WITH months AS (
  SELECT DISTINCT month_starts_on AS month
  FROM core.calendar
  WHERE month_starts_on > DATE_SUB(DATE_TRUNC(@run_date, MONTH), INTERVAL 12 MONTH)
),

joined AS (
  SELECT DATE_TRUNC(joined_on, MONTH) AS month, COUNT(*) AS new_members
  FROM stg.members
  GROUP BY month
),

paid AS (
  SELECT
    DATE_TRUNC(paid_on, MONTH) AS month,
    SUM(net_yen) AS net_revenue_yen,
    COUNT(DISTINCT IF(status != 'failed', member_id, NULL)) AS payers
  FROM core.payments
  GROUP BY month
),

ended AS (
  SELECT DATE_TRUNC(occurred_on, MONTH) AS month, COUNT(DISTINCT member_id) AS cancellations
  FROM core.billing_events
  WHERE event_type = 'cancelled'
  GROUP BY month
)

SELECT
  m.month,
  COALESCE(j.new_members, 0) AS new_members,
  COALESCE(p.payers, 0) AS payers,
  COALESCE(p.net_revenue_yen, 0) AS net_revenue_yen,
  COALESCE(e.cancellations, 0) AS cancellations,
  SAFE_DIVIDE(e.cancellations, p.payers) AS churn_rate,
  p.net_revenue_yen - LAG(p.net_revenue_yen) OVER (ORDER BY m.month) AS revenue_change_yen
FROM months AS m
LEFT JOIN joined AS j ON j.month = m.month
LEFT JOIN paid AS p ON p.month = m.month
LEFT JOIN ended AS e ON e.month = m.month
