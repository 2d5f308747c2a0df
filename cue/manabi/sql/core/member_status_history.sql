-- From when to when a member had which status.
SELECT
  member_id,
  CASE event_type
    WHEN 'trial_started' THEN 'trial'
    WHEN 'past_due' THEN 'past_due'
    WHEN 'cancelled' THEN 'cancelled'
    WHEN 'trial_expired' THEN 'cancelled'
    ELSE 'active'
  END AS status,
  occurred_at AS valid_from,
  LEAD(occurred_at) OVER (PARTITION BY member_id ORDER BY occurred_at, billing_log_id) AS valid_to,
  LEAD(occurred_at) OVER (PARTITION BY member_id ORDER BY occurred_at, billing_log_id) IS NULL AS is_current
FROM core.billing_events
WHERE event_type IN ('trial_started', 'trial_expired', 'subscribed', 'resumed', 'past_due', 'recovered', 'cancelled')
