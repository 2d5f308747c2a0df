### GAP_FILL of a table
SELECT * FROM GAP_FILL(TABLE core.sensors, ts_column => 'ts', bucket_width => INTERVAL 1 MINUTE, value_columns => [('temperature', 'linear'), ('state', 'locf')]) ORDER BY ts
--->
reads core.sensors
column ts TIMESTAMP
column temperature FLOAT64
column state STRING

### GAP_FILL of a subquery with partitions, an origin and nulls
SELECT time, sensor, t FROM GAP_FILL(
  (SELECT DATETIME(ts) AS time, sensor, temperature AS t FROM core.sensors),
  ts_column => 'time', bucket_width => INTERVAL '15' MINUTE, partitioning_columns => ['sensor'],
  value_columns => [('t', 'null')], origin => DATETIME '2026-01-01 00:00:00', ignore_null_values => FALSE)
--->
reads core.sensors
column time DATETIME
column sensor STRING
column t FLOAT64

### GAP_FILL without value columns gives all
SELECT * FROM GAP_FILL(TABLE core.sensors, ts_column => 'local', bucket_width => INTERVAL 1 HOUR)
--->
reads core.sensors
column local DATETIME
column sensor STRING
column ts TIMESTAMP
column temperature FLOAT64
column humidity FLOAT64
column state STRING

### GAP_FILL of a CTE
WITH hourly AS (SELECT sensor, TIMESTAMP_TRUNC(ts, HOUR) AS h, AVG(temperature) AS t FROM core.sensors GROUP BY 1, 2)
SELECT h, t FROM GAP_FILL(TABLE hourly, ts_column => 'h', bucket_width => INTERVAL 1 HOUR, partitioning_columns => ['sensor'], value_columns => [('t', 'linear')])
--->
reads core.sensors
column h TIMESTAMP
column t FLOAT64

### refused: GAP_FILL by a column that is not there
SELECT * FROM GAP_FILL(TABLE core.sensors, ts_column => 'tz', bucket_width => INTERVAL 1 MINUTE)
--->
reads core.sensors
SL4003 at "tz": GAP_FILL: ts_column names the column tz, which the input does not have
  hint: did you mean "ts"?

### refused: GAP_FILL by text
SELECT * FROM GAP_FILL(TABLE core.sensors, ts_column => 'state', bucket_width => INTERVAL 1 MINUTE)
--->
reads core.sensors
SL4006 at "GAP_FILL": GAP_FILL: ts_column is STRING, expected type DATE, DATETIME or TIMESTAMP

### refused: GAP_FILL by no method
SELECT * FROM GAP_FILL(TABLE core.sensors, ts_column => 'ts', bucket_width => INTERVAL 1 MINUTE, value_columns => [('state', 'backwards')])
--->
reads core.sensors
SL4002 at "backwards": GAP_FILL: there is no method "backwards" to fill gaps with
  hint: the methods are null, linear and locf

### APPENDS
SELECT member_id, _CHANGE_TYPE AS change, _CHANGE_TIMESTAMP AS changed_at FROM APPENDS(TABLE core.billing, NULL, NULL)
--->
reads core.billing
column member_id INT64
column change STRING
column changed_at TIMESTAMP

### APPENDS of a span, all columns
SELECT * FROM APPENDS(TABLE core.billing, TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 HOUR))
--->
reads core.billing
column member_id INT64
column paid NUMERIC
column day DATE
column currency STRING

### CHANGES
SELECT member_id, _CHANGE_TYPE FROM CHANGES(TABLE core.billing, NULL, TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 601 SECOND))
--->
reads core.billing
column member_id INT64
column _CHANGE_TYPE STRING

### RANGE_SESSIONIZE
SELECT user_id, session_range, COUNT(*) AS n FROM RANGE_SESSIONIZE(TABLE core.sessions, 'during', ['user_id'], 'OVERLAPS') GROUP BY ALL
--->
reads core.sessions
column user_id STRING
column session_range RANGE<TIMESTAMP>
column n INT64

### VECTOR_SEARCH by a table
SELECT query.question, base.title, distance FROM VECTOR_SEARCH(TABLE core.documents, 'embedding', TABLE core.queries, query_column_to_search => 'vector', top_k => 5, distance_type => 'COSINE', options => '{"fraction_lists_to_search": 0.01}')
--->
reads core.documents, core.queries
column question STRING
column title STRING
column distance FLOAT64

### VECTOR_SEARCH by a subquery
SELECT base.id AS id, query.v, distance FROM VECTOR_SEARCH((SELECT * FROM core.documents WHERE title IS NOT NULL), 'embedding', (SELECT vector AS v FROM core.queries LIMIT 1), top_k => 3)
--->
reads core.documents, core.queries
column id INT64
column v ARRAY<FLOAT64>
column distance FLOAT64

### refused: EXTERNAL_QUERY
SELECT * FROM EXTERNAL_QUERY('my-project.us.pg', 'SELECT id, name FROM customers')
--->
SL4054 at "EXTERNAL_QUERY": EXTERNAL_QUERY: its columns are known to the other database only
  hint: declare columns and set analysis: "baseline" with a reason, or declare a source that loads the table

### EXTERNAL_OBJECT_TRANSFORM
SELECT uri, signed_url FROM EXTERNAL_OBJECT_TRANSFORM(TABLE core.files, ['SIGNED_URL'])
--->
reads core.files
column uri STRING
column signed_url STRING

### ML.PREDICT with a classifier
SELECT id, predicted_churned, (SELECT prob FROM UNNEST(predicted_churned_probs) WHERE label) AS p FROM ML.PREDICT(MODEL mart.churn, (SELECT id, plan, score FROM core.members))
--->
reads core.members, mart.churn
column id INT64
column predicted_churned BOOL
column p FLOAT64

### ML.PREDICT of a table with options
SELECT * EXCEPT (tags, items, doc, address, raw, home, active) FROM ML.PREDICT(MODEL `mart.churn`, TABLE core.members, STRUCT(0.55 AS threshold))
--->
reads core.members, mart.churn
column predicted_churned BOOL
column predicted_churned_probs ARRAY<STRUCT<label BOOL, prob FLOAT64>>
column id INT64
column email STRING
column plan STRING
column joined DATE
column seen TIMESTAMP
column amount NUMERIC
column score FLOAT64
column churned BOOL

### ML.PREDICT with a regressor
SELECT id, predicted_amount FROM ML.PREDICT(MODEL `mart.spend`, TABLE core.members)
--->
reads core.members, mart.spend
column id INT64
column predicted_amount FLOAT64

### ML.PREDICT with clusters
SELECT CENTROID_ID, COUNT(*) AS n, AVG(NEAREST_CENTROIDS_DISTANCE[OFFSET(0)].DISTANCE) AS d FROM ML.PREDICT(MODEL mart.segments, TABLE core.members) GROUP BY 1
--->
reads core.members, mart.segments
column CENTROID_ID INT64
column n INT64
column d FLOAT64

### refused: ML.PREDICT of a model of Vertex AI
SELECT * FROM ML.PREDICT(MODEL mart.other, TABLE core.members)
--->
reads core.members, mart.other
SL4002 at "mart.other": ML.PREDICT: the model mart.other is not one of BigQuery ML
  hint: read the table that its predictions are written to

### refused: ML.PREDICT of an undeclared model
SELECT * FROM ML.PREDICT(MODEL mart.unknown, TABLE core.members)
--->
reads core.members, mart.unknown
SL4053 at "mart.unknown": ML.PREDICT: the model mart.unknown is not declared, so its columns are not known
  hint: declare it under model with kind: "bigquery_ml", or declare the table's columns and set analysis: "baseline" with a reason

### ML.EXPLAIN_PREDICT
SELECT id, predicted_churned, probability, top_feature_attributions FROM ML.EXPLAIN_PREDICT(MODEL mart.churn, (SELECT id, plan FROM core.members), STRUCT(3 AS top_k_features))
--->
reads core.members, mart.churn
column id INT64
column predicted_churned BOOL
column probability FLOAT64
column top_feature_attributions ARRAY<STRUCT<feature STRING, attribution FLOAT64>>

### ML.EVALUATE alone, with rows and with a threshold
SELECT a.roc_auc, b.f1_score, c.recall
FROM ML.EVALUATE(MODEL mart.churn) a, ML.EVALUATE(MODEL mart.churn, TABLE core.members) b, ML.EVALUATE(MODEL mart.churn, TABLE core.members, STRUCT(0.4 AS threshold)) c
--->
reads core.members, mart.churn
column roc_auc FLOAT64
column f1_score FLOAT64
column recall FLOAT64

### ML.EVALUATE of a regressor
SELECT r2_score FROM ML.EVALUATE(MODEL mart.spend, (SELECT * FROM core.members WHERE joined < @run_date))
--->
reads core.members, mart.spend
column r2_score FLOAT64

### ML.FORECAST
SELECT forecast_timestamp, forecast_value, prediction_interval_upper_bound FROM ML.FORECAST(MODEL mart.sales_arima, STRUCT(30 AS horizon, 0.8 AS confidence_level))
--->
reads mart.sales_arima
column forecast_timestamp TIMESTAMP
column forecast_value FLOAT64
column prediction_interval_upper_bound FLOAT64

### ML.DETECT_ANOMALIES with clusters
SELECT id, is_anomaly, normalized_distance FROM ML.DETECT_ANOMALIES(MODEL mart.segments, STRUCT(0.02 AS contamination), TABLE core.members)
--->
reads core.members, mart.segments
column id INT64
column is_anomaly BOOL
column normalized_distance FLOAT64

### ML.WEIGHTS, ML.CENTROIDS, ML.TRAINING_INFO, ML.FEATURE_INFO, ML.FEATURE_IMPORTANCE
SELECT w.processed_input, c.feature, t.loss, f.min, i.importance_gain
FROM ML.WEIGHTS(MODEL mart.spend, STRUCT(TRUE AS standardize)) w, ML.CENTROIDS(MODEL mart.segments) c, ML.TRAINING_INFO(MODEL mart.churn) t, ML.FEATURE_INFO(MODEL mart.churn) f, ML.FEATURE_IMPORTANCE(MODEL mart.churn) i
--->
reads mart.churn, mart.segments, mart.spend
column processed_input STRING
column feature STRING
column loss FLOAT64
column min FLOAT64
column importance_gain FLOAT64

### ML.ROC_CURVE and ML.GLOBAL_EXPLAIN
SELECT r.threshold, g.feature FROM ML.ROC_CURVE(MODEL mart.churn, TABLE core.members, [0.1, 0.5]) r, ML.GLOBAL_EXPLAIN(MODEL mart.churn) g
--->
reads core.members, mart.churn
column threshold FLOAT64
column feature STRING

### refused: ML.CONFUSION_MATRIX
SELECT * FROM ML.CONFUSION_MATRIX(MODEL mart.churn)
--->
reads mart.churn
SL4054 at "ML.CONFUSION_MATRIX": ML.CONFUSION_MATRIX: it has a column for each label, which only the data tells
  hint: declare the table's columns and set analysis: "baseline" with a reason

### ML.GENERATE_EMBEDDING
SELECT id, ml_generate_embedding_result AS v FROM ML.GENERATE_EMBEDDING(MODEL mart.embedder, (SELECT id, body AS content FROM core.documents), STRUCT(TRUE AS flatten_json_output, 'RETRIEVAL_DOCUMENT' AS task_type))
--->
reads core.documents, mart.embedder
column id INT64
column v ARRAY<FLOAT64>

### ML.GENERATE_TEXT flat
SELECT id, ml_generate_text_llm_result AS answer FROM ML.GENERATE_TEXT(MODEL `mart.gemini`, (SELECT id, CONCAT('summarise: ', body) AS prompt FROM core.documents), STRUCT(0.2 AS temperature, 100 AS max_output_tokens, TRUE AS flatten_json_output))
--->
reads core.documents, mart.gemini
column id INT64
column answer STRING

### ML.GENERATE_TEXT as JSON
SELECT JSON_VALUE(ml_generate_text_result, '$.candidates[0].content') AS answer FROM ML.GENERATE_TEXT(MODEL mart.gemini, TABLE core.documents, STRUCT(100 AS max_output_tokens))
--->
reads core.documents, mart.gemini
column answer STRING

### ML.UNDERSTAND_TEXT and ML.TRANSLATE
SELECT u.id, ml_understand_text_result, ml_translate_result FROM ML.UNDERSTAND_TEXT(MODEL mart.nlp, (SELECT id, body AS text_content FROM core.documents), STRUCT('analyze_sentiment' AS nlu_option)) u JOIN ML.TRANSLATE(MODEL mart.tr, (SELECT id, body AS text_content FROM core.documents), STRUCT('translate_text' AS translate_mode, 'ja' AS target_language_code)) t USING (id)
--->
reads core.documents, mart.nlp, mart.tr
column id INT64
column ml_understand_text_result JSON
column ml_translate_result JSON

### AI.GENERATE_TABLE
SELECT id, name, price FROM AI.GENERATE_TABLE(MODEL mart.gemini, (SELECT id, body AS prompt FROM core.documents), STRUCT('name STRING, price FLOAT64, labels ARRAY<STRING>' AS output_schema, 8192 AS max_output_tokens))
--->
reads core.documents, mart.gemini
column id INT64
column name STRING
column price FLOAT64

### AI.FORECAST
SELECT * FROM AI.FORECAST((SELECT DATE(created_at) AS day, member_id, SUM(total) AS total FROM core.orders GROUP BY 1, 2), data_col => 'total', timestamp_col => 'day', model => 'TimesFM 2.0', id_cols => ['member_id'], horizon => 14, confidence_level => .9)
--->
reads core.orders
column member_id INT64
column forecast_timestamp TIMESTAMP
column forecast_value FLOAT64
column confidence_level FLOAT64
column prediction_interval_lower_bound FLOAT64
column prediction_interval_upper_bound FLOAT64
column ai_forecast_status STRING

### refused: AI.FORECAST of a column that is not there
SELECT * FROM AI.FORECAST(TABLE core.orders, data_col => 'totl', timestamp_col => 'created_at')
--->
reads core.orders
SL4003 at "totl": AI.FORECAST: data_col names the column totl, which the input does not have
  hint: did you mean "total"?

### ML.DESCRIBE_DATA
SELECT name, num_nulls FROM ML.DESCRIBE_DATA(TABLE core.members, STRUCT(3 AS num_quantiles))
--->
reads core.members
column name STRING
column num_nulls INT64

### a pipe into a table function
FROM core.sensors |> WHERE state = 'on' |> CALL GAP_FILL(ts_column => 'ts', bucket_width => INTERVAL 1 MINUTE, value_columns => [('temperature', 'locf')]) |> AGGREGATE AVG(temperature) AS t
--->
reads core.sensors
column t FLOAT64

### VECTOR_SEARCH by a value
SELECT base.title, distance FROM VECTOR_SEARCH(TABLE core.documents, 'embedding', query_value => [0.1, 0.2], top_k => 3)
--->
reads core.documents
column title STRING
column distance FLOAT64
