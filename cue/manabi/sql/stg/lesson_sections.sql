SELECT
  d.lesson_id,
  s.section_id,
  section_index + 1 AS section_number,
  s.kind,
  s.title,
  s.minutes,
  ARRAY_LENGTH(s.assets) AS asset_count,
  (SELECT SUM(a.bytes) FROM UNNEST(s.assets) AS a) AS asset_bytes,
  'exam' IN UNNEST(d.tags) AS for_exam
FROM stg.lesson_documents AS d
CROSS JOIN UNNEST(d.sections) AS s WITH OFFSET AS section_index
