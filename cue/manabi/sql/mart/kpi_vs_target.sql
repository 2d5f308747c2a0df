-- The month so far against the target, pro rata.
WITH actual AS (
  SELECT month, 'new_members' AS metric, CAST(new_members AS NUMERIC) AS actual FROM mart.kpi_monthly
  UNION ALL
  SELECT month, 'net_revenue_yen', CAST(net_revenue_yen AS NUMERIC) FROM mart.kpi_monthly
  UNION ALL
  SELECT month, 'cancellations', CAST(cancellations AS NUMERIC) FROM mart.kpi_monthly
)

SELECT
  t.month,
  t.metric,
  t.target,
  a.actual,
  ROUND(
    t.target * LEAST(DATE_DIFF(@run_date, t.month, DAY) + 1, EXTRACT(DAY FROM LAST_DAY(t.month))) / EXTRACT(DAY FROM LAST_DAY(t.month)), 2
  ) AS target_to_date,
  ROUND(SAFE_DIVIDE(a.actual, t.target) * 100, 1) AS percent_of_target
FROM targets.kpi_targets AS t
INNER JOIN actual AS a
  ON a.month = t.month AND a.metric = t.metric
WHERE t.month <= @run_date
