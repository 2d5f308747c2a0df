SELECT 0 AS violations, CAST(NULL AS STRING) AS message, `rows`
FROM (
SELECT COUNT(*) AS `rows`
FROM `app`.`members`
) AS counted
-- parameters: 
-- reads: app.members
