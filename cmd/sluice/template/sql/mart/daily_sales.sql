SELECT
  order_date,
  country,
  COUNT(*) AS orders,
  SUM(amount) AS amount
FROM core.orders
GROUP BY order_date, country
