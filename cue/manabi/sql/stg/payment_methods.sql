-- The means of payment in use: the newest of each member.
SELECT
  member_id,
  payment_method_id,
  method,
  brand,
  expires_on,
  expires_on < DATE_ADD(@run_date, INTERVAL 1 MONTH) AS expires_soon
FROM secure.payment_methods
WHERE updated_at < @run_end
QUALIFY ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY updated_at DESC, payment_method_id DESC) = 1
