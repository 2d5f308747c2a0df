-- The members as they are at the end of the day; the application keeps no history.
SELECT
  @run_date AS snapshot_on,
  m.member_id,
  m.grade_code,
  m.prefecture_code,
  m.school_id,
  m.deleted_at IS NOT NULL AS is_deleted,
  m.updated_at
FROM app.members AS m
WHERE m.created_at < @run_end
