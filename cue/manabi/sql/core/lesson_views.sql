-- One row a view of a lesson, put together from the player's heartbeats.
SELECT
  v.viewed_on,
  v.view_id,
  v.member_id,
  v.lesson_id,
  l.course_id,
  MIN(v.logged_at) AS started_at,
  MAX(v.logged_at) AS ended_at,
  LEAST(MAX(v.watch_sec), l.duration_sec) AS watch_sec,
  SAFE_DIVIDE(LEAST(MAX(v.watch_sec), l.duration_sec), l.duration_sec) AS watch_rate,
  LOGICAL_OR(v.event = 'complete') AS completed,
  MIN(v.device_os) AS device_os,
  COUNT(*) AS heartbeats
FROM stg.lesson_views AS v
INNER JOIN stg.lessons AS l
  ON l.lesson_id = v.lesson_id
WHERE v.viewed_on BETWEEN DATE_SUB(@run_date, INTERVAL @late_days DAY) AND @run_date
GROUP BY v.viewed_on, v.view_id, v.member_id, v.lesson_id, l.course_id, l.duration_sec
