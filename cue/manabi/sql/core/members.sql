-- One row a member, with everything about them that is not personal.
SELECT
  m.member_id,
  m.nickname,
  m.grade_code,
  g.grade_name,
  COALESCE(g.stage, 'adult') AS stage,
  m.prefecture_code,
  p.prefecture_name,
  p.region,
  m.acquisition_channel,
  m.campaign_code,
  m.school_id,
  m.joined_on,
  DATE_TRUNC(m.joined_on, MONTH) AS cohort_month,
  m.is_deleted,
  i.birth_year,
  i.age_band,
  COALESCE(i.guardian_count, 0) AS guardian_count,
  pm.method AS payment_method,
  pm.expires_soon AS card_expires_soon,
  s.status,
  s.plan_id,
  s.tier,
  s.monthly_yen,
  s.since_on AS status_since_on,
  DATE_DIFF(@run_date, m.joined_on, DAY) AS days_since_joined
FROM stg.members AS m
LEFT JOIN core.member_status AS s
  ON s.member_id = m.member_id
LEFT JOIN stg.member_identities AS i
  ON i.member_id = m.member_id
LEFT JOIN stg.payment_methods AS pm
  ON pm.member_id = m.member_id
LEFT JOIN reference.prefectures AS p
  ON p.prefecture_code = m.prefecture_code
LEFT JOIN reference.grades AS g
  ON g.grade_code = m.grade_code
