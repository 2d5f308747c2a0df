SELECT
  s.subscription_id,
  s.member_id,
  s.plan_id,
  s.status,
  NULLIF(s.coupon_code, '') AS coupon_code,
  c.discount_percent,
  s.started_at,
  DATE(s.started_at, 'Asia/Tokyo') AS started_on,
  s.current_period_end,
  s.cancelled_at,
  DATE(s.cancelled_at, 'Asia/Tokyo') AS cancelled_on,
  ROW_NUMBER() OVER (PARTITION BY s.member_id ORDER BY s.started_at, s.subscription_id) AS subscription_number,
  s.updated_at
FROM app.subscriptions AS s
LEFT JOIN app.coupons AS c
  ON c.coupon_code = s.coupon_code
WHERE s.started_at < @run_end
