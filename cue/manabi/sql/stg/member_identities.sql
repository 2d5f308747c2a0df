-- SecureDB as far as it is let out: a year of birth, four digits of a phone number.
SELECT
  i.member_id,
  EXTRACT(YEAR FROM i.birth_date) AS birth_year,
  fn.age_band(EXTRACT(YEAR FROM @run_date) - EXTRACT(YEAR FROM i.birth_date)) AS age_band,
  i.phone AS phone_last_four,
  i.email AS email_hash,
  g.guardian_count
FROM secure.identities AS i
LEFT JOIN (
  SELECT member_id, COUNT(*) AS guardian_count
  FROM secure.guardians
  GROUP BY member_id
) AS g
  ON g.member_id = i.member_id
