-- The hundred longest running streaks.
SELECT
  RANK() OVER (ORDER BY k.days DESC, k.minutes DESC, k.member_id) AS place,
  k.member_id,
  COALESCE(m.nickname, 'anonymous') AS nickname,
  m.stage,
  k.started_on,
  k.ended_on,
  k.days,
  k.minutes,
  k.longest_days
FROM core.learning_streaks AS k
INNER JOIN core.members AS m
  ON m.member_id = k.member_id
WHERE k.is_current
  AND NOT m.is_deleted
QUALIFY place <= 100
