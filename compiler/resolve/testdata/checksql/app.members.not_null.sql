SELECT COUNTIF(`id` IS NULL OR `status` IS NULL) AS violations,
  IF(COUNTIF(`id` IS NULL OR `status` IS NULL) = 0, NULL, CONCAT('id is NULL in ', CAST(COUNTIF(`id` IS NULL) AS STRING), ', ', 'status is NULL in ', CAST(COUNTIF(`status` IS NULL) AS STRING), ' of ', CAST(COUNT(*) AS STRING), ' rows')) AS message
FROM `app`.`members`
WHERE (
id > 0
)
-- parameters: 
-- reads: app.members
