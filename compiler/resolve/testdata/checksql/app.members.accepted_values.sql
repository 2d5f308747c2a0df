SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' rows hold another value in status', ', e.g. ', MIN(CAST(`status` AS STRING)))) AS message
FROM (
SELECT `status`
FROM `app`.`members`
WHERE (
id > 0
)
AND `status` IS NOT NULL
AND `status` NOT IN ('it\'s', 'back\\slash', 3, 2.0, TRUE)
) AS wrong
-- parameters: 
-- reads: app.members
