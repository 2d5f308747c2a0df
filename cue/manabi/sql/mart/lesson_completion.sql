-- Where learners give up: completion of a lesson against the one before it.
SELECT
  l.course_id,
  l.lesson_id,
  l.position,
  l.title,
  COUNT(v.view_id) AS views,
  COUNTIF(v.completed) AS completions,
  ROUND(AVG(v.watch_rate), 6) AS mean_watch_rate,
  COUNT(v.view_id) - LAG(COUNT(v.view_id)) OVER (PARTITION BY l.course_id ORDER BY l.position) AS views_against_previous
FROM core.lesson_catalog AS l
LEFT JOIN core.lesson_views AS v
  ON v.lesson_id = l.lesson_id AND v.viewed_on = @run_date
GROUP BY l.course_id, l.lesson_id, l.position, l.title
