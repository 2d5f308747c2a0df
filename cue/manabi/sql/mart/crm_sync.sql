-- What the CRM is to know: contacts whose stage or status it has wrong.
SELECT
  c.contact_id,
  m.member_id,
  n.full_name,
  m.status,
  m.plan_id,
  CASE
    WHEN m.status IN ('active', 'past_due') AND l.days_since_study > @active_days THEN 'dormant'
    WHEN m.status IN ('active', 'past_due') THEN 'customer'
    WHEN m.status IN ('cancelled', 'withdrawn') THEN 'lost'
    ELSE 'lead'
  END AS stage,
  c.stage AS stage_in_crm,
  l.last_studied_on,
  l.current_streak,
  TO_JSON_STRING(STRUCT(l.minutes_28 AS minutes, l.passed_28 AS passed)) AS learning
FROM stg.crm_contacts AS c
INNER JOIN core.members AS m
  ON m.member_id = c.member_id
INNER JOIN core.member_learning AS l
  ON l.member_id = m.member_id
LEFT JOIN stg.member_contacts AS n
  ON n.member_id = m.member_id
WHERE NOT c.opted_out
