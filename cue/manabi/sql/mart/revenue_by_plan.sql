-- Months down, plans across.
SELECT *
FROM (
  SELECT
    DATE_TRUNC(paid_on, MONTH) AS month,
    plan_id,
    net_yen
  FROM core.payments
  WHERE paid_on BETWEEN DATE_SUB(DATE_TRUNC(@run_date, MONTH), INTERVAL 5 MONTH) AND @run_date
)
PIVOT (
  SUM(net_yen) AS net_yen, COUNT(*) AS charges
  FOR plan_id IN ('basic' AS basic, 'standard' AS standard, 'premium' AS premium, 'family' AS family, 'standard_year' AS standard_year)
)
