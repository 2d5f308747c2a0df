-- Moves between plans, up and down.
SELECT
  b.billing_log_id,
  b.member_id,
  b.occurred_on AS changed_on,
  b.previous_plan_id AS from_plan_id,
  b.plan_id AS to_plan_id,
  b.monthly_yen - p.monthly_yen AS change_yen,
  IF(b.monthly_yen > p.monthly_yen, 'upgrade', 'downgrade') AS direction
FROM core.billing_events AS b
INNER JOIN stg.plans AS p
  ON p.plan_id = b.previous_plan_id
WHERE b.event_type = 'plan_changed'
  AND b.plan_id != b.previous_plan_id
