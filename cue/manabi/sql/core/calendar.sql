-- 400 days up to the business day, with what schools and offices do on them.
SELECT
  day AS calendar_on,
  EXTRACT(YEAR FROM day) AS year,
  EXTRACT(MONTH FROM day) AS month,
  DATE_TRUNC(day, WEEK(MONDAY)) AS week_starts_on,
  DATE_TRUNC(day, MONTH) AS month_starts_on,
  LAST_DAY(day, MONTH) AS month_ends_on,
  EXTRACT(DAYOFWEEK FROM day) AS day_of_week,
  IF(EXTRACT(MONTH FROM day) >= 4, EXTRACT(YEAR FROM day), EXTRACT(YEAR FROM day) - 1) AS school_year,
  h.holiday_name,
  h.holiday_date IS NOT NULL OR EXTRACT(DAYOFWEEK FROM day) IN (1, 7) AS is_day_off
FROM UNNEST(GENERATE_DATE_ARRAY(DATE_SUB(@run_date, INTERVAL 400 DAY), @run_date, INTERVAL 1 DAY)) AS day
LEFT JOIN public_data.holidays AS h
  ON h.holiday_date = day
