-- For boards of education: usage by region and kind of school, no school named.
SELECT
  COALESCE(region, 'unknown') AS region,
  kind,
  COUNT(*) AS schools,
  SUM(seats) AS seats,
  SUM(pupils) AS pupils,
  SUM(active_pupils) AS active_pupils,
  SUM(minutes) AS minutes,
  ROUND(SAFE_DIVIDE(SUM(minutes), SUM(active_pupils)), 2) AS minutes_per_active_pupil
FROM mart.school_usage
GROUP BY region, kind
