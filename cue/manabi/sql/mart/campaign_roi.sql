-- What campaigns cost this month and last, and whom they brought.
WITH cost AS (
  SELECT
    campaign_code,
    DATE_TRUNC(cost_on, MONTH) AS month,
    SUM(cost_yen) AS cost_yen,
    SUM(clicks) AS clicks
  FROM stg.ad_costs
  GROUP BY campaign_code, month
),

won AS (
  SELECT
    campaign_code,
    DATE_TRUNC(joined_on, MONTH) AS month,
    COUNT(*) AS members,
    COUNTIF(first_paid_on IS NOT NULL) AS payers,
    SUM(COALESCE(first_paid_yen, 0)) AS first_paid_yen
  FROM core.acquisition
  WHERE campaign_code IS NOT NULL
  GROUP BY campaign_code, month
)

SELECT
  COALESCE(c.campaign_code, w.campaign_code) AS campaign_code,
  COALESCE(c.month, w.month) AS month,
  COALESCE(c.cost_yen, 0) AS cost_yen,
  b.budget_yen,
  COALESCE(c.clicks, 0) AS clicks,
  COALESCE(w.members, 0) AS members,
  COALESCE(w.payers, 0) AS payers,
  ROUND(SAFE_DIVIDE(c.cost_yen, w.payers), 2) AS cost_per_payer_yen
FROM cost AS c
FULL OUTER JOIN won AS w
  ON w.campaign_code = c.campaign_code AND w.month = c.month
LEFT JOIN targets.campaign_budgets AS b
  ON b.campaign_code = COALESCE(c.campaign_code, w.campaign_code)
  AND b.month = COALESCE(c.month, w.month)
WHERE COALESCE(c.month, w.month) >= DATE_SUB(DATE_TRUNC(@run_date, MONTH), INTERVAL 1 MONTH)
