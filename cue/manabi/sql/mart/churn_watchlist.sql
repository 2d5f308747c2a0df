-- Whom customer success calls this week.
SELECT
  s.member_id,
  ROUND(s.churn_score, 6) AS churn_score,
  m.plan_id,
  m.monthly_yen,
  m.region,
  l.days_since_study,
  l.current_streak,
  v.value_yen,
  ROW_NUMBER() OVER (ORDER BY s.churn_score DESC, s.member_id) AS place
FROM mart.churn_score AS s
INNER JOIN core.members AS m
  ON m.member_id = s.member_id
INNER JOIN core.member_learning AS l
  ON l.member_id = s.member_id
LEFT JOIN mart.lifetime_value AS v
  ON v.member_id = s.member_id
WHERE s.churn_score >= @churn_threshold
