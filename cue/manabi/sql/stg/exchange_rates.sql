-- A rate for every day: weekends and holidays take the last one before them.
WITH days AS (
  SELECT day
  FROM UNNEST(GENERATE_DATE_ARRAY(DATE_SUB(@run_date, INTERVAL 40 DAY), @run_date)) AS day
)
SELECT
  d.day AS rate_on,
  LAST_VALUE(r.yen IGNORE NULLS) OVER (
    ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS yen_per_usd,
  r.yen IS NULL AS carried
FROM days AS d
LEFT JOIN public_data.exchange_rates AS r
  ON r.rate_date = d.day AND r.currency = 'USD'
