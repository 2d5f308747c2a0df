SELECT
  h.member_id,
  h.status
FROM core.member_status_history AS h
WHERE h.valid_from < TIMESTAMP(DATE_ADD(day, INTERVAL 1 DAY), 'Asia/Tokyo')
  AND (h.valid_to IS NULL OR h.valid_to >= TIMESTAMP(DATE_ADD(day, INTERVAL 1 DAY), 'Asia/Tokyo'))
