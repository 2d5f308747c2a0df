-- Client events cut into sessions: half an hour of silence ends one.
WITH ordered AS (
  SELECT
    event_on,
    user_pseudo_id,
    member_id,
    event_at,
    event_name,
    platform,
    engagement_msec,
    LAG(event_at) OVER (PARTITION BY event_on, user_pseudo_id ORDER BY event_at, event_name) AS previous_at
  FROM stg.app_events
  WHERE event_on = @run_date
),

marked AS (
  SELECT
    * EXCEPT (previous_at),
    IF(TIMESTAMP_DIFF(event_at, previous_at, SECOND) <= 1800, 0, 1) AS is_new
  FROM ordered
),

numbered AS (
  SELECT
    *,
    SUM(is_new) OVER (
      PARTITION BY event_on, user_pseudo_id ORDER BY event_at, event_name
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS session_number
  FROM marked
)

SELECT
  event_on AS session_on,
  user_pseudo_id,
  session_number,
  MAX(member_id) AS member_id,
  MIN(event_at) AS started_at,
  MAX(event_at) AS ended_at,
  TIMESTAMP_DIFF(MAX(event_at), MIN(event_at), SECOND) AS seconds,
  COUNT(*) AS events,
  COUNTIF(event_name = 'screen_view') AS screens,
  COALESCE(SUM(engagement_msec), 0) AS engagement_msec,
  MIN(platform) AS platform
FROM numbered
GROUP BY event_on, user_pseudo_id, session_number
