SELECT
  order_id,
  school_id,
  TRIM(publisher) AS publisher,
  seats,
  unit_price_yen,
  seats * unit_price_yen AS amount_yen,
  ordered_on,
  load_date AS received_on
FROM partner.school_orders
WHERE load_date <= @run_date
  AND seats > 0
QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY load_date, seats DESC) = 1
