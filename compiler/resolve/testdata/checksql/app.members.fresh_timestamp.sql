SELECT IF(age IS NULL OR age > 95400, 1, 0) AS violations,
  CASE
    WHEN newest IS NULL THEN 'no row has a value of at'
    WHEN age IS NULL OR age > 95400 THEN CONCAT('the newest at is ', CAST(newest AS STRING), ', more than 1d2h30m before the end of the business day')
    ELSE NULL
  END AS message
FROM (
SELECT newest, TIMESTAMP_DIFF(@run_end, newest, SECOND) AS age
FROM (
SELECT MAX(`at`) AS newest
FROM `app`.`members`
WHERE (
id > 0
)
) AS latest
) AS aged
-- parameters: run_end
-- reads: app.members
