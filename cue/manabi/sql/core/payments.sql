-- Charges with what was given back.
SELECT
  p.payment_id,
  p.subscription_id,
  p.member_id,
  p.plan_id,
  p.method,
  p.status,
  p.paid_at,
  p.paid_on,
  p.amount_yen,
  COALESCE(r.refunded_yen, 0) AS refunded_yen,
  IF(p.status = 'failed', 0, p.amount_yen) AS gross_yen,
  IF(p.status = 'failed', 0, p.amount_yen) - COALESCE(r.refunded_yen, 0) AS net_yen,
  r.first_refunded_on,
  COUNTIF(p.status = 'failed') OVER (
    PARTITION BY p.member_id ORDER BY UNIX_SECONDS(p.paid_at) RANGE BETWEEN 2592000 PRECEDING AND CURRENT ROW
  ) AS failures_in_30_days
FROM stg.payments AS p
LEFT JOIN (
  SELECT
    payment_id,
    SUM(amount_yen) AS refunded_yen,
    MIN(refunded_on) AS first_refunded_on
  FROM stg.refunds
  GROUP BY payment_id
) AS r
  ON r.payment_id = p.payment_id
