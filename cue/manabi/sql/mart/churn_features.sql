-- What the churn model sees of every paying member today.
SELECT
  m.member_id,
  CAST(m.days_since_joined AS FLOAT64) AS days_since_joined,
  CAST(m.monthly_yen AS FLOAT64) AS monthly_yen,
  CAST(l.study_days_7 AS FLOAT64) AS study_days_7,
  CAST(l.study_days_28 AS FLOAT64) AS study_days_28,
  CAST(LEAST(l.days_since_study, 60) AS FLOAT64) AS days_since_study,
  CAST(l.longest_streak AS FLOAT64) AS longest_streak,
  COALESCE(l.score_rate_28, 0.0) AS score_rate,
  CAST(COALESCE(t.tickets, 0) AS FLOAT64) AS tickets_90,
  CAST(COALESCE(f.failures, 0) AS FLOAT64) AS payment_failures_90
FROM core.members AS m
INNER JOIN core.member_learning AS l
  ON l.member_id = m.member_id
LEFT JOIN (
  SELECT member_id, COUNT(*) AS tickets
  FROM stg.crm_tickets
  WHERE opened_on > DATE_SUB(@run_date, INTERVAL 90 DAY)
  GROUP BY member_id
) AS t
  ON t.member_id = m.member_id
LEFT JOIN (
  SELECT member_id, COUNT(*) AS failures
  FROM core.payments
  WHERE status = 'failed' AND paid_on > DATE_SUB(@run_date, INTERVAL 90 DAY)
  GROUP BY member_id
) AS f
  ON f.member_id = m.member_id
WHERE m.status IN ('active', 'past_due')
