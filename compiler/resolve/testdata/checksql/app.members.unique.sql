SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' values of (id) occur more than once', ', e.g. ', MIN(CONCAT('id = ', IFNULL(CAST(`id` AS STRING), 'NULL'), ' (', CAST(occurrences AS STRING), ' times)')))) AS message
FROM (
SELECT `id`, COUNT(*) AS occurrences
FROM `app`.`members`
WHERE `id` IS NOT NULL
GROUP BY `id`
HAVING COUNT(*) > 1
) AS wrong
-- parameters: 
-- reads: app.members
