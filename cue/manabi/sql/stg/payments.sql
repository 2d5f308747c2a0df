SELECT
  payment_id,
  subscription_id,
  member_id,
  plan_id,
  amount_yen,
  method,
  status,
  paid_at,
  DATE(paid_at, 'Asia/Tokyo') AS paid_on,
  updated_at
FROM app.payments
WHERE paid_at < @run_end
