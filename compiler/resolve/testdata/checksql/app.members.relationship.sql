SELECT COUNT(*) AS violations,
  IF(COUNT(*) = 0, NULL, CONCAT(CAST(COUNT(*) AS STRING), ' rows have a value of id that core.members lacks', ', e.g. ', MIN(CAST(child_key AS STRING)))) AS message
FROM (
SELECT child.child_key
FROM (
SELECT `id` AS child_key
FROM `app`.`members`
WHERE (
id > 0
)
) AS child
LEFT JOIN (
SELECT DISTINCT `id` AS parent_key
FROM `core`.`members`
) AS parent
ON child.child_key = parent.parent_key
WHERE child.child_key IS NOT NULL AND parent.parent_key IS NULL
) AS wrong
-- parameters: 
-- reads: app.members, core.members
