-- For teachers: each class with its best and its missing pupils.
SELECT
  r.class_id,
  r.class_name,
  r.school_id,
  r.school_name,
  r.grade_code,
  COUNT(*) AS pupils,
  COUNTIF(l.days_since_study <= 7) AS studied_this_week,
  SUM(l.minutes_7) AS minutes_7,
  ROUND(AVG(l.score_rate_28), 6) AS mean_score_rate,
  ARRAY_AGG(
    STRUCT(r.member_id AS member_id, l.minutes_7 AS minutes)
    ORDER BY l.minutes_7 DESC, r.member_id LIMIT 3
  ) AS best,
  ARRAY_TO_STRING(
    ARRAY_AGG(IF(l.days_since_study > 14, CAST(r.member_id AS STRING), NULL) IGNORE NULLS ORDER BY r.member_id), ','
  ) AS missing
FROM core.class_rosters AS r
INNER JOIN core.member_learning AS l
  ON l.member_id = r.member_id
GROUP BY r.class_id, r.class_name, r.school_id, r.school_name, r.grade_code
