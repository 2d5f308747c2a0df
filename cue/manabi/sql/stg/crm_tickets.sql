SELECT
  t.ticket_id,
  t.contact_id,
  c.member_id,
  COALESCE(t.category, 'other') AS category,
  t.status,
  t.satisfaction,
  t.opened_at,
  DATE(t.opened_at, 'Asia/Tokyo') AS opened_on,
  t.closed_at,
  TIMESTAMP_DIFF(t.closed_at, t.opened_at, MINUTE) AS minutes_to_close,
  EXISTS (SELECT 1 FROM UNNEST(t.tags) AS tag WHERE tag IN ('refund', 'angry')) AS sensitive_case,
  t.updated_at
FROM crm.tickets AS t
LEFT JOIN stg.crm_contacts AS c
  ON c.contact_id = t.contact_id
WHERE t.opened_at < @run_end
