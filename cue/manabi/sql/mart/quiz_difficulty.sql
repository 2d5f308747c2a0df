-- How hard quizzes are, from the last four weeks of attempts.
SELECT
  a.quiz_id,
  l.lesson_id,
  l.subject,
  COUNT(*) AS attempts,
  COUNT(DISTINCT a.member_id) AS learners,
  COUNTIF(a.abandoned) AS abandoned,
  COUNTIF(a.passed) AS passed,
  ROUND(SAFE_DIVIDE(COUNTIF(a.passed), COUNTIF(NOT a.abandoned)), 6) AS pass_rate,
  ROUND(AVG(IF(a.abandoned, NULL, a.score_rate)), 6) AS mean_score_rate,
  CASE
    WHEN COUNTIF(NOT a.abandoned) < 5 THEN 'too few'
    WHEN SAFE_DIVIDE(COUNTIF(a.passed), COUNTIF(NOT a.abandoned)) < 0.4 THEN 'hard'
    WHEN SAFE_DIVIDE(COUNTIF(a.passed), COUNTIF(NOT a.abandoned)) < 0.7 THEN 'fair'
    ELSE 'easy'
  END AS difficulty
FROM core.quiz_attempts AS a
INNER JOIN core.lesson_catalog AS l
  ON l.quiz_id = a.quiz_id
WHERE a.started_on BETWEEN DATE_SUB(@run_date, INTERVAL 27 DAY) AND @run_date
GROUP BY a.quiz_id, l.lesson_id, l.subject
