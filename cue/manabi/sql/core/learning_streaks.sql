-- Runs of days without a gap: a day minus its rank is the same for the whole run.
WITH ranked AS (
  SELECT
    member_id,
    studied_on,
    minutes,
    DATE_SUB(studied_on, INTERVAL ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY studied_on) DAY) AS island
  FROM core.study_days
  WHERE studied_on <= @run_date
),

streaks AS (
  SELECT
    member_id,
    MIN(studied_on) AS started_on,
    MAX(studied_on) AS ended_on,
    COUNT(*) AS days,
    SUM(minutes) AS minutes
  FROM ranked
  GROUP BY member_id, island
)

SELECT
  member_id,
  started_on,
  ended_on,
  days,
  minutes,
  ended_on >= DATE_SUB(@run_date, INTERVAL 1 DAY) AS is_current,
  MAX(days) OVER (PARTITION BY member_id) AS longest_days,
  ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY started_on) AS streak_number
FROM streaks
