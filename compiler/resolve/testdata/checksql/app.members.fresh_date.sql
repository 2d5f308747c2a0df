SELECT IF(age IS NULL OR age > 86400, 1, 0) AS violations,
  CASE
    WHEN newest IS NULL THEN 'no row has a value of day'
    WHEN age IS NULL OR age > 86400 THEN CONCAT('the newest day is ', CAST(newest AS STRING), ', more than 1d before the end of the business day')
    ELSE NULL
  END AS message
FROM (
SELECT newest, (DATE_DIFF(@run_date, newest, DAY) + 1) * 86400 AS age
FROM (
SELECT MAX(`day`) AS newest
FROM `app`.`members`
) AS latest
) AS aged
-- parameters: run_date
-- reads: app.members
