package engine

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
)

// builtinTable is a table function of BigQuery's. The library has none of them; what
// columns each gives depends on the rows and the model that go in, so that output is
// asked while a call is resolved.
type builtinTable struct {
	name string
	// model says that a MODEL comes before the arguments.
	model bool
	// arguments are those of each signature, written as arguments of CREATE TABLE FUNCTION.
	arguments []string
	output    func(*tableCall) ([]Column, error)
}

// tableCall is a call whose output is to be found.
type tableCall struct {
	model  *Model     // nil where the platform declares none of that name
	name   string     // of the model, as written
	inputs [][]Column // of the relations, in order
	values map[string]*gsql.Value
}

// input is the first relation's columns.
func (c *tableCall) input() []Column {
	if len(c.inputs) == 0 {
		return nil
	}
	return c.inputs[0]
}

// text is the value of an argument that is a literal string.
func (c *tableCall) text(name string) (string, bool) {
	v := c.values[name]
	if v == nil || get(v.IsNull()) || get(v.TypeKind()) != gsql.TypeKindTypeString {
		return "", false
	}
	return get(v.StringValue()), true
}

// texts are the strings of an argument that is a literal array; of structs, those of
// their first fields. The other result is false where the argument is none.
func (c *tableCall) texts(name string) ([]string, bool) {
	v := c.values[name]
	if v == nil || get(v.IsNull()) || get(v.TypeKind()) != gsql.TypeKindTypeArray {
		return nil, false
	}
	var out []string
	for _, item := range get(v.Elements()) {
		if !get(item.IsNull()) && get(item.TypeKind()) == gsql.TypeKindTypeStruct {
			item = get(item.Field(0))
		}
		if get(item.IsNull()) || get(item.TypeKind()) != gsql.TypeKindTypeString {
			return nil, false
		}
		out = append(out, get(item.StringValue()))
	}
	return out, true
}

// column is the input's column that an argument names.
func (c *tableCall) column(argument, name string) (Column, error) {
	for _, in := range c.input() {
		if strings.EqualFold(in.Name, name) {
			return in, nil
		}
	}
	var names []string
	for _, in := range c.input() {
		names = append(names, in.Name)
	}
	message := fmt.Sprintf("%s names the column %s, which the input does not have", argument, name)
	if near := Nearest(name, names); near != "" {
		message += "; Did you mean " + near + "?"
	}
	return Column{}, errors.New(message)
}

// builtinTables are BigQuery's table functions.
var builtinTables = []builtinTable{
	{"gap_fill", false, []string{"input ANY TABLE, ts_column STRING, bucket_width INTERVAL, partitioning_columns ARRAY<STRING> DEFAULT NULL, value_columns ARRAY<STRUCT<STRING, STRING>> DEFAULT NULL, origin ANY TYPE DEFAULT NULL, ignore_null_values BOOL DEFAULT TRUE"}, gapFill},
	{"appends", false, []string{"input ANY TABLE, start_timestamp TIMESTAMP DEFAULT NULL, end_timestamp TIMESTAMP DEFAULT NULL"}, inputAnd(Column{Name: "_CHANGE_TYPE", Type: "STRING", Pseudo: true}, Column{Name: "_CHANGE_TIMESTAMP", Type: "TIMESTAMP", Pseudo: true})},
	{"changes", false, []string{"input ANY TABLE, start_timestamp TIMESTAMP DEFAULT NULL, end_timestamp TIMESTAMP DEFAULT NULL"}, inputAnd(Column{Name: "_CHANGE_TYPE", Type: "STRING", Pseudo: true}, Column{Name: "_CHANGE_TIMESTAMP", Type: "TIMESTAMP", Pseudo: true})},
	{"range_sessionize", false, []string{"input ANY TABLE, range_column STRING, partitioning_columns ARRAY<STRING>, sessionize_option STRING DEFAULT 'MEETS'"}, rangeSessionize},
	{"external_query", false, []string{"connection_id STRING, external_database_query STRING, options STRING DEFAULT NULL"}, func(*tableCall) ([]Column, error) {
		return nil, errors.New("its columns are known to the other database only; declare columns and set analysis: \"baseline\" with a reason, or declare a source that loads the table")
	}},
	{"external_object_transform", false, []string{"input ANY TABLE, transform_types ARRAY<STRING>"}, inputAnd(Column{Name: "signed_url", Type: "STRING"})},
	{"vector_search", false, []string{"base ANY TABLE, column_to_search STRING, query ANY TABLE, query_column_to_search STRING DEFAULT NULL, top_k INT64 DEFAULT NULL, distance_type STRING DEFAULT NULL, options STRING DEFAULT NULL"}, vectorSearch},
	{strings.ToLower(searchByValue), false, []string{"base ANY TABLE, column_to_search STRING, query_value ANY TYPE, top_k INT64 DEFAULT NULL, distance_type STRING DEFAULT NULL, options STRING DEFAULT NULL"}, vectorSearch},

	{"ml.predict", true, rowsAndOptions, predict},
	{"ml.transform", true, []string{"input ANY TABLE"}, forwardInput},
	{"ml.explain_predict", true, rowsAndOptions, explainPredict},
	{"ml.evaluate", true, []string{"", "input ANY TABLE, options ANY TYPE DEFAULT NULL", "options ANY TYPE"}, evaluate},
	{"ml.confusion_matrix", true, []string{"", "input ANY TABLE, options ANY TYPE DEFAULT NULL"}, confusionMatrix},
	{"ml.roc_curve", true, []string{"", "input ANY TABLE, thresholds ARRAY<FLOAT64> DEFAULT NULL"}, fixed("threshold FLOAT64, recall FLOAT64, false_positive_rate FLOAT64, true_positives INT64, false_positives INT64, true_negatives INT64, false_negatives INT64")},
	{"ml.forecast", true, []string{"options ANY TYPE DEFAULT NULL", "input ANY TABLE, options ANY TYPE DEFAULT NULL"}, forecast},
	{"ml.explain_forecast", true, []string{"options ANY TYPE DEFAULT NULL"}, explainForecast},
	{"ml.detect_anomalies", true, []string{"options ANY TYPE DEFAULT NULL", "input ANY TABLE, options ANY TYPE DEFAULT NULL", "options ANY TYPE, input ANY TABLE"}, detectAnomalies},
	{"ml.arima_evaluate", true, []string{"options ANY TYPE DEFAULT NULL"}, arimaEvaluate},
	{"ml.arima_coefficients", true, []string{""}, arimaCoefficients},
	{"ml.recommend", true, []string{"", "input ANY TABLE"}, recommend},
	{"ml.centroids", true, []string{"options ANY TYPE DEFAULT NULL"}, fixed("centroid_id INT64, feature STRING, numerical_value FLOAT64, categorical_value ARRAY<STRUCT<category STRING, value FLOAT64>>")},
	{"ml.weights", true, []string{"options ANY TYPE DEFAULT NULL"}, fixed("processed_input STRING, weight FLOAT64, category_weights ARRAY<STRUCT<category STRING, weight FLOAT64>>")},
	{"ml.advanced_weights", true, []string{"options ANY TYPE DEFAULT NULL"}, fixed("processed_input STRING, category STRING, weight FLOAT64, standard_error FLOAT64, p_value FLOAT64")},
	{"ml.training_info", true, []string{""}, trainingInfo},
	{"ml.trial_info", true, []string{""}, fixed("trial_id INT64, loss FLOAT64, eval_loss FLOAT64, status STRING, error_message STRING, is_optimal BOOL")},
	{"ml.feature_info", true, []string{""}, fixed("input STRING, min FLOAT64, max FLOAT64, mean FLOAT64, median FLOAT64, stddev FLOAT64, category_count INT64, null_count INT64, dimension INT64")},
	{"ml.feature_importance", true, []string{""}, fixed("feature STRING, importance_weight INT64, importance_gain FLOAT64, importance_cover FLOAT64")},
	{"ml.global_explain", true, []string{"options ANY TYPE DEFAULT NULL"}, globalExplain},
	{"ml.principal_components", true, []string{""}, fixed("principal_component_id INT64, feature STRING, numerical_value FLOAT64, categorical_value ARRAY<STRUCT<category STRING, value FLOAT64>>")},
	{"ml.principal_component_info", true, []string{""}, fixed("principal_component_id INT64, eigenvalue FLOAT64, explained_variance_ratio FLOAT64, cumulative_explained_variance_ratio FLOAT64")},
	{"ml.reconstruction_loss", true, rowsAndOptions, reconstructionLoss},
	{"ml.generate_text", true, rowsAndOptions, generateText},
	{"ml.generate_embedding", true, rowsAndOptions, generateEmbedding},
	{"ml.generate_text_embedding", true, rowsAndOptions, generateTextEmbedding},
	{"ml.understand_text", true, rowsAndOptions, inputAfter("ml_understand_text_result JSON, ml_understand_text_status STRING")},
	{"ml.translate", true, rowsAndOptions, inputAfter("ml_translate_result JSON, ml_translate_status STRING")},
	{"ml.annotate_image", true, rowsAndOptions, inputAfter("ml_annotate_image_result JSON, ml_annotate_image_status STRING")},
	{"ml.process_document", true, rowsAndOptions, inputAfter("ml_process_document_result JSON, ml_process_document_status STRING")},
	{"ml.transcribe", true, rowsAndOptions, inputAfter("ml_transcribe_result JSON, ml_transcribe_status STRING")},
	{"ml.describe_data", false, rowsAndOptions, fixed("name STRING, num_rows INT64, num_nulls INT64, num_zeros INT64, min STRING, max STRING, mean FLOAT64, stddev FLOAT64, median FLOAT64, quantiles ARRAY<FLOAT64>, unique INT64, avg_string_length FLOAT64, num_values INT64, top_values ARRAY<STRUCT<value STRING, count INT64>>, min_array_length INT64, max_array_length INT64, avg_array_length FLOAT64, total_array_length INT64, array_length_quantiles ARRAY<INT64>, dimension INT64")},
	{"ml.validate_data_drift", false, []string{"base ANY TABLE, study ANY TABLE, options ANY TYPE DEFAULT NULL"}, fixed("input STRING, metric STRING, threshold FLOAT64, value FLOAT64, is_anomaly BOOL")},
	{"ml.validate_data_skew", true, rowsAndOptions, fixed("input STRING, metric STRING, threshold FLOAT64, value FLOAT64, is_anomaly BOOL")},

	{"ai.generate_table", true, rowsAndOptions, generateTable},
	{"ai.generate_text", true, rowsAndOptions, inputAfter("result STRING, rai_result JSON, grounding_result JSON, full_response JSON, statistics JSON, status STRING")},
	{"ai.generate_embedding", true, rowsAndOptions, inputAfter("embedding ARRAY<FLOAT64>, statistics JSON, status STRING")},
	{"ai.forecast", false, []string{"input ANY TABLE, data_col STRING, timestamp_col STRING, model STRING DEFAULT NULL, id_cols ARRAY<STRING> DEFAULT NULL, horizon INT64 DEFAULT NULL, confidence_level FLOAT64 DEFAULT NULL, output_historical_time_series BOOL DEFAULT NULL, context_window INT64 DEFAULT NULL"}, aiForecast},
	{"ai.evaluate", false, []string{"history ANY TABLE, actual ANY TABLE, data_col STRING, timestamp_col STRING, model STRING DEFAULT NULL, id_cols ARRAY<STRING> DEFAULT NULL, horizon INT64 DEFAULT NULL"}, aiEvaluate},
	{"ai.detect_anomalies", false, []string{"history ANY TABLE, target ANY TABLE, data_col STRING, timestamp_col STRING, model STRING DEFAULT NULL, id_cols ARRAY<STRING> DEFAULT NULL, anomaly_prob_threshold FLOAT64 DEFAULT NULL"}, aiDetectAnomalies},
	{"ai.search", false, []string{"base ANY TABLE, column_to_search STRING, query_value ANY TYPE, top_k INT64 DEFAULT NULL, distance_type STRING DEFAULT NULL, options STRING DEFAULT NULL"}, func(c *tableCall) ([]Column, error) {
		return append(columnsOfText("distance FLOAT64"), Column{Name: "base", Type: structOf(c.input())}), nil
	}},
}

// isBuiltinTable reports whether a name without a dataset is that of a table function
// of BigQuery's.
func isBuiltinTable(name string) bool {
	return slices.ContainsFunc(builtinTables, func(f builtinTable) bool { return f.name == strings.ToLower(name) })
}

// rowsAndOptions are the arguments of most functions of a model.
var rowsAndOptions = []string{"input ANY TABLE, options ANY TYPE DEFAULT NULL"}

// addTableBuiltins registers the table functions.
func (e *Engine) addTableBuiltins(root *folder) {
	for _, f := range builtinTables {
		path := strings.Split(f.name, ".")
		parent := root
		for _, part := range path[:len(path)-1] {
			parent = e.sub(parent, part)
		}
		var signatures []*gsql.FunctionSignature
		var names [][]string
		for _, list := range f.arguments {
			signature, arguments := e.tableSignature(f.model, list)
			signatures, names = append(signatures, signature), append(names, arguments)
		}
		made := get(gsql.NewTableValuedFunctionFromImpl(resolver{e: e, f: f, names: names}, path, "bigquery", signatures, &gsql.TableValuedFunctionOptions{UsesUpperCaseSqlName: true}))
		e.builtinTables = append(e.builtinTables, made)
		check(parent.catalog.AddTableValuedFunction2(path[len(path)-1], made))
	}
}

// searchByValue is the name that VECTOR_SEARCH by a value has in the catalogue: by its
// arguments the library cannot tell it from a search by the rows of a subquery.
const searchByValue = "VECTOR_SEARC1"

// trueNames gives the functions in a message the names that they have.
func trueNames(message string) string {
	message = generateWord.ReplaceAllString(strings.ReplaceAll(message, searchByValue, "VECTOR_SEARCH"), generateName)
	return groupOf.ReplaceAllString(message, "")
}

// generateWord is AI.GENERATE with a schema of its own.
var generateWord = regexp.MustCompile(`(?i)\bAI\.GENERAT\d\b`)

// groupOf is what the library puts before the names of functions that are not its own.
var groupOf = regexp.MustCompile(`\b(?i:` + routineGroup + `|` + scriptGroup + `|bigquery):`)

// tableSignature resolves a list of arguments by having a table function created with
// it, and says what each is called.
func (e *Engine) tableSignature(model bool, list string) (*gsql.FunctionSignature, []string) {
	var arguments []*gsql.FunctionArgumentType
	var names []string
	if model {
		arguments = append(arguments, get(gsql.NewFunctionArgumentTypeAnyModel()))
		names = append(names, "model")
	}
	out := get(gsql.AnalyzeStatement("CREATE TEMP TABLE FUNCTION f("+list+") AS SELECT 1 AS x", e.plain, e.builtins, e.types))
	e.keep = append(e.keep, out)
	created := get(out.ResolvedStatement()).(*gsql.ResolvedCreateTableFunctionStmt)
	full := get(created.Signature())
	arguments = append(arguments, get(full.Arguments())...)
	names = append(names, get(created.ArgumentNameList())...)
	return get(gsql.NewFunctionSignature3(get(gsql.NewFunctionArgumentTypeAnyRelation()), arguments, 0)), names
}

// tableBuiltins are what the library refers to in calls of table functions. What
// answers a call stays reachable: functions that were resolved with it refer to it.
type tableBuiltins struct {
	builtinTables []*gsql.TableValuedFunction
	answers       []any
	models        map[string]*gsql.SimpleModel
	modelByName   map[string]*Model // those of the statement at work
}

// model finds or makes a model for the catalogue. What it is, is asked by its name.
func (e *Engine) model(name string) *gsql.SimpleModel {
	if e.models == nil {
		e.models = map[string]*gsql.SimpleModel{}
	}
	if e.models[name] == nil {
		e.models[name] = get(gsql.NewSimpleModel(name, nil, nil, false, 0))
	}
	return e.models[name]
}

// useModels declares the models of the statement at work.
func (e *Engine) useModels(models []Model) {
	e.modelByName = map[string]*Model{}
	for i := range models {
		e.modelByName[models[i].Name] = &models[i]
	}
}

// resolver answers the library's question what a call gives.
type resolver struct {
	gsql.TableValuedFunctionCallbackDefaults
	e     *Engine
	f     builtinTable
	names [][]string // of the arguments of each signature
}

// tableMistake begins the message of a mistake in a call of a table function; the
// function's name follows. The library has no place for it.
const tableMistake = "table function "

// mistakes of calls by what their messages say, with their codes. A hint stands behind
// a semicolon.
var callMistakes = []struct {
	says string
	code diag.Code
}{
	{" is not declared, so its columns are not known", diag.UnknownModel},
	{" declares no training", diag.UnknownModel},
	{" names the column ", diag.UnknownSQLColumn},
	{" expected type ", diag.SQLTypeMismatch},
	{"analysis: \"baseline\"", diag.UnknowableColumns},
}

// callProblem finds the place of a mistake in a call: what it quotes, or else the
// function's name.
func callProblem(text, message string) *Problem {
	_, rest, _ := strings.Cut(message, tableMistake)
	name, rest, _ := strings.Cut(rest, ": ")
	p := &Problem{Code: diag.InvalidSQL, Start: -1}
	for _, m := range callMistakes {
		if strings.Contains(rest, m.says) {
			p.Code = m.code
			break
		}
	}
	said, hint, _ := strings.Cut(rest, "; ")
	p.Message, p.Hint = trueNames(strings.ToUpper(name))+": "+said, hint
	if near, ok := strings.CutPrefix(hint, "Did you mean "); ok {
		p.Hint = `did you mean "` + strings.TrimSuffix(near, "?") + `"?`
	}
	lower := strings.ToLower(text)
	at := strings.Index(lower, name)
	if at < 0 {
		return p
	}
	p.Start, p.End = at, at+len(name)
	for _, quoted := range []string{wordAfter(said, " the column "), wordAfter(said, "the model "), wordAfter(said, "no method \"")} {
		if quoted == "" {
			continue
		}
		if i := strings.Index(lower[at:], strings.ToLower(quoted)); i >= 0 {
			p.Start, p.End = at+i, at+i+len(quoted)
			break
		}
	}
	return p
}

// wordAfter is the word behind a mark in a message.
func wordAfter(message, mark string) string {
	_, rest, found := strings.Cut(message, mark)
	if !found {
		return ""
	}
	if end := strings.IndexAny(rest, ", \""); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// Resolve finds the columns that a call gives.
func (r resolver) Resolve(_ *gsql.AnalyzerOptions, actual []*gsql.TVFInputArgumentType, _ *gsql.FunctionSignature, _ gsql.CatalogNode, _ *gsql.TypeFactory) (found *gsql.TVFSignature, err error) {
	var mistake error
	failed := attempt(func() {
		c := r.call(actual)
		columns, err := r.f.output(c)
		if err != nil {
			mistake = err
			return
		}
		var out []*gsql.TVFSchemaColumn
		for _, column := range columns {
			out = append(out, &gsql.TVFSchemaColumn{Name: column.Name, Type_: get(r.e.typ(column.Type)), IsPseudoColumn: column.Pseudo})
		}
		relation := get(gsql.NewTVFRelation(out))
		found = get(gsql.NewTVFSignature(actual, relation, &gsql.TVFSignatureOptions{}))
		r.e.answers = append(r.e.answers, found, relation)
	})
	if mistake == nil {
		mistake = failed
	}
	if mistake != nil {
		return nil, errors.New(tableMistake + r.f.name + ": " + mistake.Error())
	}
	return found, nil
}

func (r resolver) call(actual []*gsql.TVFInputArgumentType) *tableCall {
	c := &tableCall{values: map[string]*gsql.Value{}}
	names := r.names[max(0, slices.IndexFunc(r.names, func(list []string) bool { return len(list) == len(actual) }))]
	for i, a := range actual {
		switch {
		case get(a.IsModel()):
			if model, ok := get(get(a.Model()).Model()).(*gsql.SimpleModel); ok {
				c.name = get(model.Name())
				c.model = r.e.modelByName[c.name]
			}
		case get(a.IsRelation()):
			var columns []Column
			for _, column := range get(get(a.Relation()).Columns()) {
				if !column.IsPseudoColumn {
					columns = append(columns, Column{Name: column.Name, Type: typeText(column.Type_)})
				}
			}
			c.inputs = append(c.inputs, columns)
		case get(a.IsScalar()) && i < len(names):
			if expr, err := a.ScalarExpr(); err == nil {
				if v := literal(expr); v != nil {
					c.values[names[i]] = v
				}
			}
		}
	}
	return c
}

// literal is the value of an expression that is one, and nil otherwise.
func literal(expr gsql.ResolvedExprNode) *gsql.Value {
	switch x := expr.(type) {
	case *gsql.ResolvedLiteral:
		return get(x.Value())
	case *gsql.ResolvedCast:
		return literal(get(x.Expr()))
	}
	return nil
}

// gapFill gives the time, the partitioning columns and the columns with values;
// without those, all the others.
func gapFill(c *tableCall) ([]Column, error) {
	name, known := c.text("ts_column")
	if !known {
		return nil, errors.New("ts_column must be a string literal")
	}
	at, err := c.column("ts_column", name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"DATE", "DATETIME", "TIMESTAMP"}, at.Type) {
		return nil, fmt.Errorf("ts_column is %s, expected type DATE, DATETIME or TIMESTAMP", at.Type)
	}
	out := []Column{at}
	for _, argument := range []string{"partitioning_columns", "value_columns"} {
		list, _ := c.texts(argument)
		for _, name := range list {
			column, err := c.column(argument, name)
			if err != nil {
				return nil, err
			}
			out = append(out, column)
		}
	}
	if _, given := c.texts("value_columns"); !given {
		for _, column := range c.input() {
			if !slices.Contains(out, column) {
				out = append(out, column)
			}
		}
	}
	if err := fillMethods(c.values["value_columns"]); err != nil {
		return nil, err
	}
	return out, nil
}

// fillMethods checks the methods that GAP_FILL fills with.
func fillMethods(v *gsql.Value) error {
	if v == nil || get(v.IsNull()) {
		return nil
	}
	for _, item := range get(v.Elements()) {
		method := get(item.Field(1))
		if get(method.IsNull()) {
			continue
		}
		if text := get(method.StringValue()); !slices.Contains([]string{"null", "linear", "locf"}, strings.ToLower(text)) {
			return fmt.Errorf("there is no method %q to fill gaps with; the methods are null, linear and locf", text)
		}
	}
	return nil
}

func rangeSessionize(c *tableCall) ([]Column, error) {
	name, known := c.text("range_column")
	if !known {
		return nil, errors.New("range_column must be a string literal")
	}
	column, err := c.column("range_column", name)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(column.Type, "RANGE<") {
		return nil, fmt.Errorf("range_column is %s, expected type RANGE", column.Type)
	}
	return append(slices.Clone(c.input()), Column{Name: "session_range", Type: column.Type}), nil
}

func vectorSearch(c *tableCall) ([]Column, error) {
	out := []Column{}
	if len(c.inputs) > 1 {
		out = append(out, Column{Name: "query", Type: structOf(c.inputs[1])})
	}
	return append(out, Column{Name: "base", Type: structOf(c.input())}, Column{Name: "distance", Type: "FLOAT64"}), nil
}

// inputAnd gives the input's columns and more.
func inputAnd(more ...Column) func(*tableCall) ([]Column, error) {
	return func(c *tableCall) ([]Column, error) { return append(slices.Clone(c.input()), more...), nil }
}

// inputAfter gives columns and the input's behind them.
func inputAfter(list string) func(*tableCall) ([]Column, error) {
	return func(c *tableCall) ([]Column, error) { return append(columnsOfText(list), c.input()...), nil }
}

func forwardInput(c *tableCall) ([]Column, error) { return c.input(), nil }

// fixed gives columns that depend on nothing.
func fixed(list string) func(*tableCall) ([]Column, error) {
	return func(*tableCall) ([]Column, error) { return columnsOfText(list), nil }
}
