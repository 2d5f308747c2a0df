SELECT
  m.member_id,
  CAST(MIN(m.days_since_joined) AS FLOAT64) AS days_since_joined,
  CAST(COUNTIF(p.paid_on < DATE_ADD(m.joined_on, INTERVAL 90 DAY) AND p.status != 'failed') AS FLOAT64) AS payments_90,
  CAST(SUM(IF(p.paid_on < DATE_ADD(m.joined_on, INTERVAL 90 DAY), p.net_yen, 0)) AS FLOAT64) AS paid_90_yen,
  CAST(MAX(m.guardian_count) AS FLOAT64) AS guardians
FROM core.members AS m
INNER JOIN core.payments AS p
  ON p.member_id = m.member_id
WHERE m.status IN ('active', 'past_due')
GROUP BY m.member_id
