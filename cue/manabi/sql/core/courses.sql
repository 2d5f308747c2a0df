-- A course with its lessons inside it.
SELECT
  c.course_id,
  c.title,
  c.subject,
  c.level,
  c.required_tier,
  c.published_on,
  COUNT(l.lesson_id) AS lesson_count,
  SUM(l.duration_sec) AS duration_sec,
  COUNTIF(l.is_free) AS free_lessons,
  ARRAY_AGG(
    STRUCT(l.lesson_id AS lesson_id, l.position AS position, l.title AS title, l.duration_sec AS duration_sec)
    ORDER BY l.position
  ) AS lessons
FROM learning.courses AS c
INNER JOIN stg.lessons AS l
  ON l.course_id = c.course_id
GROUP BY c.course_id, c.title, c.subject, c.level, c.required_tier, c.published_on
