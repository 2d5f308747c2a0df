-- Every billing event with the one before it.
SELECT
  b.billing_log_id,
  b.member_id,
  b.subscription_id,
  b.event_type,
  b.plan_id,
  p.tier,
  p.monthly_yen,
  b.amount_yen,
  b.occurred_at,
  b.occurred_on,
  b.method,
  b.attempt,
  b.payload_broken,
  LAG(b.event_type) OVER member_events AS previous_event_type,
  LAG(b.plan_id) OVER member_events AS previous_plan_id,
  TIMESTAMP_DIFF(b.occurred_at, LAG(b.occurred_at) OVER member_events, HOUR) AS hours_since_previous,
  ROW_NUMBER() OVER member_events AS event_number
FROM stg.billing_logs AS b
LEFT JOIN stg.plans AS p
  ON p.plan_id = b.plan_id
WINDOW member_events AS (PARTITION BY b.member_id ORDER BY b.occurred_at, b.billing_log_id)
