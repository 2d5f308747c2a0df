SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' rows hold another value in email')) AS message
FROM (
SELECT `email`
FROM `app`.`members`
WHERE `email` IS NOT NULL
AND `email` NOT IN ('a')
) AS wrong
-- parameters: 
-- reads: app.members
