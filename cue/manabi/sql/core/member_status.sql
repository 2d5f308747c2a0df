-- What a member is at the end of the business day, read from the billing logs alone.
WITH latest AS (
  SELECT
    member_id,
    event_type,
    occurred_at,
    occurred_on
  FROM core.billing_events
  WHERE event_type IN ('trial_started', 'trial_expired', 'subscribed', 'resumed', 'past_due', 'recovered', 'cancelled')
  QUALIFY ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY occurred_at DESC, billing_log_id DESC) = 1
),

plan AS (
  SELECT
    member_id,
    plan_id,
    tier,
    monthly_yen
  FROM core.billing_events
  WHERE plan_id IS NOT NULL
  QUALIFY ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY occurred_at DESC, billing_log_id DESC) = 1
)

SELECT
  m.member_id,
  CASE
    WHEN m.is_deleted THEN 'withdrawn'
    WHEN l.event_type IS NULL THEN 'registered'
    WHEN l.event_type = 'trial_started' THEN 'trial'
    WHEN l.event_type IN ('subscribed', 'resumed', 'recovered') THEN 'active'
    WHEN l.event_type = 'past_due' THEN 'past_due'
    ELSE 'cancelled'
  END AS status,
  IF(l.event_type IN ('subscribed', 'resumed', 'recovered', 'past_due') AND NOT m.is_deleted, p.plan_id, NULL) AS plan_id,
  IF(l.event_type IN ('subscribed', 'resumed', 'recovered', 'past_due') AND NOT m.is_deleted, p.tier, NULL) AS tier,
  IF(l.event_type IN ('subscribed', 'resumed', 'recovered') AND NOT m.is_deleted, p.monthly_yen, 0) AS monthly_yen,
  l.occurred_at AS since,
  l.occurred_on AS since_on,
  DATE_DIFF(@run_date, l.occurred_on, DAY) AS days_in_status
FROM stg.members AS m
LEFT JOIN latest AS l
  ON l.member_id = m.member_id
LEFT JOIN plan AS p
  ON p.member_id = m.member_id
