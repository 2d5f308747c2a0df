-- Whom an announcement is meant for.
SELECT
  a.announcement_id,
  a.title,
  DATE(a.published_at, 'Asia/Tokyo') AS published_on,
  COUNT(m.member_id) AS members,
  COUNTIF(l.days_since_study <= 7) AS active_members
FROM content.announcements AS a
LEFT JOIN core.members AS m
  ON (ARRAY_LENGTH(a.audience) = 0 OR m.tier IN UNNEST(a.audience))
  AND m.status IN ('active', 'past_due')
LEFT JOIN core.member_learning AS l
  ON l.member_id = m.member_id
WHERE a.published_at < @run_end
GROUP BY a.announcement_id, a.title, published_on
