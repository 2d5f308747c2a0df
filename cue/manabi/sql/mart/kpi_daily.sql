-- The company on one business day.
SELECT
  @run_date AS kpi_on,
  (SELECT COUNT(*) FROM stg.members WHERE joined_on = @run_date) AS new_members,
  (SELECT COUNT(*) FROM core.member_status WHERE status IN ('active', 'past_due')) AS paying_members,
  (SELECT COUNT(*) FROM core.member_status WHERE status = 'trial') AS trial_members,
  (SELECT COUNT(DISTINCT member_id) FROM core.billing_events WHERE occurred_on = @run_date AND event_type = 'cancelled') AS cancellations,
  (SELECT COALESCE(SUM(net_yen), 0) FROM core.payments WHERE paid_on = @run_date) AS net_revenue_yen,
  (SELECT COALESCE(SUM(monthly_yen), 0) FROM core.member_status) AS mrr_yen,
  (SELECT COUNT(DISTINCT member_id) FROM core.study_days WHERE studied_on = @run_date) AS daily_learners,
  (
    SELECT COUNT(DISTINCT member_id)
    FROM core.study_days
    WHERE studied_on BETWEEN DATE_SUB(@run_date, INTERVAL @active_days - 1 DAY) AND @run_date
  ) AS active_learners,
  (SELECT COUNT(*) FROM core.lesson_views WHERE viewed_on = @run_date) AS lesson_views,
  (SELECT COUNTIF(completed) FROM core.lesson_views WHERE viewed_on = @run_date) AS lessons_completed,
  (SELECT COUNT(*) FROM core.quiz_attempts WHERE started_on = @run_date AND NOT abandoned) AS quizzes_submitted,
  (SELECT COUNT(*) FROM stg.crm_tickets WHERE opened_on = @run_date) AS tickets_opened
