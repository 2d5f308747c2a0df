SELECT
  s.subscription_id,
  s.member_id,
  s.plan_id,
  p.plan_name,
  p.tier,
  s.status,
  s.subscription_number,
  s.subscription_number > 1 AS is_resumption,
  s.started_on,
  s.cancelled_on,
  DATE_DIFF(COALESCE(s.cancelled_on, @run_date), s.started_on, DAY) AS days_subscribed,
  CAST(FLOOR(p.monthly_yen * (100 - COALESCE(s.discount_percent, 0)) / 100) AS INT64) AS monthly_yen,
  COUNTIF(y.status = 'succeeded') AS payments,
  SUM(IF(y.status = 'succeeded', y.amount_yen, 0)) AS paid_yen,
  MAX(IF(y.status = 'succeeded', y.paid_on, NULL)) AS last_paid_on
FROM stg.subscriptions AS s
INNER JOIN stg.plans AS p
  ON p.plan_id = s.plan_id
LEFT JOIN stg.payments AS y
  ON y.subscription_id = s.subscription_id
GROUP BY
  s.subscription_id, s.member_id, s.plan_id, p.plan_name, p.tier, s.status, s.subscription_number,
  s.started_on, s.cancelled_on, p.monthly_yen, s.discount_percent
