SELECT IF(age IS NULL OR age > 86400, 1, 0) AS violations,
  CASE
    WHEN newest IS NULL THEN 'no row has a value of newest'
    WHEN age IS NULL OR age > 86400 THEN CONCAT('the newest newest is ', CAST(newest AS STRING), ', more than 1d before the end of the business day')
    ELSE NULL
  END AS message
FROM (
SELECT newest, CASE
    WHEN LENGTH(newest) = 10 THEN (DATE_DIFF(@run_date, SAFE_CAST(newest AS DATE), DAY) + 1) * 86400
    WHEN REGEXP_CONTAINS(newest, r'[+-][0-9][0-9](:[0-9][0-9])?$') THEN TIMESTAMP_DIFF(@run_end, SAFE_CAST(newest AS TIMESTAMP), SECOND)
    ELSE TIMESTAMP_DIFF(@run_end, TIMESTAMP(SAFE_CAST(newest AS DATETIME), 'Asia/Tokyo'), SECOND)
  END AS age
FROM (
SELECT CAST(MAX(`newest`) AS STRING) AS newest
FROM `mart`.`kpi`
) AS latest
) AS aged
-- parameters: run_date, run_end
-- reads: mart.kpi
