-- Of the members who joined in a month, how many paid in each month after.
WITH cohort AS (
  SELECT cohort_month, COUNT(*) AS members
  FROM core.members
  GROUP BY cohort_month
),

active AS (
  SELECT
    m.cohort_month,
    DATE_DIFF(DATE_TRUNC(p.paid_on, MONTH), m.cohort_month, MONTH) AS months_after,
    COUNT(DISTINCT p.member_id) AS payers
  FROM core.payments AS p
  INNER JOIN core.members AS m
    ON m.member_id = p.member_id
  WHERE p.status != 'failed'
  GROUP BY m.cohort_month, months_after
)

SELECT
  c.cohort_month,
  a.months_after,
  c.members,
  a.payers,
  ROUND(SAFE_DIVIDE(a.payers, c.members), 4) AS retention
FROM cohort AS c
INNER JOIN active AS a
  ON a.cohort_month = c.cohort_month
WHERE a.months_after BETWEEN 0 AND 12
