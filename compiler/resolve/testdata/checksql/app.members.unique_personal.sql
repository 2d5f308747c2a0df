SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' values of (id, email) occur more than once')) AS message
FROM (
SELECT `id`, `email`, COUNT(*) AS occurrences
FROM `app`.`members`
WHERE `id` IS NOT NULL
AND `email` IS NOT NULL
GROUP BY `id`, `email`
HAVING COUNT(*) > 1
) AS wrong
-- parameters: 
-- reads: app.members
