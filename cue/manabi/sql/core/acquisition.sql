-- How a member was won, and how long it took until they paid.
SELECT
  m.member_id,
  m.joined_on,
  m.acquisition_channel,
  m.campaign_code,
  c.campaign_name,
  m.joined_on BETWEEN c.starts_on AND c.ends_on AS within_campaign,
  f.first_paid_on,
  f.first_paid_yen,
  DATE_DIFF(f.first_paid_on, m.joined_on, DAY) AS days_to_pay
FROM stg.members AS m
LEFT JOIN crm.campaigns AS c
  ON c.campaign_code = m.campaign_code
LEFT JOIN (
  SELECT
    member_id,
    paid_on AS first_paid_on,
    amount_yen AS first_paid_yen
  FROM stg.payments
  WHERE status != 'failed'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY paid_at, payment_id) = 1
) AS f
  ON f.member_id = m.member_id
