package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Model is a model of BigQuery ML's as a text may use it.
type Model struct {
	Name  string `json:"name"` // as in Ref
	Type  string `json:"type"` // as in CREATE MODEL: logistic_reg, kmeans, …; empty for a model of another kind
	Label string `json:"label,omitempty"`
	// LabelType is the label's canonical type.
	LabelType string `json:"label_type,omitempty"`
}

// classifiers and regressors are the types of models that learn a label.
var (
	classifiers = []string{"logistic_reg", "boosted_tree_classifier", "random_forest_classifier", "dnn_classifier", "dnn_linear_combined_classifier", "automl_classifier"}
	regressors  = []string{"linear_reg", "boosted_tree_regressor", "random_forest_regressor", "dnn_regressor", "dnn_linear_combined_regressor", "automl_regressor"}
)

// isClassifier and isRegressor tell what a model learns.
func (m *Model) isClassifier() bool { return slices.Contains(classifiers, strings.ToLower(m.Type)) }
func (m *Model) isRegressor() bool  { return slices.Contains(regressors, strings.ToLower(m.Type)) }

// learned is the call's model, where the output depends on what it is.
func (c *tableCall) learned() (*Model, error) {
	if c.model == nil {
		return nil, fmt.Errorf("the model %s is not declared, so its columns are not known; declare it under model with kind: \"bigquery_ml\", or declare the table's columns and set analysis: \"baseline\" with a reason", c.name)
	}
	if (c.model.isClassifier() || c.model.isRegressor()) && (c.model.Label == "" || c.model.LabelType == "") {
		return nil, fmt.Errorf("the model %s declares no training, so its label is not known; declare train, or declare the table's columns and set analysis: \"baseline\" with a reason", c.name)
	}
	return c.model, nil
}

// predict gives what the model predicts and the input's columns.
func predict(c *tableCall) ([]Column, error) {
	m, err := c.learned()
	if err != nil {
		return nil, err
	}
	var out []Column
	switch {
	case m.isClassifier():
		out = []Column{
			{Name: "predicted_" + m.Label, Type: m.LabelType},
			{Name: "predicted_" + m.Label + "_probs", Type: "ARRAY<STRUCT<label " + m.LabelType + ", prob FLOAT64>>"},
		}
	case m.isRegressor():
		out = []Column{{Name: "predicted_" + m.Label, Type: "FLOAT64"}}
	case strings.EqualFold(m.Type, "kmeans"):
		out = columnsOfText("CENTROID_ID INT64, NEAREST_CENTROIDS_DISTANCE ARRAY<STRUCT<CENTROID_ID INT64, DISTANCE FLOAT64>>")
	case strings.EqualFold(m.Type, "vertex"):
		return nil, fmt.Errorf("the model %s is not one of BigQuery ML; read the table that its predictions are written to", c.name)
	default:
		return nil, fmt.Errorf("what a model of the type %s predicts is not known; declare the table's columns and set analysis: \"baseline\" with a reason", m.Type)
	}
	return append(out, c.input()...), nil
}

func explainPredict(c *tableCall) ([]Column, error) {
	m, err := c.learned()
	if err != nil {
		return nil, err
	}
	kind := m.LabelType
	if !m.isClassifier() {
		kind = "FLOAT64"
	}
	out := []Column{{Name: "predicted_" + m.Label, Type: kind}}
	if m.isClassifier() {
		out = append(out, columnsOfText("probability FLOAT64")...)
	}
	out = append(out, columnsOfText("top_feature_attributions ARRAY<STRUCT<feature STRING, attribution FLOAT64>>, baseline_prediction_value FLOAT64, prediction_value FLOAT64, approximation_error FLOAT64")...)
	return append(out, c.input()...), nil
}

func evaluate(c *tableCall) ([]Column, error) {
	m, err := c.learned()
	if err != nil {
		return nil, err
	}
	switch {
	case m.isClassifier():
		return columnsOfText("precision FLOAT64, recall FLOAT64, accuracy FLOAT64, f1_score FLOAT64, log_loss FLOAT64, roc_auc FLOAT64"), nil
	case m.isRegressor():
		return columnsOfText("mean_absolute_error FLOAT64, mean_squared_error FLOAT64, mean_squared_log_error FLOAT64, median_absolute_error FLOAT64, r2_score FLOAT64, explained_variance FLOAT64"), nil
	case strings.EqualFold(m.Type, "kmeans"):
		return columnsOfText("davies_bouldin_index FLOAT64, mean_squared_distance FLOAT64"), nil
	}
	return nil, fmt.Errorf("what the evaluation of a model of the type %s gives is not known; declare the table's columns and set analysis: \"baseline\" with a reason", m.Type)
}

// confusionMatrix has a column for each label, which only the data tells.
func confusionMatrix(*tableCall) ([]Column, error) {
	return nil, errors.New("it has a column for each label, which only the data tells; declare the table's columns and set analysis: \"baseline\" with a reason")
}

// series are the columns that a model of time series adds for the options
// time_series_id_col; a model that is declared here has none.
func forecast(*tableCall) ([]Column, error) {
	return columnsOfText("forecast_timestamp TIMESTAMP, forecast_value FLOAT64, standard_error FLOAT64, confidence_level FLOAT64, prediction_interval_lower_bound FLOAT64, prediction_interval_upper_bound FLOAT64, confidence_interval_lower_bound FLOAT64, confidence_interval_upper_bound FLOAT64"), nil
}

func explainForecast(*tableCall) ([]Column, error) {
	return columnsOfText("time_series_timestamp TIMESTAMP, time_series_type STRING, time_series_data FLOAT64, time_series_adjusted_data FLOAT64, standard_error FLOAT64, confidence_level FLOAT64, prediction_interval_lower_bound FLOAT64, prediction_interval_upper_bound FLOAT64, trend FLOAT64, seasonal_period_yearly FLOAT64, seasonal_period_quarterly FLOAT64, seasonal_period_monthly FLOAT64, seasonal_period_weekly FLOAT64, seasonal_period_daily FLOAT64, holiday_effect FLOAT64, spikes_and_dips FLOAT64, step_changes FLOAT64, residual FLOAT64"), nil
}

func detectAnomalies(c *tableCall) ([]Column, error) {
	if c.model != nil && strings.EqualFold(c.model.Type, "kmeans") {
		return append(columnsOfText("is_anomaly BOOL, normalized_distance FLOAT64, CENTROID_ID INT64"), c.input()...), nil
	}
	if c.model != nil && (strings.EqualFold(c.model.Type, "pca") || strings.EqualFold(c.model.Type, "autoencoder")) {
		return append(columnsOfText("is_anomaly BOOL, mean_squared_error FLOAT64"), c.input()...), nil
	}
	return nil, fmt.Errorf("what it gives for the model %s is not known; declare the table's columns and set analysis: \"baseline\" with a reason", c.name)
}

func arimaEvaluate(*tableCall) ([]Column, error) {
	return columnsOfText("non_seasonal_p INT64, non_seasonal_d INT64, non_seasonal_q INT64, has_drift BOOL, log_likelihood FLOAT64, AIC FLOAT64, variance FLOAT64, seasonal_periods ARRAY<STRING>, has_holiday_effect BOOL, has_spikes_and_dips BOOL, has_step_changes BOOL, error_message STRING"), nil
}

func arimaCoefficients(*tableCall) ([]Column, error) {
	return columnsOfText("ar_coefficients ARRAY<FLOAT64>, ma_coefficients ARRAY<FLOAT64>, intercept_or_drift FLOAT64"), nil
}

// recommend gives columns that are named as those that the model was trained on.
func recommend(c *tableCall) ([]Column, error) {
	return nil, fmt.Errorf("its columns have the names of those that %s was trained on; declare the table's columns and set analysis: \"baseline\" with a reason", c.name)
}

func trainingInfo(c *tableCall) ([]Column, error) {
	out := columnsOfText("training_run INT64, iteration INT64, loss FLOAT64, eval_loss FLOAT64, learning_rate FLOAT64, duration_ms INT64")
	if c.model != nil && strings.EqualFold(c.model.Type, "kmeans") {
		out = append(out, columnsOfText("cluster_info ARRAY<STRUCT<centroid_id INT64, cluster_radius FLOAT64, cluster_size INT64>>")...)
	}
	return out, nil
}

func globalExplain(c *tableCall) ([]Column, error) {
	return columnsOfText("feature STRING, attribution FLOAT64"), nil
}

func reconstructionLoss(c *tableCall) ([]Column, error) {
	return append(columnsOfText("mean_absolute_error FLOAT64, mean_squared_error FLOAT64, mean_squared_log_error FLOAT64"), c.input()...), nil
}

// flattened reports whether the options ask for one column for each result.
func (c *tableCall) flattened() bool {
	v := c.values["options"]
	if v == nil || get(v.IsNull()) {
		return false
	}
	field, err := v.FindFieldByName("flatten_json_output")
	return err == nil && field != nil && get(field.IsValid()) && !get(field.IsNull()) && get(field.BoolValue())
}

func generateText(c *tableCall) ([]Column, error) {
	if c.flattened() {
		return append(columnsOfText("ml_generate_text_llm_result STRING, ml_generate_text_rai_result JSON, ml_generate_text_status STRING"), c.input()...), nil
	}
	return append(columnsOfText("ml_generate_text_result JSON, ml_generate_text_status STRING"), c.input()...), nil
}

func generateEmbedding(c *tableCall) ([]Column, error) {
	return append(columnsOfText("ml_generate_embedding_result ARRAY<FLOAT64>, ml_generate_embedding_statistics JSON, ml_generate_embedding_status STRING"), c.input()...), nil
}

func generateTextEmbedding(c *tableCall) ([]Column, error) {
	return append(columnsOfText("text_embedding ARRAY<FLOAT64>, statistics JSON, ml_embed_text_status STRING"), c.input()...), nil
}

// generateTable gives the columns that the options' output_schema says.
func generateTable(c *tableCall) ([]Column, error) {
	v := c.values["options"]
	var schema string
	if v != nil && !get(v.IsNull()) {
		if field, err := v.FindFieldByName("output_schema"); err == nil && field != nil && get(field.IsValid()) && !get(field.IsNull()) {
			schema = get(field.StringValue())
		}
	}
	if schema == "" {
		return nil, errors.New("output_schema must be a string literal, for example STRUCT('name STRING, age INT64' AS output_schema)")
	}
	out := append(columnsOfText(schema), columnsOfText("full_response JSON, status STRING")...)
	return append(out, c.input()...), nil
}

// series are the input's columns that id_cols names.
func (c *tableCall) series() ([]Column, error) {
	for _, argument := range []string{"data_col", "timestamp_col"} {
		if name, given := c.text(argument); given {
			if _, err := c.column(argument, name); err != nil {
				return nil, err
			}
		}
	}
	names, _ := c.texts("id_cols")
	var out []Column
	for _, name := range names {
		column, err := c.column("id_cols", name)
		if err != nil {
			return nil, err
		}
		out = append(out, column)
	}
	return out, nil
}

func aiForecast(c *tableCall) ([]Column, error) {
	out, err := c.series()
	if err != nil {
		return nil, err
	}
	if v := c.values["output_historical_time_series"]; v != nil && !get(v.IsNull()) && get(v.BoolValue()) {
		return append(out, columnsOfText("time_series_timestamp TIMESTAMP, time_series_data FLOAT64, time_series_type STRING, confidence_level FLOAT64, prediction_interval_lower_bound FLOAT64, prediction_interval_upper_bound FLOAT64, ai_forecast_status STRING")...), nil
	}
	return append(out, columnsOfText("forecast_timestamp TIMESTAMP, forecast_value FLOAT64, confidence_level FLOAT64, prediction_interval_lower_bound FLOAT64, prediction_interval_upper_bound FLOAT64, ai_forecast_status STRING")...), nil
}

func aiEvaluate(c *tableCall) ([]Column, error) {
	out, err := c.series()
	if err != nil {
		return nil, err
	}
	return append(out, columnsOfText("mean_absolute_error FLOAT64, mean_squared_error FLOAT64, root_mean_squared_error FLOAT64, mean_absolute_percentage_error FLOAT64, symmetric_mean_absolute_percentage_error FLOAT64, mean_absolute_scaled_error FLOAT64, ai_evaluate_status STRING")...), nil
}

func aiDetectAnomalies(c *tableCall) ([]Column, error) {
	out, err := c.series()
	if err != nil {
		return nil, err
	}
	return append(out, columnsOfText("time_series_timestamp TIMESTAMP, time_series_data FLOAT64, is_anomaly BOOL, lower_bound FLOAT64, upper_bound FLOAT64, anomaly_probability FLOAT64, ai_detect_anomalies_status STRING")...), nil
}

// columnsOfText splits a list of names with types, as it stands in a STRUCT.
func columnsOfText(list string) []Column {
	var out []Column
	depth, start := 0, 0
	add := func(part string) {
		if name, kind, ok := strings.Cut(strings.TrimSpace(part), " "); ok {
			out = append(out, Column{Name: strings.Trim(name, "`"), Type: strings.TrimSpace(kind)})
		}
	}
	for i, c := range list {
		switch c {
		case '<', '(':
			depth++
		case '>', ')':
			depth--
		case ',':
			if depth == 0 {
				add(list[start:i])
				start = i + 1
			}
		}
	}
	add(list[start:])
	return out
}

// structOf is the type of a row.
func structOf(columns []Column) string {
	var fields []string
	for _, c := range columns {
		fields = append(fields, "`"+c.Name+"` "+c.Type)
	}
	return "STRUCT<" + strings.Join(fields, ", ") + ">"
}
