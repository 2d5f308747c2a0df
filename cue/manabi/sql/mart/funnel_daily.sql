-- From opening the app to finishing a lesson, by platform.
SELECT
  event_on,
  platform,
  COUNT(DISTINCT user_pseudo_id) AS visitors,
  COUNT(DISTINCT IF(event_name = 'screen_view', user_pseudo_id, NULL)) AS browsed,
  COUNT(DISTINCT IF(event_name = 'lesson_start', user_pseudo_id, NULL)) AS started,
  COUNT(DISTINCT IF(event_name = 'lesson_complete', user_pseudo_id, NULL)) AS finished,
  ROUND(
    SAFE_DIVIDE(
      COUNT(DISTINCT IF(event_name = 'lesson_complete', user_pseudo_id, NULL)),
      COUNT(DISTINCT IF(event_name = 'lesson_start', user_pseudo_id, NULL))
    ), 4
  ) AS finish_rate
FROM stg.app_events
WHERE event_on = @run_date
GROUP BY event_on, platform
