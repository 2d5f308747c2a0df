-- Tickets of the last thirty days by category.
SELECT
  category,
  COUNT(*) AS tickets,
  COUNTIF(status != 'closed') AS open_tickets,
  COUNTIF(sensitive_case) AS sensitive_cases,
  COUNT(satisfaction) AS answers,
  ROUND(AVG(satisfaction), 4) AS mean_satisfaction,
  MAX(minutes_to_close) AS slowest_minutes,
  COUNTIF(member_id IS NULL) AS unknown_members
FROM stg.crm_tickets
WHERE opened_on BETWEEN DATE_SUB(@run_date, INTERVAL 29 DAY) AND @run_date
GROUP BY category
