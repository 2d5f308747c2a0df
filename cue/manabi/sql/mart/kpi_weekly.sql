-- Weeks from Monday; the current one is a part.
SELECT
  c.week_starts_on,
  MAX(c.calendar_on) AS last_day,
  COUNT(DISTINCT c.calendar_on) AS days,
  COUNT(DISTINCT s.member_id) AS learners,
  COALESCE(SUM(s.minutes), 0) AS minutes,
  SAFE_DIVIDE(SUM(s.minutes), COUNT(DISTINCT s.member_id)) AS minutes_per_learner,
  COUNTIF(c.is_day_off AND s.member_id IS NOT NULL) AS study_days_off,
  LOGICAL_OR(c.calendar_on = @run_date) AS is_current
FROM core.calendar AS c
LEFT JOIN core.study_days AS s
  ON s.studied_on = c.calendar_on
WHERE c.calendar_on >= DATE_SUB(DATE_TRUNC(@run_date, WEEK(MONDAY)), INTERVAL 7 WEEK)
GROUP BY c.week_starts_on
