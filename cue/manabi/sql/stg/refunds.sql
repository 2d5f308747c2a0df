SELECT
  r.refund_id,
  r.payment_id,
  p.member_id,
  p.plan_id,
  r.amount_yen,
  COALESCE(r.reason, 'not given') AS reason,
  r.refunded_at,
  DATE(r.refunded_at, 'Asia/Tokyo') AS refunded_on
FROM app.refunds AS r
INNER JOIN app.payments AS p
  ON p.payment_id = r.payment_id
WHERE r.refunded_at < @run_end
