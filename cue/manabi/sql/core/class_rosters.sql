-- Who is in which class today.
SELECT
  c.class_id,
  c.class_name,
  c.school_id,
  s.school_name,
  s.region,
  c.grade_code,
  c.school_year,
  c.teacher_id,
  t.active AS teacher_active,
  r.member_id,
  r.joined_on,
  RANK() OVER (PARTITION BY c.class_id ORDER BY r.joined_on, r.member_id) AS place_in_class
FROM stg.class_members AS r
INNER JOIN stg.classes AS c
  ON c.class_id = r.class_id
INNER JOIN stg.schools AS s
  ON s.school_id = c.school_id
LEFT JOIN stg.teachers AS t
  ON t.teacher_id = c.teacher_id
WHERE r.joined_on <= @run_date
  AND (r.left_on IS NULL OR r.left_on > @run_date)
  AND s.under_contract
