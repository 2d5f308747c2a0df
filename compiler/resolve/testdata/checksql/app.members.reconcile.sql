SELECT IF(left_value IS NULL OR right_value IS NULL OR left_value != right_value, 1, 0) AS violations,
  IF(left_value IS NULL OR right_value IS NULL OR left_value != right_value, CONCAT('left is ', IFNULL(CAST(left_value AS STRING), 'NULL'), ', right is ', IFNULL(CAST(right_value AS STRING), 'NULL')), NULL) AS message
FROM (
SELECT (
SELECT COUNT(*) FROM core.members
) AS left_value,
(
SELECT COUNT(*) FROM mart.kpi
) AS right_value
) AS sides
-- parameters: 
-- reads: app.members, core.members, mart.kpi
