-- What the CRM needs to address a member; personal.
SELECT
  member_id,
  email AS email_hash,
  fn.clean_text(full_name) AS full_name
FROM app.members
WHERE deleted_at IS NULL
  AND created_at < @run_end
