SELECT
  s.school_id,
  s.school_name,
  s.kind,
  s.prefecture_code,
  p.prefecture_name,
  p.region,
  s.seats,
  s.contract_started_on,
  s.contract_ends_on,
  @run_date BETWEEN s.contract_started_on AND COALESCE(s.contract_ends_on, DATE '9999-12-31') AS under_contract
FROM app.schools AS s
LEFT JOIN reference.prefectures AS p
  ON p.prefecture_code = s.prefecture_code
