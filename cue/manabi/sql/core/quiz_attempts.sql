-- Attempts of the last weeks, merged: grades are corrected after the fact.
SELECT
  attempt_id,
  quiz_id,
  lesson_id,
  member_id,
  started_at,
  started_on,
  abandoned,
  score,
  max_score,
  score_rate,
  COALESCE(passed, FALSE) AS passed,
  seconds_taken,
  ROW_NUMBER() OVER (PARTITION BY member_id, quiz_id ORDER BY started_at, attempt_id) AS attempt_number,
  FIRST_VALUE(score IGNORE NULLS) OVER (
    PARTITION BY member_id, quiz_id ORDER BY started_at, attempt_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
  ) AS first_score,
  updated_at
FROM stg.quiz_attempts
WHERE started_on >= DATE_SUB(@run_date, INTERVAL 45 DAY)
