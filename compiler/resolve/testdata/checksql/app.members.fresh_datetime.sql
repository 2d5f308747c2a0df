SELECT IF(age IS NULL OR age > 5400, 1, 0) AS violations,
  CASE
    WHEN newest IS NULL THEN 'no row has a value of local_at'
    WHEN age IS NULL OR age > 5400 THEN CONCAT('the newest local_at is ', CAST(newest AS STRING), ', more than 1h30m before the end of the business day')
    ELSE NULL
  END AS message
FROM (
SELECT newest, TIMESTAMP_DIFF(@run_end, TIMESTAMP(newest, 'Asia/Tokyo'), SECOND) AS age
FROM (
SELECT MAX(`local_at`) AS newest
FROM `app`.`members`
) AS latest
) AS aged
-- parameters: run_end
-- reads: app.members
