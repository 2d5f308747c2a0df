SELECT
  rating_id,
  lesson_id,
  stars,
  fn.clean_text(comment) AS comment,
  CHAR_LENGTH(COALESCE(comment, '')) AS comment_length,
  rated_at,
  DATE(rated_at, 'Asia/Tokyo') AS rated_on
FROM partner.content_ratings
WHERE load_date <= @run_date
  AND stars BETWEEN 1 AND 5
QUALIFY ROW_NUMBER() OVER (PARTITION BY rating_id ORDER BY rated_at) = 1
