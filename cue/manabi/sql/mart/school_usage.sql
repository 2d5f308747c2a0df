-- What schools get for their seats, over four weeks.
WITH learned AS (
  SELECT
    r.school_id,
    COUNT(DISTINCT r.member_id) AS pupils,
    COUNT(DISTINCT IF(s.member_id IS NOT NULL, r.member_id, NULL)) AS active_pupils,
    COALESCE(SUM(s.minutes), 0) AS minutes
  FROM core.class_rosters AS r
  LEFT JOIN core.study_days AS s
    ON s.member_id = r.member_id
    AND s.studied_on BETWEEN DATE_SUB(@run_date, INTERVAL 27 DAY) AND @run_date
  GROUP BY r.school_id
),

orders AS (
  SELECT school_id, SUM(seats) AS seats_ordered, SUM(amount_yen) AS ordered_yen
  FROM stg.partner_orders
  GROUP BY school_id
)

SELECT
  s.school_id,
  s.school_name,
  s.kind,
  s.region,
  s.seats,
  COALESCE(l.pupils, 0) AS pupils,
  COALESCE(l.active_pupils, 0) AS active_pupils,
  COALESCE(l.minutes, 0) AS minutes,
  ROUND(SAFE_DIVIDE(l.active_pupils, s.seats), 4) AS seat_usage,
  COALESCE(o.seats_ordered, 0) AS seats_ordered,
  COALESCE(o.ordered_yen, 0) AS ordered_yen
FROM stg.schools AS s
LEFT JOIN learned AS l
  ON l.school_id = s.school_id
LEFT JOIN orders AS o
  ON o.school_id = s.school_id
WHERE s.under_contract
