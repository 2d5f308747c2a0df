-- One row a learner and day of the last week: the basis of the learners' own report.
SELECT
  s.studied_on,
  s.member_id,
  m.stage,
  m.region,
  s.minutes,
  s.lessons,
  SUM(s.minutes) OVER (
    PARTITION BY s.member_id ORDER BY UNIX_DATE(s.studied_on) RANGE BETWEEN 6 PRECEDING AND CURRENT ROW
  ) AS minutes_7,
  NTILE(4) OVER (PARTITION BY s.studied_on ORDER BY s.minutes, s.member_id) AS quartile
FROM core.study_days AS s
INNER JOIN core.members AS m
  ON m.member_id = s.member_id
WHERE s.studied_on BETWEEN DATE_SUB(@run_date, INTERVAL 6 DAY) AND @run_date
