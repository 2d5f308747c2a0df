SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' rows violate the check', ', e.g. ', MIN(TO_JSON_STRING(wrong)))) AS message
FROM (
SELECT *
FROM (
SELECT id FROM core.members WHERE id < 0
) AS found
WHERE (
id IS NOT NULL
)
) AS wrong
-- parameters: 
-- reads: app.members, core.members
