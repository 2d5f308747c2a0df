-- Courses by views of the last seven days, ranked within their subject.
WITH views AS (
  SELECT
    course_id,
    COUNT(*) AS views,
    COUNT(DISTINCT member_id) AS learners,
    COUNTIF(completed) AS completions,
    SUM(watch_sec) AS watch_sec
  FROM core.lesson_views
  WHERE viewed_on BETWEEN DATE_SUB(@run_date, INTERVAL 6 DAY) AND @run_date
  GROUP BY course_id
)

SELECT
  c.course_id,
  c.title,
  c.subject,
  c.lesson_count,
  v.views,
  v.learners,
  v.completions,
  ROUND(v.watch_sec / 3600, 2) AS watch_hours,
  DENSE_RANK() OVER (PARTITION BY c.subject ORDER BY v.views DESC, c.course_id) AS place_in_subject,
  ROUND(SAFE_DIVIDE(v.views, SUM(v.views) OVER ()), 6) AS share_of_views
FROM views AS v
INNER JOIN core.courses AS c
  ON c.course_id = v.course_id
