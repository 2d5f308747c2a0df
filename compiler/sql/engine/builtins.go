package engine

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// lacking are functions of BigQuery that the library's catalogue does not have, with
// the signatures of BigQuery's reference, as they would be created in SQL. Functions
// whose result depends on their arguments' values or on a model (GAP_FILL, ML.PREDICT,
// EXTERNAL_QUERY) have no signature; a table that calls one declares its columns and
// sets analysis to baseline.
var lacking = []struct {
	name       string
	signatures []string
}{
	{"contains_substr", []string{"(expression ANY TYPE, search STRING) RETURNS BOOL", "(expression ANY TYPE, search STRING, json_scope STRING) RETURNS BOOL"}},
	{"search", []string{
		"(data_to_search ANY TYPE, search_query STRING) RETURNS BOOL",
		"(data_to_search ANY TYPE, search_query STRING, json_scope STRING) RETURNS BOOL",
		"(data_to_search ANY TYPE, search_query STRING, analyzer STRING) RETURNS BOOL",
		"(data_to_search ANY TYPE, search_query STRING, analyzer STRING, analyzer_options STRING) RETURNS BOOL",
		"(data_to_search ANY TYPE, search_query STRING, json_scope STRING, analyzer STRING) RETURNS BOOL",
		"(data_to_search ANY TYPE, search_query STRING, json_scope STRING, analyzer STRING, analyzer_options STRING) RETURNS BOOL",
	}},
	{"text_analyze", []string{
		"(text STRING) RETURNS ARRAY<STRING>",
		"(text STRING, analyzer STRING) RETURNS ARRAY<STRING>",
		"(text STRING, analyzer STRING, analyzer_options STRING) RETURNS ARRAY<STRING>",
	}},
	{"bag_of_words", []string{"(tokenized_document ARRAY<STRING>) RETURNS ARRAY<STRUCT<term STRING, count INT64>>"}},
	{"dlp_key_chain", []string{"(kms_resource_name STRING, wrapped_key BYTES) RETURNS STRING"}},
	{"dlp_deterministic_encrypt", []string{
		"(key STRING, plaintext STRING, surrogate STRING) RETURNS STRING",
		"(key STRING, plaintext STRING, surrogate STRING, context STRING) RETURNS STRING",
	}},
	{"dlp_deterministic_decrypt", []string{
		"(key STRING, ciphertext STRING, surrogate STRING) RETURNS STRING",
		"(key STRING, ciphertext STRING, surrogate STRING, context STRING) RETURNS STRING",
	}},
}

// systemVariables are those of BigQuery that a query may read, with their types.
var systemVariables = []struct{ name, kind string }{
	{"time_zone", "STRING"},
	{"dataset_id", "STRING"},
	{"dataset_project_id", "STRING"},
	{"project_id", "STRING"},
	{"session_id", "STRING"},
	{"query_label", "STRING"},
	{"row_count", "INT64"},
}

// addBigQueryBuiltins completes the library's catalogue.
func (e *Engine) addBigQueryBuiltins() {
	for _, f := range lacking {
		var signatures []*gsql.FunctionSignature
		for _, s := range f.signatures {
			out := get(gsql.AnalyzeStatement("CREATE TEMP FUNCTION f"+s+" AS (NULL)", e.plain, e.builtins, e.types))
			e.keep = append(e.keep, out)
			created, ok := get(out.ResolvedStatement()).(*gsql.ResolvedCreateFunctionStmt)
			if !ok {
				continue
			}
			full := get(created.Signature())
			signatures = append(signatures, get(gsql.NewFunctionSignature3(get(full.ResultType()), get(full.Arguments()), 0)))
		}
		check(e.builtins.AddFunction2(f.name, get(gsql.NewFunction2([]string{f.name}, "bigquery", gsql.FunctionEnums_ModeScalar, signatures))))
	}
	for _, name := range []string{"max_by", "min_by"} {
		value := get(gsql.NewFunctionArgumentType4(gsql.SignatureArgumentKindArgTypeAny1, 1))
		order := get(gsql.NewFunctionArgumentType4(gsql.SignatureArgumentKindArgTypeAny2, 1))
		signature := get(gsql.NewFunctionSignature3(value, []*gsql.FunctionArgumentType{value, order}, 0))
		check(e.builtins.AddFunction2(name, get(gsql.NewFunction2([]string{name}, "bigquery", gsql.FunctionEnums_ModeAggregate, []*gsql.FunctionSignature{signature}))))
	}
}

// declareSystemVariables lets statements read BigQuery's system variables.
func (e *Engine) declareSystemVariables(o *gsql.AnalyzerOptions) {
	for _, v := range systemVariables {
		check(o.AddSystemVariable(strings.Split(v.name, "."), get(e.typ(v.kind))))
	}
}
