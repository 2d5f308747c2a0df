-- GA4: flat events of the day
SELECT PARSE_DATE('%Y%m%d', event_date) AS event_on, TIMESTAMP_MICROS(event_timestamp) AS event_at, event_name, user_pseudo_id, device.category AS device, geo.country AS country FROM `ga4.events_*` WHERE _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)
;
-- GA4: one parameter each
SELECT user_pseudo_id, event_name, (SELECT p.value.string_value FROM UNNEST(event_params) AS p WHERE p.key = 'page_location') AS page, (SELECT p.value.int_value FROM UNNEST(event_params) AS p WHERE p.key = 'ga_session_id') AS session_id FROM `ga4.events_*` WHERE _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)
;
-- GA4: sessions by their own number
WITH events AS (
  SELECT user_pseudo_id, event_timestamp, event_name, (SELECT p.value.int_value FROM UNNEST(event_params) AS p WHERE p.key = 'ga_session_id') AS session_id
  FROM `ga4.events_*`
  WHERE _TABLE_SUFFIX BETWEEN FORMAT_DATE('%Y%m%d', DATE_SUB(@run_date, INTERVAL 1 DAY)) AND FORMAT_DATE('%Y%m%d', @run_date)
)
SELECT user_pseudo_id, session_id, MIN(event_timestamp) AS began, MAX(event_timestamp) AS ended, COUNT(*) AS events, COUNTIF(event_name = 'page_view') AS views
FROM events
WHERE session_id IS NOT NULL
GROUP BY user_pseudo_id, session_id
;
-- GA4: sessions by half an hour of silence
WITH events AS (
  SELECT user_pseudo_id, TIMESTAMP_MICROS(event_timestamp) AS seen_at, event_name FROM `ga4.events_*` WHERE _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)
), marked AS (
  SELECT *, IF(TIMESTAMP_DIFF(seen_at, LAG(seen_at) OVER (PARTITION BY user_pseudo_id ORDER BY seen_at, event_name), MINUTE) < 30, 0, 1) AS is_new FROM events
), numbered AS (
  SELECT *, SUM(is_new) OVER (PARTITION BY user_pseudo_id ORDER BY seen_at, event_name ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session_number FROM marked
)
SELECT user_pseudo_id, session_number, MIN(seen_at) AS began, MAX(seen_at) AS ended, COUNT(*) AS events FROM numbered GROUP BY user_pseudo_id, session_number
;
-- GA4: items sold
SELECT PARSE_DATE('%Y%m%d', e.event_date) AS sold_on, i.item_id, SUM(i.quantity) AS units, SUM(i.price * i.quantity) AS value FROM `ga4.events_*` AS e, UNNEST(e.items) AS i WHERE e._TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date) AND e.event_name = 'purchase' GROUP BY sold_on, i.item_id
;
-- GA4: daily users by device
SELECT PARSE_DATE('%Y%m%d', event_date) AS day, device.category AS device, COUNT(DISTINCT user_pseudo_id) AS users FROM `ga4.events_*` WHERE _TABLE_SUFFIX >= FORMAT_DATE('%Y%m%d', DATE_SUB(@run_date, INTERVAL 6 DAY)) GROUP BY day, device
;
-- GA4: funnel
WITH steps AS (
  SELECT user_pseudo_id, MIN(IF(event_name = 'view_item', event_timestamp, NULL)) AS viewed, MIN(IF(event_name = 'add_to_cart', event_timestamp, NULL)) AS added, MIN(IF(event_name = 'purchase', event_timestamp, NULL)) AS bought
  FROM `ga4.events_*` WHERE _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date) GROUP BY user_pseudo_id
)
SELECT COUNTIF(viewed IS NOT NULL) AS viewers, COUNTIF(added > viewed) AS adders, COUNTIF(bought > added AND added > viewed) AS buyers FROM steps
;
-- GA4: last source that is not direct
SELECT user_pseudo_id, LAST_VALUE(NULLIF(traffic_source.source, '(direct)') IGNORE NULLS) OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS source, event_timestamp FROM `ga4.events_*` WHERE _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)
;
-- GA4: landing page of a session
SELECT user_pseudo_id, ARRAY_AGG(page ORDER BY seen_at LIMIT 1)[SAFE_OFFSET(0)] AS landing FROM (SELECT user_pseudo_id, event_timestamp AS seen_at, (SELECT p.value.string_value FROM UNNEST(event_params) AS p WHERE p.key = 'page_location') AS page FROM `ga4.events_*` WHERE _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)) WHERE page IS NOT NULL GROUP BY user_pseudo_id
;
-- GA4: a member of the family
SELECT event_name, COUNT(*) AS events FROM `ga4.events_20260101` GROUP BY event_name
;
-- staging: names and types
SELECT order_id, member_id, LOWER(TRIM(status)) AS status, UPPER(currency) AS currency, NULLIF(coupon, '') AS coupon, total, ordered_at, DATE(ordered_at, 'Asia/Tokyo') AS ordered_on FROM shop.orders WHERE ordered_at < @run_end
;
-- staging: the newest version of a row
SELECT order_id, status, total FROM shop.orders WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY updated_at DESC, ordered_at) = 1
;
-- staging: e-mail as a digest
SELECT member_id, TO_HEX(SHA256(LOWER(email))) AS email_digest, REGEXP_EXTRACT(email, r'@(.+)$') AS domain FROM shop.customers
;
-- staging: JSON fields
SELECT sku, JSON_VALUE(attributes, '$.color') AS color, SAFE_CAST(JSON_VALUE(attributes, '$.weight') AS NUMERIC) AS weight, JSON_QUERY_ARRAY(attributes, '$.sizes') AS sizes FROM shop.products
;
-- staging: an array made flat
SELECT p.sku, tag, position FROM shop.products AS p, UNNEST(p.tags) AS tag WITH OFFSET AS position
;
-- staging: an array made flat, empty ones kept
SELECT p.sku, tag FROM shop.products AS p LEFT JOIN UNNEST(p.tags) AS tag
;
-- staging: union of two systems
SELECT order_id AS ref, 'order' AS kind, total AS amount FROM shop.orders UNION ALL SELECT entry_id AS ref, 'ledger' AS kind, amount FROM fin.ledger
;
-- staging: text of amounts
SELECT entry_id, SAFE_CAST(REGEXP_REPLACE(JSON_VALUE(payload, '$.amount'), r'[^0-9.-]', '') AS NUMERIC) AS amount FROM fin.ledger WHERE payload IS NOT NULL
;
-- staging: categories by pattern
SELECT sku, CASE WHEN name LIKE '%shirt%' THEN 'top' WHEN name LIKE '%trouser%' THEN 'bottom' ELSE 'other' END AS part FROM shop.products
;
-- SCD 2: from a history of states
SELECT order_id, status, updated_at AS valid_from, LEAD(updated_at) OVER (PARTITION BY order_id ORDER BY updated_at) AS valid_to, LEAD(updated_at) OVER (PARTITION BY order_id ORDER BY updated_at) IS NULL AS is_current FROM shop.orders
;
-- SCD 2: changes only
WITH marked AS (SELECT order_id, status, updated_at, LAG(status) OVER (PARTITION BY order_id ORDER BY updated_at) AS before FROM shop.orders)
SELECT order_id, status, updated_at FROM marked WHERE before IS NULL OR before != status
;
-- SCD 2: islands of equal states
WITH numbered AS (SELECT order_id, status, updated_at, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY updated_at) - ROW_NUMBER() OVER (PARTITION BY order_id, status ORDER BY updated_at) AS island FROM shop.orders)
SELECT order_id, status, MIN(updated_at) AS since, MAX(updated_at) AS until FROM numbered GROUP BY order_id, status, island
;
-- SCD 2: the state on a day
SELECT s.member_id, s.plan FROM shop.subscriptions AS s WHERE s.started_on <= @run_date AND (s.ended_on IS NULL OR s.ended_on > @run_date)
;
-- SCD: fingerprint of a row
SELECT member_id, FARM_FINGERPRINT(TO_JSON_STRING(STRUCT(name, email, country))) AS print FROM shop.customers
;
-- retention: cohorts by month
WITH first AS (SELECT member_id, DATE_TRUNC(MIN(DATE(ordered_at, 'Asia/Tokyo')), MONTH) AS cohort FROM shop.orders GROUP BY member_id),
active AS (SELECT DISTINCT member_id, DATE_TRUNC(DATE(ordered_at, 'Asia/Tokyo'), MONTH) AS month FROM shop.orders)
SELECT f.cohort, DATE_DIFF(a.month, f.cohort, MONTH) AS months_after, COUNT(DISTINCT a.member_id) AS members FROM first AS f JOIN active AS a ON a.member_id = f.member_id GROUP BY f.cohort, months_after
;
-- retention: share of the cohort
WITH sizes AS (SELECT DATE_TRUNC(started_on, MONTH) AS cohort, COUNT(*) AS members, COUNTIF(ended_on IS NULL) AS kept FROM shop.subscriptions GROUP BY cohort)
SELECT cohort, members, kept, SAFE_DIVIDE(kept, members) AS rate FROM sizes
;
-- retention: day 1, 7, 28
SELECT DATE(c.created_at, 'Asia/Tokyo') AS joined_on, COUNT(DISTINCT c.member_id) AS members, COUNT(DISTINCT IF(DATE_DIFF(DATE(o.ordered_at, 'Asia/Tokyo'), DATE(c.created_at, 'Asia/Tokyo'), DAY) = 7, c.member_id, NULL)) AS day_7 FROM shop.customers AS c LEFT JOIN shop.orders AS o ON o.member_id = c.member_id GROUP BY joined_on
;
-- retention: rolling actives
SELECT d AS day, (SELECT COUNT(DISTINCT member_id) FROM shop.orders WHERE DATE(ordered_at, 'Asia/Tokyo') BETWEEN DATE_SUB(d, INTERVAL 27 DAY) AND d) AS active_28 FROM UNNEST(GENERATE_DATE_ARRAY(DATE_SUB(@run_date, INTERVAL 6 DAY), @run_date)) AS d
;
-- retention: churned in the month
SELECT DATE_TRUNC(ended_on, MONTH) AS month, COUNT(*) AS churned, SUM(monthly) AS lost FROM shop.subscriptions WHERE ended_on IS NOT NULL GROUP BY month
;
-- retention: resurrected members
WITH orders AS (SELECT member_id, DATE(ordered_at, 'Asia/Tokyo') AS day, LAG(DATE(ordered_at, 'Asia/Tokyo')) OVER (PARTITION BY member_id ORDER BY ordered_at) AS before FROM shop.orders)
SELECT member_id, day FROM orders WHERE DATE_DIFF(day, before, DAY) > 90
;
-- funnel: sign-up to order
SELECT DATE(c.created_at, 'Asia/Tokyo') AS joined_on, COUNT(DISTINCT c.member_id) AS joined, COUNT(DISTINCT o.member_id) AS ordered FROM shop.customers AS c LEFT JOIN shop.orders AS o ON o.member_id = c.member_id AND o.ordered_at >= c.created_at GROUP BY joined_on
;
-- funnel: time between steps
WITH t AS (SELECT member_id, MIN(touched_at) AS touched FROM ads.touches GROUP BY member_id), o AS (SELECT member_id, MIN(ordered_at) AS ordered FROM shop.orders GROUP BY member_id)
SELECT t.member_id, TIMESTAMP_DIFF(o.ordered, t.touched, HOUR) AS hours FROM t JOIN o ON o.member_id = t.member_id AND o.ordered > t.touched
;
-- funnel: steps as rows
SELECT 'touched' AS step, 1 AS position, COUNT(DISTINCT member_id) AS members FROM ads.touches UNION ALL SELECT 'ordered', 2, COUNT(DISTINCT member_id) FROM shop.orders
;
-- funnel: drop of each step
WITH steps AS (SELECT 1 AS step, COUNT(DISTINCT member_id) AS n FROM ads.touches UNION ALL SELECT 2, COUNT(DISTINCT member_id) FROM shop.orders)
SELECT step, n, SAFE_DIVIDE(n, LAG(n) OVER (ORDER BY step)) AS kept FROM steps
;
-- finance: revenue of a day
SELECT DATE(ordered_at, 'Asia/Tokyo') AS day, currency, SUM(total) AS revenue, COUNT(*) AS orders, AVG(total) AS mean FROM shop.orders WHERE status NOT IN ('cancelled', 'test') GROUP BY day, currency
;
-- finance: in one currency
SELECT o.order_id, o.total * CAST(r.rate AS NUMERIC) AS yen FROM shop.orders AS o JOIN fin.rates AS r ON r.currency = o.currency AND r.day = DATE(o.ordered_at, 'Asia/Tokyo')
;
-- finance: the last known rate
SELECT currency, day, LAST_VALUE(rate IGNORE NULLS) OVER (PARTITION BY currency ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS rate FROM fin.rates
;
-- finance: balance of an account
SELECT account, posted_on, SUM(SUM(amount)) OVER (PARTITION BY account ORDER BY posted_on) AS balance FROM fin.ledger GROUP BY account, posted_on
;
-- finance: trial balance
SELECT account, SUM(IF(amount > 0, amount, 0)) AS debit, -SUM(IF(amount < 0, amount, 0)) AS credit FROM fin.ledger WHERE posted_on <= @run_date GROUP BY account HAVING SUM(amount) != 0
;
-- finance: month against the month before
WITH months AS (SELECT DATE_TRUNC(posted_on, MONTH) AS month, SUM(amount) AS amount FROM fin.ledger GROUP BY month)
SELECT month, amount, LAG(amount) OVER (ORDER BY month) AS before, SAFE_DIVIDE(amount, LAG(amount) OVER (ORDER BY month)) - 1 AS growth FROM months
;
-- finance: year to date
SELECT posted_on, SUM(amount) OVER (PARTITION BY EXTRACT(YEAR FROM posted_on) ORDER BY posted_on, entry_id) AS year_to_date FROM fin.ledger
;
-- finance: pivot of accounts
SELECT month, cash, receivable FROM (SELECT DATE_TRUNC(posted_on, MONTH) AS month, account, amount FROM fin.ledger) PIVOT (SUM(amount) FOR account IN ('cash' AS cash, 'receivable' AS receivable))
;
-- finance: rollup
SELECT account, currency, SUM(amount) AS amount, GROUPING(currency) AS is_total FROM fin.ledger GROUP BY ROLLUP (account, currency)
;
-- finance: monthly recurring revenue
SELECT d AS day, SUM(s.monthly) AS mrr FROM UNNEST(GENERATE_DATE_ARRAY(DATE_TRUNC(@run_date, MONTH), @run_date)) AS d JOIN shop.subscriptions AS s ON s.started_on <= d AND COALESCE(s.ended_on, DATE '9999-12-31') > d GROUP BY day
;
-- finance: movements of recurring revenue
WITH m AS (SELECT member_id, SUM(IF(started_on <= @run_date, monthly, 0)) AS now, SUM(IF(started_on <= DATE_SUB(@run_date, INTERVAL 1 MONTH), monthly, 0)) AS before FROM shop.subscriptions GROUP BY member_id)
SELECT SUM(IF(before = 0, now, 0)) AS won, SUM(IF(now = 0, before, 0)) AS lost, SUM(GREATEST(now - before, 0)) AS up FROM m
;
-- finance: aged receivables
SELECT counterparty, SUM(IF(DATE_DIFF(@run_date, posted_on, DAY) <= 30, amount, 0)) AS to_30, SUM(IF(DATE_DIFF(@run_date, posted_on, DAY) BETWEEN 31 AND 60, amount, 0)) AS to_60, SUM(IF(DATE_DIFF(@run_date, posted_on, DAY) > 60, amount, 0)) AS older FROM fin.ledger WHERE account = 'receivable' GROUP BY counterparty
;
-- finance: order against ledger
SELECT o.order_id, o.total, l.amount FROM shop.orders AS o FULL JOIN fin.ledger AS l ON l.entry_id = o.order_id WHERE COALESCE(o.total, 0) != COALESCE(l.amount, 0)
;
-- finance: gross margin by category
SELECT p.category, SUM(i.price * i.quantity - p.cost * i.quantity) AS margin, SAFE_DIVIDE(SUM(i.price * i.quantity - p.cost * i.quantity), SUM(i.price * i.quantity)) AS rate FROM shop.items AS i JOIN shop.products AS p ON p.sku = i.sku GROUP BY p.category
;
-- finance: rounding in cents
SELECT entry_id, CAST(ROUND(amount * 100) AS INT64) AS cents FROM fin.ledger
;
-- finance: order totals against items
WITH sums AS (SELECT order_id, SUM(price * quantity) AS total FROM shop.items GROUP BY order_id)
SELECT o.order_id, o.total, s.total AS of_items FROM shop.orders AS o LEFT JOIN sums AS s ON s.order_id = o.order_id WHERE s.total IS NULL OR o.total != s.total
;
-- attribution: last touch
SELECT o.order_id, t.channel, t.campaign FROM shop.orders AS o LEFT JOIN ads.touches AS t ON t.member_id = o.member_id AND t.touched_at BETWEEN TIMESTAMP_SUB(o.ordered_at, INTERVAL 30 DAY) AND o.ordered_at QUALIFY ROW_NUMBER() OVER (PARTITION BY o.order_id ORDER BY t.touched_at DESC, t.touch_id) = 1
;
-- attribution: first touch
WITH first AS (SELECT member_id, channel FROM ads.touches QUALIFY ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY touched_at, touch_id) = 1)
SELECT f.channel, COUNT(*) AS orders, SUM(o.total) AS revenue FROM shop.orders AS o JOIN first AS f ON f.member_id = o.member_id GROUP BY f.channel
;
-- attribution: linear
WITH touched AS (SELECT o.order_id, o.total, t.channel, COUNT(*) OVER (PARTITION BY o.order_id) AS touches FROM shop.orders AS o JOIN ads.touches AS t ON t.member_id = o.member_id AND t.touched_at < o.ordered_at)
SELECT channel, SUM(total / touches) AS revenue FROM touched GROUP BY channel
;
-- attribution: by decay
WITH w AS (SELECT o.order_id, o.total, t.channel, POW(0.5, TIMESTAMP_DIFF(o.ordered_at, t.touched_at, DAY) / 7) AS weight FROM shop.orders AS o JOIN ads.touches AS t ON t.member_id = o.member_id AND t.touched_at < o.ordered_at), n AS (SELECT order_id, channel, total, SAFE_DIVIDE(weight, SUM(weight) OVER (PARTITION BY order_id)) AS share FROM w)
SELECT channel, SUM(CAST(total AS FLOAT64) * share) AS revenue FROM n GROUP BY channel
;
-- attribution: paths
SELECT member_id, STRING_AGG(channel, ' > ' ORDER BY touched_at, touch_id) AS path, COUNT(*) AS touches FROM ads.touches GROUP BY member_id
;
-- marketing: cost of a campaign
SELECT campaign, SUM(cost) AS cost, SAFE_DIVIDE(SUM(cost), SUM(clicks)) AS per_click, SAFE_DIVIDE(SUM(clicks), SUM(impressions)) AS ctr FROM ads.costs WHERE day BETWEEN DATE_TRUNC(@run_date, MONTH) AND @run_date GROUP BY campaign
;
-- marketing: return on spend
WITH spent AS (SELECT campaign, SUM(cost) AS cost FROM ads.costs GROUP BY campaign), won AS (SELECT coupon AS campaign, SUM(total) AS revenue FROM shop.orders WHERE coupon IS NOT NULL GROUP BY coupon)
SELECT COALESCE(s.campaign, w.campaign) AS campaign, s.cost, w.revenue, SAFE_DIVIDE(w.revenue, s.cost) AS roas FROM spent AS s FULL JOIN won AS w ON w.campaign = s.campaign
;
-- marketing: seven-day mean of clicks
SELECT campaign, day, AVG(clicks) OVER (PARTITION BY campaign ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS mean_7 FROM ads.costs
;
-- marketing: best campaigns of each month
SELECT DATE_TRUNC(day, MONTH) AS month, campaign, SUM(clicks) AS total FROM ads.costs GROUP BY month, campaign QUALIFY RANK() OVER (PARTITION BY month ORDER BY SUM(clicks) DESC) <= 3
;
-- marketing: members without an order
SELECT c.member_id FROM shop.customers AS c LEFT JOIN shop.orders AS o ON o.member_id = c.member_id WHERE o.order_id IS NULL
;
-- marketing: members by EXISTS
SELECT c.member_id, c.country FROM shop.customers AS c WHERE EXISTS (SELECT 1 FROM ads.touches AS t WHERE t.member_id = c.member_id AND t.channel = 'mail') AND NOT EXISTS (SELECT 1 FROM shop.orders AS o WHERE o.member_id = c.member_id)
;
-- marketing: recency, frequency, value
SELECT member_id, DATE_DIFF(@run_date, MAX(DATE(ordered_at, 'Asia/Tokyo')), DAY) AS recency, COUNT(*) AS frequency, SUM(total) AS value, NTILE(5) OVER (ORDER BY SUM(total), member_id) AS fifth FROM shop.orders GROUP BY member_id
;
-- marketing: lifetime value
SELECT c.country, AVG(v.value) AS mean_value, APPROX_QUANTILES(v.value, 4)[OFFSET(2)] AS median FROM shop.customers AS c JOIN (SELECT member_id, SUM(total) AS value FROM shop.orders GROUP BY member_id) AS v ON v.member_id = c.member_id GROUP BY c.country
;
-- marketing: A/B groups by hash
SELECT member_id, IF(MOD(ABS(FARM_FINGERPRINT(CAST(member_id AS STRING))), 2) = 0, 'a', 'b') AS arm FROM shop.customers
;
-- marketing: A/B result
WITH arms AS (SELECT member_id, MOD(member_id, 2) AS arm FROM shop.customers)
SELECT a.arm, COUNT(DISTINCT a.member_id) AS members, COUNT(DISTINCT o.member_id) AS buyers, SAFE_DIVIDE(COUNT(DISTINCT o.member_id), COUNT(DISTINCT a.member_id)) AS rate FROM arms AS a LEFT JOIN shop.orders AS o ON o.member_id = a.member_id GROUP BY a.arm
;
-- marketing: birthday this week
SELECT member_id FROM shop.customers WHERE EXTRACT(MONTH FROM birthday) = EXTRACT(MONTH FROM @run_date) AND EXTRACT(DAY FROM birthday) BETWEEN EXTRACT(DAY FROM @run_date) AND EXTRACT(DAY FROM @run_date) + 6
;
-- baskets: bought together
SELECT a.sku AS one, b.sku AS other, COUNT(*) AS orders FROM shop.items AS a JOIN shop.items AS b ON b.order_id = a.order_id AND a.sku < b.sku GROUP BY one, other HAVING COUNT(*) > 10
;
-- baskets: size
SELECT order_id, COUNT(*) AS items, SUM(quantity) AS units, ARRAY_AGG(STRUCT(sku, quantity) ORDER BY item_id) AS list FROM shop.items GROUP BY order_id
;
-- baskets: first and later orders
SELECT order_id, member_id, ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY ordered_at, order_id) = 1 AS is_first FROM shop.orders
;
-- baskets: categories as an array
SELECT o.order_id, ARRAY(SELECT DISTINCT p.category FROM shop.items AS i JOIN shop.products AS p ON p.sku = i.sku WHERE i.order_id = o.order_id ORDER BY p.category) AS categories FROM shop.orders AS o
;
-- products: best of each category
SELECT p.category, p.sku, SUM(i.quantity) AS units FROM shop.items AS i JOIN shop.products AS p ON p.sku = i.sku GROUP BY p.category, p.sku QUALIFY ROW_NUMBER() OVER (PARTITION BY p.category ORDER BY SUM(i.quantity) DESC, p.sku) <= 5
;
-- products: share of sales
SELECT sku, SUM(price * quantity) AS value, SAFE_DIVIDE(SUM(price * quantity), SUM(SUM(price * quantity)) OVER ()) AS share FROM shop.items GROUP BY sku
;
-- products: ABC classes
WITH v AS (SELECT sku, SUM(price * quantity) AS value FROM shop.items GROUP BY sku), c AS (SELECT sku, value, SAFE_DIVIDE(SUM(value) OVER (ORDER BY value DESC, sku), SUM(value) OVER ()) AS upto FROM v)
SELECT sku, value, CASE WHEN upto <= 0.8 THEN 'a' WHEN upto <= 0.95 THEN 'b' ELSE 'c' END AS class FROM c
;
-- products: never sold
SELECT sku FROM shop.products WHERE sku NOT IN (SELECT sku FROM shop.items)
;
-- products: with a tag
SELECT sku, name FROM shop.products WHERE 'summer' IN UNNEST(tags)
;
-- products: tags counted
SELECT tag, COUNT(*) AS products FROM shop.products, UNNEST(tags) AS tag GROUP BY tag
;
-- products: search words
SELECT sku, word FROM shop.products, UNNEST(SPLIT(LOWER(name), ' ')) AS word WHERE LENGTH(word) > 2
;
-- stock: days of reach
WITH sold AS (SELECT sku, SUM(quantity) / 28 AS a_day FROM shop.items GROUP BY sku)
SELECT s.sku, s.units, SAFE_DIVIDE(s.units, d.a_day) AS days FROM ops.stock AS s LEFT JOIN sold AS d ON d.sku = s.sku WHERE s.counted_on = @run_date
;
-- stock: change since yesterday
SELECT sku, counted_on, units - LAG(units) OVER (PARTITION BY sku ORDER BY counted_on) AS change FROM ops.stock
;
-- stock: gaps filled
SELECT d AS day, s.sku, LAST_VALUE(k.units IGNORE NULLS) OVER (PARTITION BY s.sku ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS units FROM UNNEST(GENERATE_DATE_ARRAY(DATE_SUB(@run_date, INTERVAL 30 DAY), @run_date)) AS d CROSS JOIN (SELECT DISTINCT sku FROM ops.stock) AS s LEFT JOIN ops.stock AS k ON k.sku = s.sku AND k.counted_on = d
;
-- stock: below the minimum
SELECT sku, MIN(units) AS least FROM ops.stock WHERE counted_on BETWEEN DATE_SUB(@run_date, INTERVAL 7 DAY) AND @run_date GROUP BY sku HAVING MIN(units) < 5
;
-- operations: latency
SELECT TIMESTAMP_TRUNC(seen_at, HOUR) AS hour, path, APPROX_QUANTILES(latency_ms, 100)[OFFSET(95)] AS p95, AVG(latency_ms) AS mean, COUNT(*) AS requests FROM ops.requests WHERE seen_at >= @run_start AND seen_at < @run_end GROUP BY hour, path
;
-- operations: errors by path
SELECT path, COUNTIF(status >= 500) AS errors, COUNT(*) AS requests, COUNTIF(status >= 500) / COUNT(*) AS rate FROM ops.requests WHERE seen_at >= @run_start AND seen_at < @run_end GROUP BY path
;
-- operations: path without ids
SELECT REGEXP_REPLACE(path, r'/\d+', '/:id') AS route, COUNT(*) AS requests FROM ops.requests WHERE seen_at >= @run_start AND seen_at < @run_end GROUP BY route
;
-- operations: bots
SELECT request_id, REGEXP_CONTAINS(LOWER(user_agent), r'bot|crawler|spider') AS is_bot FROM ops.requests WHERE seen_at >= @run_start
;
-- operations: body as JSON
WITH r AS (SELECT request_id, SAFE.PARSE_JSON(body) AS body FROM ops.requests)
SELECT request_id, STRING(body.action) AS action, INT64(body.amount) AS amount FROM r WHERE body IS NOT NULL
;
-- operations: minutes of quiet
SELECT request_id, TIMESTAMP_DIFF(seen_at, LAG(seen_at) OVER (ORDER BY seen_at, request_id), SECOND) AS seconds FROM ops.requests WHERE seen_at >= @run_start AND seen_at < @run_end
;
-- operations: hour of the day
SELECT EXTRACT(HOUR FROM seen_at AT TIME ZONE 'Asia/Tokyo') AS hour, COUNT(*) AS requests FROM ops.requests GROUP BY hour
;
-- operations: buckets of latency
SELECT RANGE_BUCKET(latency_ms, [10, 50, 100, 500, 1000]) AS bucket, COUNT(*) AS requests FROM ops.requests GROUP BY bucket
;
-- operations: status families
SELECT DIV(status, 100) AS family, COUNT(*) AS requests FROM ops.requests GROUP BY family
;
-- operations: sample by hash
SELECT request_id, path FROM ops.requests WHERE MOD(ABS(FARM_FINGERPRINT(request_id)), 100) = 0
;
-- support: first answer and closing
SELECT ticket_id, TIMESTAMP_DIFF(closed_at, opened_at, MINUTE) AS minutes, closed_at IS NULL AS is_open FROM ops.tickets
;
-- support: opened and closed a day
WITH o AS (SELECT DATE(opened_at, 'Asia/Tokyo') AS day, COUNT(*) AS opened FROM ops.tickets GROUP BY day), c AS (SELECT DATE(closed_at, 'Asia/Tokyo') AS day, COUNT(*) AS closed FROM ops.tickets WHERE closed_at IS NOT NULL GROUP BY day)
SELECT COALESCE(o.day, c.day) AS day, COALESCE(o.opened, 0) AS opened, COALESCE(c.closed, 0) AS closed FROM o FULL JOIN c ON c.day = o.day
;
-- support: satisfaction
SELECT topic, COUNTIF(score >= 9) / COUNT(*) - COUNTIF(score <= 6) / COUNT(*) AS nps FROM ops.tickets WHERE score IS NOT NULL GROUP BY topic
;
-- support: tickets beside orders
WITH t AS (SELECT member_id, COUNT(*) AS tickets FROM ops.tickets GROUP BY member_id), o AS (SELECT member_id, COUNT(*) AS orders FROM shop.orders GROUP BY member_id)
SELECT c.member_id, COALESCE(t.tickets, 0) AS tickets, COALESCE(o.orders, 0) AS orders FROM shop.customers AS c LEFT JOIN t ON t.member_id = c.member_id LEFT JOIN o ON o.member_id = c.member_id
;
-- support: backlog
SELECT d AS day, COUNTIF(DATE(t.opened_at, 'Asia/Tokyo') <= d AND (t.closed_at IS NULL OR DATE(t.closed_at, 'Asia/Tokyo') > d)) AS backlog FROM UNNEST(GENERATE_DATE_ARRAY(DATE_SUB(@run_date, INTERVAL 6 DAY), @run_date)) AS d CROSS JOIN ops.tickets AS t GROUP BY day
;
-- calendar: days with their weeks
SELECT d AS day, EXTRACT(ISOWEEK FROM d) AS week, FORMAT_DATE('%G-W%V', d) AS week_label, EXTRACT(DAYOFWEEK FROM d) IN (1, 7) AS is_weekend, LAST_DAY(d) AS month_end FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2020-01-01', DATE '2030-12-31')) AS d
;
-- calendar: fiscal year
SELECT d AS day, EXTRACT(YEAR FROM DATE_SUB(d, INTERVAL 3 MONTH)) AS fiscal_year FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2020-01-01', DATE '2030-12-31')) AS d
;
-- calendar: hours of a day in its zone
SELECT TIMESTAMP_TRUNC(h, HOUR) AS hour, EXTRACT(HOUR FROM h AT TIME ZONE 'Asia/Tokyo') AS local_hour FROM UNNEST(GENERATE_TIMESTAMP_ARRAY(@run_start, @run_end, INTERVAL 1 HOUR)) AS h WHERE h < @run_end
;
-- calendar: business days between
SELECT order_id, (SELECT COUNT(*) FROM UNNEST(GENERATE_DATE_ARRAY(DATE(ordered_at, 'Asia/Tokyo'), DATE(shipped_at, 'Asia/Tokyo'))) AS d WHERE EXTRACT(DAYOFWEEK FROM d) BETWEEN 2 AND 6) AS business_days FROM shop.orders WHERE shipped_at IS NOT NULL
;
-- recursive: a tree of numbers
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n
;
-- recursive: months since a start
WITH RECURSIVE m AS (SELECT sub_id, started_on AS day FROM shop.subscriptions UNION ALL SELECT sub_id, DATE_ADD(day, INTERVAL 1 MONTH) FROM m WHERE day < @run_date) SELECT sub_id, day FROM m WHERE day <= @run_date
;
-- sets: in one and not the other
SELECT member_id FROM shop.orders EXCEPT DISTINCT SELECT member_id FROM ops.tickets
;
-- sets: in both
SELECT member_id FROM shop.orders INTERSECT DISTINCT SELECT member_id FROM ops.tickets
;
-- sets: all who ever did something
SELECT member_id FROM shop.orders UNION DISTINCT SELECT member_id FROM ads.touches UNION DISTINCT SELECT member_id FROM ops.tickets
;
-- sets: edges both ways
SELECT order_id, member_id FROM shop.orders UNION ALL SELECT member_id, order_id FROM shop.orders
;
-- windows: named
SELECT order_id, SUM(total) OVER w AS running, COUNT(*) OVER w AS number FROM shop.orders WINDOW w AS (PARTITION BY member_id ORDER BY ordered_at, order_id)
;
-- windows: share of the group
SELECT order_id, SAFE_DIVIDE(total, SUM(total) OVER (PARTITION BY member_id)) AS share, MAX(total) OVER (PARTITION BY member_id) AS most FROM shop.orders
;
-- windows: median
SELECT DISTINCT currency, PERCENTILE_CONT(total, 0.5) OVER (PARTITION BY currency) AS median FROM shop.orders
;
-- windows: first of a kind
SELECT member_id, FIRST_VALUE(coupon IGNORE NULLS) OVER (PARTITION BY member_id ORDER BY ordered_at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS first_coupon FROM shop.orders
;
-- windows: rank with ties meant
SELECT member_id, total, RANK() OVER (ORDER BY total DESC) AS place FROM shop.orders
;
-- windows: range of days
SELECT order_id, SUM(total) OVER (PARTITION BY member_id ORDER BY UNIX_DATE(DATE(ordered_at, 'Asia/Tokyo')) RANGE BETWEEN 29 PRECEDING AND CURRENT ROW) AS last_30 FROM shop.orders
;
-- aggregation: conditions
SELECT member_id, COUNTIF(status = 'paid') AS paid, COUNT(DISTINCT IF(status = 'paid', currency, NULL)) AS currencies, LOGICAL_OR(coupon IS NOT NULL) AS ever_coupon, MAX_BY(status, updated_at) AS last_status FROM shop.orders GROUP BY member_id
;
-- aggregation: any value
SELECT i.order_id, ANY_VALUE(o.currency) AS currency, SUM(i.price * i.quantity) AS value FROM shop.items AS i JOIN shop.orders AS o ON o.order_id = i.order_id GROUP BY i.order_id
;
-- aggregation: count of non-null as meant
SELECT COUNT(*) AS orders, COUNT(coupon) AS with_coupon, COUNT(DISTINCT coupon) AS coupons FROM shop.orders
;
-- aggregation: COUNT(IF) with NULL
SELECT COUNT(IF(status = 'paid', 1, NULL)) AS paid, COUNT(CASE WHEN total > 100 THEN order_id END) AS large FROM shop.orders
;
-- aggregation: grouping sets
SELECT currency, status, COUNT(*) AS orders FROM shop.orders GROUP BY GROUPING SETS ((currency, status), (currency), ())
;
-- aggregation: deduplicated sums
SELECT member_id, SUM(total) AS total FROM (SELECT DISTINCT order_id, member_id, total FROM shop.orders) GROUP BY member_id
;
-- aggregation: weighted mean
SELECT sku, SAFE_DIVIDE(SUM(price * quantity), SUM(quantity)) AS mean_price FROM shop.items GROUP BY sku
;
-- aggregation: histogram
SELECT FLOOR(CAST(total AS FLOAT64) / 10) * 10 AS bucket, COUNT(*) AS orders FROM shop.orders GROUP BY bucket
;
-- aggregation: standard deviation, outliers
WITH s AS (SELECT sku, price, AVG(price) OVER (PARTITION BY sku) AS mean, STDDEV(price) OVER (PARTITION BY sku) AS sd FROM shop.items)
SELECT sku, price FROM s WHERE sd > 0 AND ABS(CAST(price AS FLOAT64) - CAST(mean AS FLOAT64)) / sd > 3
;
-- joins: three tables
SELECT c.country, p.category, SUM(i.price * i.quantity) AS value FROM shop.orders AS o JOIN shop.customers AS c ON c.member_id = o.member_id JOIN shop.items AS i ON i.order_id = o.order_id JOIN shop.products AS p ON p.sku = i.sku GROUP BY c.country, p.category
;
-- joins: USING
SELECT order_id, o.member_id, i.sku FROM shop.orders AS o JOIN shop.items AS i USING (order_id)
;
-- joins: comma with a condition
SELECT o.order_id, c.country FROM shop.orders AS o, shop.customers AS c WHERE o.member_id = c.member_id
;
-- joins: one row of parameters
WITH p AS (SELECT MAX(day) AS latest FROM fin.rates) SELECT r.currency, r.rate FROM fin.rates AS r CROSS JOIN p WHERE r.day = p.latest
;
-- joins: the condition in ON
SELECT c.member_id, o.order_id FROM shop.customers AS c LEFT JOIN shop.orders AS o ON o.member_id = c.member_id AND o.status = 'paid'
;
-- joins: outer, then coalesced in WHERE
SELECT c.member_id FROM shop.customers AS c LEFT JOIN (SELECT member_id, COUNT(*) AS n FROM shop.orders GROUP BY member_id) AS o ON o.member_id = c.member_id WHERE COALESCE(o.n, 0) < 3
;
-- joins: as of
SELECT o.order_id, s.plan FROM shop.orders AS o LEFT JOIN shop.subscriptions AS s ON s.member_id = o.member_id AND DATE(o.ordered_at, 'Asia/Tokyo') >= s.started_on AND (s.ended_on IS NULL OR DATE(o.ordered_at, 'Asia/Tokyo') < s.ended_on)
;
-- joins: self, the order before
SELECT a.order_id, MAX(b.ordered_at) AS before FROM shop.orders AS a JOIN shop.orders AS b ON b.member_id = a.member_id AND b.ordered_at < a.ordered_at GROUP BY a.order_id
;
-- joins: distinct members of items
SELECT COUNT(DISTINCT o.member_id) AS members, SUM(i.quantity) AS units FROM shop.orders AS o JOIN shop.items AS i ON i.order_id = o.order_id
;
-- times: business day of the platform
SELECT order_id, ordered_at FROM shop.orders WHERE ordered_at >= @run_start AND ordered_at < @run_end
;
-- times: week that begins on Monday
SELECT DATE_TRUNC(DATE(ordered_at, 'Asia/Tokyo'), WEEK(MONDAY)) AS week, COUNT(*) AS orders FROM shop.orders GROUP BY week
;
-- times: ages
SELECT member_id, DATE_DIFF(@run_date, birthday, YEAR) - IF(FORMAT_DATE('%m%d', birthday) > FORMAT_DATE('%m%d', @run_date), 1, 0) AS age FROM shop.customers
;
-- times: when it was made
SELECT order_id, total, CURRENT_TIMESTAMP() AS loaded_at FROM shop.orders
;
-- times: text of an instant
SELECT order_id, FORMAT_TIMESTAMP('%Y-%m-%d %H:%M', ordered_at, 'Asia/Tokyo') AS ordered, FORMAT_TIMESTAMP('%FT%TZ', ordered_at) AS utc FROM shop.orders
;
-- times: unix seconds
SELECT request_id, UNIX_SECONDS(seen_at) AS seconds, TIMESTAMP_SECONDS(UNIX_SECONDS(seen_at)) AS back FROM ops.requests
;
-- text: parts of an address
SELECT path, SPLIT(path, '/')[SAFE_OFFSET(1)] AS section, NET.HOST(path) AS host, REGEXP_EXTRACT(path, r'[?&]q=([^&]+)') AS query FROM ops.requests
;
-- text: names put together
SELECT member_id, ARRAY_TO_STRING([name, city, country], ', ') AS label FROM shop.customers
;
-- text: normalised
SELECT sku, NORMALIZE_AND_CASEFOLD(TRIM(name)) AS name FROM shop.products
;
-- structs: nested result
SELECT o.order_id, STRUCT(c.country AS country, c.city AS city) AS place, ARRAY_AGG(STRUCT(i.sku, i.quantity) ORDER BY i.item_id) AS lines FROM shop.orders AS o JOIN shop.customers AS c ON c.member_id = o.member_id JOIN shop.items AS i ON i.order_id = o.order_id GROUP BY o.order_id, c.country, c.city
;
-- arrays: set operations
SELECT sku, ARRAY_LENGTH(tags) AS n, ARRAY_CONCAT(tags, ['all']) AS more, EXISTS (SELECT 1 FROM UNNEST(tags) AS t WHERE STARTS_WITH(t, 'x')) AS has_x FROM shop.products
;
-- unpivot: measures as rows
SELECT campaign, day, measure, value FROM (SELECT campaign, day, clicks, impressions FROM ads.costs) UNPIVOT (value FOR measure IN (clicks, impressions))
;
-- features: for a model
SELECT c.member_id, DATE_DIFF(@run_date, DATE(c.created_at, 'Asia/Tokyo'), DAY) AS days, COALESCE(o.orders, 0) AS orders, COALESCE(o.revenue, 0) AS revenue, COALESCE(t.tickets, 0) AS tickets FROM shop.customers AS c LEFT JOIN (SELECT member_id, COUNT(*) AS orders, SUM(total) AS revenue FROM shop.orders WHERE ordered_at < @run_end GROUP BY member_id) AS o ON o.member_id = c.member_id LEFT JOIN (SELECT member_id, COUNT(*) AS tickets FROM ops.tickets WHERE opened_at < @run_end GROUP BY member_id) AS t ON t.member_id = c.member_id
;
-- features: label of the next month
SELECT s.member_id, s.ended_on BETWEEN @run_date AND DATE_ADD(@run_date, INTERVAL 30 DAY) AS churns FROM shop.subscriptions AS s WHERE s.started_on <= @run_date
;
-- quality: keys that repeat
SELECT sku, counted_on, COUNT(*) AS n FROM ops.stock GROUP BY sku, counted_on HAVING COUNT(*) > 1
;
-- quality: orphans
SELECT i.item_id FROM shop.items AS i LEFT JOIN shop.products AS p ON p.sku = i.sku WHERE p.sku IS NULL
;
-- quality: shares of NULL
SELECT COUNTIF(coupon IS NULL) / COUNT(*) AS no_coupon, COUNTIF(currency IS NULL) AS no_currency, currency FROM shop.orders GROUP BY currency
;
-- dashboard: key figures in one row
SELECT @run_date AS day, (SELECT COUNT(*) FROM shop.customers) AS customers, (SELECT SUM(total) FROM shop.orders WHERE DATE(ordered_at, 'Asia/Tokyo') = @run_date) AS revenue, (SELECT COUNT(*) FROM ops.tickets WHERE closed_at IS NULL) AS open_tickets
;
-- dashboard: top ten of the day
SELECT sku, SUM(quantity) AS units FROM shop.items GROUP BY sku ORDER BY units DESC, sku LIMIT 10
;
-- dashboard: this year and the last
SELECT EXTRACT(MONTH FROM posted_on) AS month, SUM(IF(EXTRACT(YEAR FROM posted_on) = EXTRACT(YEAR FROM @run_date), amount, 0)) AS this_year, SUM(IF(EXTRACT(YEAR FROM posted_on) = EXTRACT(YEAR FROM @run_date) - 1, amount, 0)) AS last_year FROM fin.ledger GROUP BY month
;
-- pipes: the same with pipe operators
FROM shop.orders |> WHERE status = 'paid' |> AGGREGATE SUM(total) AS revenue, COUNT(*) AS orders GROUP BY currency |> ORDER BY revenue DESC |> LIMIT 5
