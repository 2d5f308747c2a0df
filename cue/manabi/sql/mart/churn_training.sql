-- Members who paid four weeks ago, as they looked then, and whether they have left since.
WITH then_paying AS (
  SELECT member_id
  FROM fn.members_on(DATE_SUB(@run_date, INTERVAL 28 DAY))
  WHERE status IN ('active', 'past_due')
),

study AS (
  SELECT
    member_id,
    COUNTIF(studied_on > DATE_SUB(@run_date, INTERVAL 35 DAY)) AS study_days_7,
    COUNT(*) AS study_days_28,
    DATE_DIFF(DATE_SUB(@run_date, INTERVAL 28 DAY), MAX(studied_on), DAY) AS days_since_study
  FROM core.study_days
  WHERE studied_on BETWEEN DATE_SUB(@run_date, INTERVAL 55 DAY) AND DATE_SUB(@run_date, INTERVAL 28 DAY)
  GROUP BY member_id
)

SELECT
  m.member_id,
  m.status NOT IN ('active', 'past_due') AS churned,
  CAST(m.days_since_joined - 28 AS FLOAT64) AS days_since_joined,
  CAST(COALESCE(p.monthly_yen, 0) AS FLOAT64) AS monthly_yen,
  CAST(COALESCE(s.study_days_7, 0) AS FLOAT64) AS study_days_7,
  CAST(COALESCE(s.study_days_28, 0) AS FLOAT64) AS study_days_28,
  CAST(COALESCE(s.days_since_study, 60) AS FLOAT64) AS days_since_study,
  CAST(l.longest_streak AS FLOAT64) AS longest_streak,
  COALESCE(l.score_rate_28, 0.0) AS score_rate,
  CAST(COALESCE(t.tickets, 0) AS FLOAT64) AS tickets_90,
  CAST(COALESCE(p.failures, 0) AS FLOAT64) AS payment_failures_90
FROM then_paying AS y
INNER JOIN core.members AS m
  ON m.member_id = y.member_id
INNER JOIN core.member_learning AS l
  ON l.member_id = m.member_id
LEFT JOIN study AS s
  ON s.member_id = m.member_id
LEFT JOIN (
  SELECT
    member_id,
    MAX(amount_yen) AS monthly_yen,
    COUNTIF(status = 'failed') AS failures
  FROM core.payments
  WHERE paid_on BETWEEN DATE_SUB(@run_date, INTERVAL 118 DAY) AND DATE_SUB(@run_date, INTERVAL 28 DAY)
  GROUP BY member_id
) AS p
  ON p.member_id = m.member_id
LEFT JOIN (
  SELECT member_id, COUNT(*) AS tickets
  FROM stg.crm_tickets
  WHERE opened_on BETWEEN DATE_SUB(@run_date, INTERVAL 118 DAY) AND DATE_SUB(@run_date, INTERVAL 28 DAY)
  GROUP BY member_id
) AS t
  ON t.member_id = m.member_id
