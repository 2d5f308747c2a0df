-- The export of the roster repeats rows; a second row for the same class and member is the correction.
SELECT
  class_id,
  member_id,
  joined_on,
  left_on
FROM (SELECT DISTINCT class_id, member_id, joined_on, left_on FROM app.class_members)
WHERE joined_on <= @run_date
QUALIFY ROW_NUMBER() OVER (PARTITION BY class_id, member_id ORDER BY joined_on DESC, left_on DESC NULLS FIRST) = 1
