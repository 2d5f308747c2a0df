-- The sheet that is read first: one line a figure, today and a week ago.
WITH figures AS (
  SELECT kpi_on, metric, value
  FROM mart.kpi_daily
  UNPIVOT (value FOR metric IN (
    new_members, paying_members, cancellations, net_revenue_yen, mrr_yen, daily_learners, active_learners, lesson_views
  ))
  WHERE kpi_on IN (@run_date, DATE_SUB(@run_date, INTERVAL 1 DAY), DATE_SUB(@run_date, INTERVAL 7 DAY))
)

SELECT
  metric,
  MAX(IF(kpi_on = @run_date, value, NULL)) AS today,
  MAX(IF(kpi_on = DATE_SUB(@run_date, INTERVAL 1 DAY), value, NULL)) AS day_before,
  MAX(IF(kpi_on = DATE_SUB(@run_date, INTERVAL 7 DAY), value, NULL)) AS week_before,
  FORMAT_DATE('%Y-%m-%d', @run_date) AS as_of
FROM figures
GROUP BY metric
