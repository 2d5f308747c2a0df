-- Questions that most learners get wrong.
SELECT
  quiz_id,
  question_number,
  COUNT(*) AS answers,
  COUNTIF(is_correct) AS correct,
  ROUND(SAFE_DIVIDE(COUNTIF(is_correct), COUNT(*)), 6) AS correct_rate,
  STRING_AGG(DISTINCT choice, '' ORDER BY choice) AS choices_seen,
  SUM(seconds) AS seconds
FROM stg.quiz_answers
WHERE started_on BETWEEN DATE_SUB(@run_date, INTERVAL 27 DAY) AND @run_date
  AND question_number IS NOT NULL
GROUP BY quiz_id, question_number
