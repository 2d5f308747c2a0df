-- For publishers: how lessons are rated on the partner's site and used here.
SELECT
  l.lesson_id,
  l.title,
  l.subject,
  COUNT(*) AS ratings,
  ROUND(AVG(r.stars), 4) AS mean_stars,
  COUNTIF(r.comment IS NOT NULL) AS comments,
  STRING_AGG(r.comment, ' / ' ORDER BY r.rated_at DESC, r.rating_id LIMIT 3) AS newest_comments
FROM stg.content_ratings AS r
INNER JOIN core.lesson_catalog AS l
  ON l.lesson_id = r.lesson_id
GROUP BY l.lesson_id, l.title, l.subject
