SELECT
  l.lesson_id,
  l.course_id,
  l.position,
  l.title,
  l.duration_sec,
  l.is_free,
  c.subject,
  c.level,
  c.required_tier,
  d.author_organization,
  COALESCE(d.section_count, 0) AS section_count,
  COALESCE(ARRAY_TO_STRING(d.tags, ','), '') AS tag_list
FROM learning.lessons AS l
INNER JOIN learning.courses AS c
  ON c.course_id = l.course_id
LEFT JOIN stg.lesson_documents AS d
  ON d.lesson_id = l.lesson_id
