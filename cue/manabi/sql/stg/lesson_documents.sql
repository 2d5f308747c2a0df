-- The newest version of each lesson's document.
SELECT
  document_id,
  lesson_id,
  version,
  COALESCE(language, 'ja') AS language,
  tags,
  author.name AS author_name,
  author.organization AS author_organization,
  sections,
  ARRAY_LENGTH(sections) AS section_count,
  JSON_VALUE(metadata, '$.editor') AS editor,
  SAFE_CAST(JSON_VALUE(metadata, '$.review.score') AS FLOAT64) AS review_score,
  updated_at
FROM content.lesson_documents
WHERE updated_at < @run_end
QUALIFY ROW_NUMBER() OVER (PARTITION BY lesson_id ORDER BY version DESC, updated_at DESC) = 1
