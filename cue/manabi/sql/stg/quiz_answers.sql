-- One row an answer; attempts whose JSON is cut give none.
SELECT
  a.attempt_id,
  a.quiz_id,
  a.member_id,
  a.started_on,
  SAFE_CAST(JSON_VALUE(answer, '$.q') AS INT64) AS question_number,
  JSON_VALUE(answer, '$.choice') AS choice,
  SAFE_CAST(JSON_VALUE(answer, '$.correct') AS BOOL) AS is_correct,
  SAFE_CAST(JSON_VALUE(answer, '$.sec') AS INT64) AS seconds
FROM stg.quiz_attempts AS a
CROSS JOIN UNNEST(JSON_QUERY_ARRAY(SAFE.PARSE_JSON(a.answers), '$')) AS answer
WHERE NOT a.abandoned
