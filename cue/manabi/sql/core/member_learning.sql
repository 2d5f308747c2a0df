-- What a member has done lately, from every system that knows.
WITH study AS (
  SELECT
    member_id,
    COUNTIF(studied_on > DATE_SUB(@run_date, INTERVAL 7 DAY)) AS study_days_7,
    COUNTIF(studied_on > DATE_SUB(@run_date, INTERVAL 28 DAY)) AS study_days_28,
    SUM(IF(studied_on > DATE_SUB(@run_date, INTERVAL 7 DAY), minutes, 0)) AS minutes_7,
    SUM(IF(studied_on > DATE_SUB(@run_date, INTERVAL 28 DAY), minutes, 0)) AS minutes_28,
    MAX(studied_on) AS last_studied_on
  FROM core.study_days
  WHERE studied_on <= @run_date
  GROUP BY member_id
),

quiz AS (
  SELECT
    member_id,
    COUNT(*) AS attempts_28,
    COUNTIF(passed) AS passed_28,
    ROUND(AVG(score_rate), 6) AS score_rate_28
  FROM core.quiz_attempts
  WHERE started_on > DATE_SUB(@run_date, INTERVAL 28 DAY)
    AND started_on <= @run_date
    AND NOT abandoned
  GROUP BY member_id
),

progress AS (
  SELECT
    member_id,
    COUNT(DISTINCT lesson_id) AS lessons_touched,
    MAX(updated_at) AS last_progress_at
  FROM learning.lesson_progress
  WHERE updated_at < @run_end
  GROUP BY member_id
),

streak AS (
  SELECT
    member_id,
    MAX(IF(is_current, days, 0)) AS current_streak,
    MAX(longest_days) AS longest_streak
  FROM core.learning_streaks
  GROUP BY member_id
)

SELECT
  m.member_id,
  COALESCE(s.study_days_7, 0) AS study_days_7,
  COALESCE(s.study_days_28, 0) AS study_days_28,
  COALESCE(s.minutes_7, 0) AS minutes_7,
  COALESCE(s.minutes_28, 0) AS minutes_28,
  s.last_studied_on,
  COALESCE(DATE_DIFF(@run_date, s.last_studied_on, DAY), 999) AS days_since_study,
  COALESCE(q.attempts_28, 0) AS attempts_28,
  COALESCE(q.passed_28, 0) AS passed_28,
  q.score_rate_28,
  COALESCE(p.lessons_touched, 0) AS lessons_touched,
  COALESCE(k.current_streak, 0) AS current_streak,
  COALESCE(k.longest_streak, 0) AS longest_streak
FROM stg.members AS m
LEFT JOIN study AS s USING (member_id)
LEFT JOIN quiz AS q USING (member_id)
LEFT JOIN progress AS p USING (member_id)
LEFT JOIN streak AS k USING (member_id)
