SELECT
  o.order_id,
  DATE(o.ordered_at) AS order_date,
  c.country,
  o.amount
FROM app.orders AS o
LEFT JOIN app.customers AS c USING (customer_id)
WHERE o.status = 'paid'
