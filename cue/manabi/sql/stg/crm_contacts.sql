-- Contacts with the member that they belong to, as far as external_id tells.
SELECT
  contact_id,
  SAFE_CAST(REGEXP_EXTRACT(external_id, r'([0-9]+)$') AS INT64) AS member_id,
  LOWER(TRIM(email)) AS email,
  stage,
  COALESCE(opted_out, FALSE) AS opted_out,
  (SELECT f.value FROM UNNEST(custom_fields) AS f WHERE f.name = 'segment' LIMIT 1) AS segment,
  ARRAY_LENGTH(custom_fields) AS custom_field_count,
  updated_at
FROM crm.contacts
WHERE updated_at < @run_end
QUALIFY ROW_NUMBER() OVER (PARTITION BY contact_id ORDER BY updated_at DESC) = 1
