SELECT IF(`rows` < 1 OR `rows` > 100, 1, 0) AS violations,
  IF(`rows` < 1 OR `rows` > 100, CONCAT(CAST(`rows` AS STRING), ' rows, expected at least 1 and at most 100'), NULL) AS message,
  `rows`
FROM (
SELECT COUNT(*) AS `rows`
FROM `app`.`members`
) AS counted
-- parameters: 
-- reads: app.members
