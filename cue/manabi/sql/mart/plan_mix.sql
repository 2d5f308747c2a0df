-- Stages down, plans across: who is on what.
SELECT
  stage,
  basic,
  standard,
  premium,
  family,
  standard_year,
  basic + standard + premium + family + standard_year AS total
FROM (
  SELECT stage, plan_id, member_id
  FROM core.members
  WHERE status IN ('active', 'past_due')
)
PIVOT (
  COUNT(DISTINCT member_id)
  FOR plan_id IN ('basic', 'standard', 'premium', 'family', 'standard_year')
)
