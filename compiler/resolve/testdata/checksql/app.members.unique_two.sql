SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' values of (id, status) occur more than once', ', e.g. ', MIN(CONCAT('id = ', IFNULL(CAST(`id` AS STRING), 'NULL'), ', ', 'status = ', IFNULL(CAST(`status` AS STRING), 'NULL'), ' (', CAST(occurrences AS STRING), ' times)')))) AS message
FROM (
SELECT `id`, `status`, COUNT(*) AS occurrences
FROM `app`.`members`
WHERE (
status = 'x' -- comment
)
AND `id` IS NOT NULL
AND `status` IS NOT NULL
GROUP BY `id`, `status`
HAVING COUNT(*) > 1
) AS wrong
-- parameters: 
-- reads: app.members
