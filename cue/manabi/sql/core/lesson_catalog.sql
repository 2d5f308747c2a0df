-- Lessons with what they are made of.
SELECT
  l.lesson_id,
  l.course_id,
  l.title,
  l.subject,
  l.position,
  l.duration_sec,
  q.quiz_id,
  q.question_count,
  q.pass_score,
  COALESCE(s.video_minutes, 0) AS video_minutes,
  COALESCE(s.exercise_minutes, 0) AS exercise_minutes,
  COALESCE(s.asset_bytes, 0) AS asset_bytes,
  LAG(l.lesson_id) OVER (PARTITION BY l.course_id ORDER BY l.position) AS previous_lesson_id,
  LEAD(l.lesson_id) OVER (PARTITION BY l.course_id ORDER BY l.position) AS next_lesson_id
FROM stg.lessons AS l
LEFT JOIN learning.quizzes AS q
  ON q.lesson_id = l.lesson_id
LEFT JOIN (
  SELECT
    lesson_id,
    SUM(IF(kind = 'video', minutes, 0)) AS video_minutes,
    SUM(IF(kind = 'exercise', minutes, 0)) AS exercise_minutes,
    SUM(asset_bytes) AS asset_bytes
  FROM stg.lesson_sections
  GROUP BY lesson_id
) AS s
  ON s.lesson_id = l.lesson_id
