-- Days on which a member studied. The service keeps 60 days; this table keeps them all.
SELECT
  member_id,
  study_date AS studied_on,
  minutes,
  lessons,
  updated_at
FROM learning.daily_study
WHERE study_date BETWEEN DATE_SUB(@run_date, INTERVAL 60 DAY) AND @run_date
  AND minutes > 0
