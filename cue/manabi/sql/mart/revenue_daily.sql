-- Ninety days of revenue by plan; refunds count on the day of the payment.
SELECT
  p.paid_on,
  p.plan_id,
  COUNT(*) AS attempts,
  COUNTIF(p.status = 'failed') AS failures,
  SUM(p.gross_yen) AS gross_yen,
  SUM(p.refunded_yen) AS refunded_yen,
  SUM(p.net_yen) AS net_yen,
  COUNT(DISTINCT IF(p.gross_yen > 0, p.member_id, NULL)) AS payers
FROM core.payments AS p
WHERE p.paid_on BETWEEN DATE_SUB(@run_date, INTERVAL 89 DAY) AND @run_date
GROUP BY p.paid_on, p.plan_id
