SELECT
  a.attempt_id,
  a.quiz_id,
  q.lesson_id,
  a.member_id,
  a.started_at,
  a.submitted_at,
  DATE(a.started_at, 'Asia/Tokyo') AS started_on,
  a.submitted_at IS NULL AS abandoned,
  LEAST(GREATEST(a.score, 0), a.max_score) AS score,
  a.max_score,
  SAFE_DIVIDE(LEAST(GREATEST(a.score, 0), a.max_score), a.max_score) AS score_rate,
  a.score >= q.pass_score AS passed,
  TIMESTAMP_DIFF(a.submitted_at, a.started_at, SECOND) AS seconds_taken,
  a.answers,
  a.updated_at
FROM learning.quiz_attempts AS a
INNER JOIN learning.quizzes AS q
  ON q.quiz_id = a.quiz_id
WHERE a.started_at < @run_end
