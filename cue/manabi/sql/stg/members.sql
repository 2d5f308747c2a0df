-- Members without what would name them.
SELECT
  member_id,
  fn.clean_text(nickname) AS nickname,
  COALESCE(grade_code, 'unknown') AS grade_code,
  prefecture_code,
  COALESCE(NULLIF(LOWER(acquisition_channel), ''), 'unknown') AS acquisition_channel,
  UPPER(NULLIF(campaign_code, '')) AS campaign_code,
  school_id,
  created_at,
  DATE(created_at, 'Asia/Tokyo') AS joined_on,
  updated_at,
  deleted_at,
  deleted_at IS NOT NULL AS is_deleted
FROM app.members
WHERE created_at < @run_end
