SELECT
  a.cost_date AS cost_on,
  UPPER(a.campaign_code) AS campaign_code,
  a.medium,
  a.impressions,
  a.clicks,
  a.cost_usd,
  CAST(ROUND(a.cost_usd * x.yen_per_usd) AS INT64) AS cost_yen
FROM partner.ad_costs AS a
LEFT JOIN stg.exchange_rates AS x
  ON x.rate_on = a.cost_date
WHERE a.load_date BETWEEN DATE_SUB(@run_date, INTERVAL 31 DAY) AND @run_date
QUALIFY ROW_NUMBER() OVER (PARTITION BY a.cost_date, UPPER(a.campaign_code), a.medium ORDER BY a.load_date DESC) = 1
