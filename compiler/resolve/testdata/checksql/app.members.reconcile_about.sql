SELECT IF(left_value IS NULL OR right_value IS NULL OR ABS(CAST(left_value AS FLOAT64) - CAST(right_value AS FLOAT64)) > ABS(CAST(left_value AS FLOAT64)) * 0.005, 1, 0) AS violations,
  IF(left_value IS NULL OR right_value IS NULL OR ABS(CAST(left_value AS FLOAT64) - CAST(right_value AS FLOAT64)) > ABS(CAST(left_value AS FLOAT64)) * 0.005, CONCAT('left is ', IFNULL(CAST(left_value AS STRING), 'NULL'), ', right is ', IFNULL(CAST(right_value AS STRING), 'NULL')), NULL) AS message
FROM (
SELECT (
SELECT 1
) AS left_value,
(
SELECT 2
) AS right_value
) AS sides
-- parameters: 
-- reads: app.members
