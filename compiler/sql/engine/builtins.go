package engine

import (
	"regexp"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// builtin is a function of BigQuery's that the library's catalogue does not have, with
// the signatures of BigQuery's reference, written as arguments of CREATE FUNCTION. A
// function in a name space has its name.
type builtin struct {
	name       string
	mode       gsql.FunctionEnums_Mode
	signatures []string
}

const (
	scalar    = gsql.FunctionEnums_ModeScalar
	aggregate = gsql.FunctionEnums_ModeAggregate
	analytic  = gsql.FunctionEnums_ModeAnalytic
)

// lacking are the functions that give a value. Table functions stand in
// builtinTables.
var lacking = []builtin{
	{"contains_substr", scalar, []string{"(expression ANY TYPE, search STRING, json_scope STRING DEFAULT NULL) RETURNS BOOL"}},
	{"search", scalar, []string{"(data_to_search ANY TYPE, search_query STRING, json_scope STRING DEFAULT NULL, analyzer STRING DEFAULT NULL, analyzer_options STRING DEFAULT NULL) RETURNS BOOL"}},
	{"text_analyze", scalar, []string{"(text STRING, analyzer STRING DEFAULT NULL, analyzer_options STRING DEFAULT NULL) RETURNS ARRAY<STRING>"}},
	{"bag_of_words", scalar, []string{"(tokenized_document ARRAY<STRING>) RETURNS ARRAY<STRUCT<term STRING, count INT64>>"}},
	{"tf_idf", analytic, []string{"(tokenized_document ARRAY<STRING>, max_distinct_tokens INT64 DEFAULT NULL, frequency_threshold INT64 DEFAULT NULL) RETURNS ARRAY<STRUCT<term STRING, tf_idf FLOAT64>>"}},
	{"dlp_key_chain", scalar, []string{"(kms_resource_name STRING, wrapped_key BYTES) RETURNS STRING"}},
	{"dlp_deterministic_encrypt", scalar, []string{"(key STRING, plaintext STRING, surrogate STRING, context STRING DEFAULT NULL) RETURNS STRING"}},
	{"dlp_deterministic_decrypt", scalar, []string{"(key STRING, ciphertext STRING, surrogate STRING, context STRING DEFAULT NULL) RETURNS STRING"}},
	{"st_regionstats", scalar, []string{"(geography GEOGRAPHY, raster_id STRING, band STRING DEFAULT NULL, include STRING DEFAULT NULL, options JSON DEFAULT NULL) RETURNS STRUCT<min FLOAT64, max FLOAT64, stdDev FLOAT64, sum FLOAT64, mean FLOAT64, count INT64, area FLOAT64>"}},

	{"obj.fetch_metadata", scalar, []string{"(objectref " + objectRef + ") RETURNS " + objectRef, "(objectrefs ARRAY<" + objectRef + ">) RETURNS ARRAY<" + objectRef + ">"}},
	{"obj.get_access_url", scalar, []string{"(objectref " + objectRef + ", mode STRING, duration INTERVAL DEFAULT NULL) RETURNS JSON", "(objectrefs ARRAY<" + objectRef + ">, mode STRING, duration INTERVAL DEFAULT NULL) RETURNS JSON"}},
	{"obj.get_read_url", scalar, []string{"(objectref " + objectRef + ") RETURNS STRUCT<url STRING, status STRING>"}},
	{"obj.make_ref", scalar, []string{"(uri STRING, authorizer STRING DEFAULT NULL) RETURNS " + objectRef, "(objectref_json JSON) RETURNS " + objectRef, "(objectref " + objectRef + ", authorizer STRING DEFAULT NULL) RETURNS " + objectRef}},

	{"ml.bucketize", scalar, []string{"(numerical_expression ANY TYPE, array_split_points ANY TYPE, exclude_boundaries BOOL DEFAULT FALSE, output_format STRING DEFAULT NULL) RETURNS STRING"}},
	{"ml.distance", scalar, []string{"(vector1 ANY TYPE, vector2 ANY TYPE, kind STRING DEFAULT NULL) RETURNS FLOAT64"}},
	{"ml.lp_norm", scalar, []string{"(vector ANY TYPE, degree FLOAT64) RETURNS FLOAT64"}},
	{"ml.normalizer", scalar, []string{"(array_expression ANY TYPE, p FLOAT64 DEFAULT NULL) RETURNS ARRAY<FLOAT64>"}},
	{"ml.ngrams", scalar, []string{"(array_input ARRAY<STRING>, gram_range ARRAY<INT64>, separator STRING DEFAULT NULL) RETURNS ARRAY<STRING>", "(array_input ARRAY<STRING>, gram_range INT64, separator STRING DEFAULT NULL) RETURNS ARRAY<STRING>"}},
	{"ml.hash_bucketize", scalar, []string{"(string_expression STRING, hash_bucket_size INT64) RETURNS INT64"}},
	{"ml.decode_image", scalar, []string{"(data BYTES) RETURNS ARRAY<FLOAT64>"}},
	{"ml.convert_color_space", scalar, []string{"(image ARRAY<FLOAT64>, target_color_space STRING) RETURNS ARRAY<FLOAT64>"}},
	{"ml.convert_image_type", scalar, []string{"(image ARRAY<FLOAT64>) RETURNS ARRAY<INT64>"}},
	{"ml.resize_image", scalar, []string{"(image ARRAY<FLOAT64>, target_height INT64, target_width INT64, preserve_aspect_ratio BOOL DEFAULT FALSE) RETURNS ARRAY<FLOAT64>"}},
	{"ml.quantile_bucketize", analytic, []string{"(numerical_expression ANY TYPE, num_buckets INT64, output_format STRING DEFAULT NULL) RETURNS STRING"}},
	{"ml.min_max_scaler", analytic, []string{"(numerical_expression ANY TYPE) RETURNS FLOAT64"}},
	{"ml.max_abs_scaler", analytic, []string{"(numerical_expression ANY TYPE) RETURNS FLOAT64"}},
	{"ml.standard_scaler", analytic, []string{"(numerical_expression ANY TYPE) RETURNS FLOAT64"}},
	{"ml.robust_scaler", analytic, []string{"(numerical_expression ANY TYPE, quantile_range ARRAY<INT64> DEFAULT NULL, with_median BOOL DEFAULT TRUE, with_quantile_range BOOL DEFAULT TRUE) RETURNS FLOAT64"}},
	{"ml.label_encoder", analytic, []string{"(string_expression STRING, top_k INT64 DEFAULT NULL, frequency_threshold INT64 DEFAULT NULL) RETURNS INT64"}},
	{"ml.one_hot_encoder", analytic, []string{"(string_expression STRING, drop_level STRING DEFAULT NULL, top_k INT64 DEFAULT NULL, frequency_threshold INT64 DEFAULT NULL) RETURNS " + sparse}},
	{"ml.multi_hot_encoder", analytic, []string{"(array_expression ARRAY<STRING>, top_k INT64 DEFAULT NULL, frequency_threshold INT64 DEFAULT NULL) RETURNS " + sparse}},
	{"ml.tf_idf", analytic, []string{"(tokenized_document ARRAY<STRING>, top_k INT64 DEFAULT NULL, frequency_threshold INT64 DEFAULT NULL) RETURNS " + sparse}},
	{"ml.bag_of_words", analytic, []string{"(tokenized_document ARRAY<STRING>, top_k INT64 DEFAULT NULL, frequency_threshold INT64 DEFAULT NULL) RETURNS " + sparse}},
	{"ml.imputer", analytic, []string{"(expression STRING, strategy STRING) RETURNS STRING", "(expression FLOAT64, strategy STRING) RETURNS FLOAT64"}},

	{"ai.generate", scalar, []string{generate("STRING")}},
	{"ai.generate_bool", scalar, []string{generate("BOOL")}},
	{"ai.generate_int", scalar, []string{generate("INT64")}},
	{"ai.generate_double", scalar, []string{generate("FLOAT64")}},
	{"ai.if", scalar, []string{"(prompt ANY TYPE, connection_id STRING DEFAULT NULL, endpoint STRING DEFAULT NULL, examples ANY TYPE DEFAULT NULL, optimization_mode STRING DEFAULT NULL, embeddings ANY TYPE DEFAULT NULL, max_error_ratio FLOAT64 DEFAULT NULL) RETURNS BOOL"}},
	{"ai.classify", scalar, []string{"(input ANY TYPE, categories ANY TYPE, connection_id STRING DEFAULT NULL, endpoint STRING DEFAULT NULL, examples ANY TYPE DEFAULT NULL, output_mode STRING DEFAULT NULL, optimization_mode STRING DEFAULT NULL, embeddings ANY TYPE DEFAULT NULL, max_error_ratio FLOAT64 DEFAULT NULL) RETURNS STRING"}},
	{"ai.score", scalar, []string{"(prompt ANY TYPE, connection_id STRING DEFAULT NULL, endpoint STRING DEFAULT NULL, max_error_ratio FLOAT64 DEFAULT NULL) RETURNS FLOAT64"}},
	{"ai.similarity", scalar, []string{"(content1 ANY TYPE, content2 ANY TYPE, endpoint STRING DEFAULT NULL, model STRING DEFAULT NULL, model_params JSON DEFAULT NULL, connection_id STRING DEFAULT NULL) RETURNS FLOAT64"}},
	{"ai.embed", scalar, []string{"(content ANY TYPE, endpoint STRING DEFAULT NULL, model STRING DEFAULT NULL, task_type STRING DEFAULT NULL, title STRING DEFAULT NULL, model_params JSON DEFAULT NULL, connection_id STRING DEFAULT NULL) RETURNS STRUCT<result ARRAY<FLOAT64>, status STRING>"}},
}

// objectRef is the type that BigQuery knows as ObjectRef; sparse is a vector of
// features.
const (
	objectRef = "STRUCT<uri STRING, version STRING, authorizer STRING, details JSON>"
	sparse    = "ARRAY<STRUCT<index INT64, value FLOAT64>>"
)

// generate is the signature of AI.GENERATE and its siblings, by the type of result.
func generate(result string) string { return generateFields("result " + result) }

func generateFields(fields string) string {
	return "(prompt ANY TYPE, connection_id STRING DEFAULT NULL, endpoint STRING DEFAULT NULL, request_type STRING DEFAULT NULL, model_params JSON DEFAULT NULL, output_schema STRING DEFAULT NULL) RETURNS STRUCT<" + fields + ", full_response JSON, status STRING>"
}

// generateName is the function whose result a call may give fields. Such a call has the
// name with a digit in place of the last letter.
const generateName = "AI.GENERATE"

// badSchemas reports calls of AI.GENERATE whose schema is none.
func (e *Engine) badSchemas(r Request) []Problem {
	var out []Problem
	for _, ref := range r.Parsed.Refs {
		if ref.Schema == "" {
			continue
		}
		if _, err := e.typ("STRUCT<" + ref.Schema + ">"); err != nil {
			p := (&wrapped{text: ref.Schema}).problem(err)
			p.Message, p.Start, p.End = "output_schema: "+p.Message, ref.Start, ref.End
			out = append(out, *p)
		}
	}
	return out
}

// generateAs adds the function that a call of AI.GENERATE with a schema means.
func (e *Engine) generateAs(root *folder, ref Ref) {
	key := generateName + "\x00" + ref.Name + "\x00" + ref.Schema
	made := e.functions[key]
	if made == nil {
		space, name, _ := strings.Cut(ref.Name, ".")
		made = get(gsql.NewFunction2([]string{space, name}, "bigquery", scalar, []*gsql.FunctionSignature{e.signature(generateFields(ref.Schema))}))
		e.functions[key] = made
	}
	space, name, _ := strings.Cut(ref.Name, ".")
	check(e.sub(root, space).catalog.AddFunction2(name, made))
}

// systemVariables are those of BigQuery that a query may read, with their types.
var systemVariables = []struct{ name, kind string }{
	{"time_zone", "STRING"},
	{"dataset_id", "STRING"},
	{"dataset_project_id", "STRING"},
	{"project_id", "STRING"},
	{"location", "STRING"},
	{"session_id", "STRING"},
	{"current_job_id", "STRING"},
	{"last_job_id", "STRING"},
	{"query_label", "STRING"},
	{"reservation", "STRING"},
	{"row_count", "INT64"},
	{"error.message", "STRING"},
	{"error.statement_text", "STRING"},
	{"error.formatted_stack_trace", "STRING"},
	{"error.stack_trace", "ARRAY<STRUCT<line INT64, column INT64, filename STRING, location STRING>>"},
	{"script.bytes_billed", "INT64"},
	{"script.bytes_processed", "INT64"},
	{"script.creation_time", "TIMESTAMP"},
	{"script.job_id", "STRING"},
	{"script.num_child_jobs", "INT64"},
	{"script.slot_ms", "INT64"},
}

// addBigQueryBuiltins completes the library's catalogue.
func (e *Engine) addBigQueryBuiltins() {
	root := &folder{catalog: e.builtins}
	for _, f := range lacking {
		var signatures []*gsql.FunctionSignature
		for _, s := range f.signatures {
			signatures = append(signatures, e.signature(s))
		}
		path := strings.Split(f.name, ".")
		parent := root
		for _, part := range path[:len(path)-1] {
			parent = e.sub(parent, part)
		}
		made := get(gsql.NewFunction(path, "bigquery", f.mode, signatures, &gsql.FunctionOptions{
			AllowExternalUsage: true, ArgumentsAreCoercible: true, SupportsSafeErrorMode: true, UsesUpperCaseSqlName: true,
			SupportsOverClause: f.mode != scalar,
		}))
		check(parent.catalog.AddFunction2(path[len(path)-1], made))
	}
	for _, name := range []string{"max_by", "min_by"} {
		value := get(gsql.NewFunctionArgumentType4(gsql.SignatureArgumentKindArgTypeAny1, 1))
		order := get(gsql.NewFunctionArgumentType4(gsql.SignatureArgumentKindArgTypeAny2, 1))
		signature := get(gsql.NewFunctionSignature3(value, []*gsql.FunctionArgumentType{value, order}, 0))
		check(e.builtins.AddFunction2(name, get(gsql.NewFunction2([]string{name}, "bigquery", gsql.FunctionEnums_ModeAggregate, []*gsql.FunctionSignature{signature}))))
	}
	e.addTableBuiltins(root)
}

// returnsType finds the type of a result in a signature, so that NULL as the body fits.
var returnsType = regexp.MustCompile(` RETURNS (.*)$`)

// signature resolves the text of a signature by having a function created with it.
func (e *Engine) signature(text string) *gsql.FunctionSignature {
	body := " AS (NULL)"
	if m := returnsType.FindStringSubmatch(text); m != nil {
		body = " AS (CAST(NULL AS " + m[1] + "))"
	}
	out := get(gsql.AnalyzeStatement("CREATE TEMP FUNCTION f"+text+body, e.plain, e.builtins, e.types))
	e.keep = append(e.keep, out)
	full := get(get(out.ResolvedStatement()).(*gsql.ResolvedCreateFunctionStmt).Signature())
	return get(gsql.NewFunctionSignature3(get(full.ResultType()), get(full.Arguments()), 0))
}

// declareSystemVariables lets statements read BigQuery's system variables.
func (e *Engine) declareSystemVariables(o *gsql.AnalyzerOptions) {
	for _, v := range systemVariables {
		check(o.AddSystemVariable(strings.Split(v.name, "."), get(e.typ(v.kind))))
	}
}
