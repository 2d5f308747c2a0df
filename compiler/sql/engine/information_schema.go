package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/compiler/diag"
)

// systemViews are BigQuery's own views and meta-tables with the columns of its
// reference, by upper-case name. What a view holds depends on the project, region or
// dataset before its name; its columns do not.
var systemViews = map[string]string{
	"SCHEMATA":                           "catalog_name STRING, schema_name STRING, schema_owner STRING, creation_time TIMESTAMP, last_modified_time TIMESTAMP, location STRING, ddl STRING, default_collation_name STRING, sync_status JSON",
	"SCHEMATA_OPTIONS":                   "catalog_name STRING, schema_name STRING, option_name STRING, option_type STRING, option_value STRING",
	"SCHEMATA_LINKS":                     "catalog_name STRING, schema_name STRING, linked_schema_catalog_number STRING, linked_schema_catalog_name STRING, linked_schema_name STRING, linked_schema_creation_time TIMESTAMP, linked_schema_org_display_name STRING",
	"TABLES":                             "table_catalog STRING, table_schema STRING, table_name STRING, table_type STRING, managed_table_type STRING, is_insertable_into STRING, is_fine_grained_mutations_enabled STRING, is_typed STRING, is_change_history_enabled STRING, creation_time TIMESTAMP, base_table_catalog STRING, base_table_schema STRING, base_table_name STRING, snapshot_time_ms TIMESTAMP, replica_source_catalog STRING, replica_source_schema STRING, replica_source_name STRING, replication_status STRING, replication_error STRING, ddl STRING, default_collation_name STRING, upsert_stream_apply_watermark TIMESTAMP, sync_status JSON",
	"TABLE_OPTIONS":                      "table_catalog STRING, table_schema STRING, table_name STRING, option_name STRING, option_type STRING, option_value STRING",
	"COLUMNS":                            "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, ordinal_position INT64, is_nullable STRING, data_type STRING, is_generated STRING, generation_expression STRING, is_stored STRING, is_hidden STRING, is_updatable STRING, is_system_defined STRING, is_partitioning_column STRING, clustering_ordinal_position INT64, collation_name STRING, column_default STRING, rounding_mode STRING, policy_tags ARRAY<STRING>, data_policies ARRAY<STRUCT<name STRING>>",
	"COLUMN_FIELD_PATHS":                 "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, field_path STRING, data_type STRING, description STRING, collation_name STRING, rounding_mode STRING, policy_tags ARRAY<STRING>, data_policies ARRAY<STRUCT<name STRING>>",
	"PARTITIONS":                         "table_catalog STRING, table_schema STRING, table_name STRING, partition_id STRING, total_rows INT64, total_logical_bytes INT64, total_billable_bytes INT64, last_modified_time TIMESTAMP, storage_tier STRING",
	"TABLE_CONSTRAINTS":                  "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, table_schema STRING, table_name STRING, constraint_type STRING, is_deferrable STRING, initially_deferred STRING, enforced STRING",
	"KEY_COLUMN_USAGE":                   "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, ordinal_position INT64, position_in_unique_constraint INT64",
	"CONSTRAINT_COLUMN_USAGE":            "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, constraint_catalog STRING, constraint_schema STRING, constraint_name STRING",
	"TABLE_SNAPSHOTS":                    "table_catalog STRING, table_schema STRING, table_name STRING, base_table_catalog STRING, base_table_schema STRING, base_table_name STRING, snapshot_time TIMESTAMP",
	"VIEWS":                              "table_catalog STRING, table_schema STRING, table_name STRING, view_definition STRING, check_option STRING, use_standard_sql STRING",
	"MATERIALIZED_VIEWS":                 "table_catalog STRING, table_schema STRING, table_name STRING, last_refresh_time TIMESTAMP, refresh_watermark TIMESTAMP, last_refresh_status STRUCT<reason STRING, location STRING, message STRING>",
	"ROUTINES":                           "specific_catalog STRING, specific_schema STRING, specific_name STRING, routine_catalog STRING, routine_schema STRING, routine_name STRING, routine_type STRING, data_type STRING, routine_body STRING, routine_definition STRING, external_language STRING, is_deterministic STRING, security_type STRING, created TIMESTAMP, last_altered TIMESTAMP, ddl STRING, connection STRING",
	"ROUTINE_OPTIONS":                    "specific_catalog STRING, specific_schema STRING, specific_name STRING, option_name STRING, option_type STRING, option_value STRING",
	"PARAMETERS":                         "specific_catalog STRING, specific_schema STRING, specific_name STRING, ordinal_position INT64, parameter_mode STRING, is_result STRING, parameter_name STRING, data_type STRING, parameter_default STRING, is_aggregate STRING",
	"OBJECT_PRIVILEGES":                  "object_catalog STRING, object_schema STRING, object_name STRING, object_type STRING, privilege_type STRING, grantee STRING",
	"SEARCH_INDEXES":                     "index_catalog STRING, index_schema STRING, table_name STRING, index_name STRING, index_status STRING, creation_time TIMESTAMP, last_modification_time TIMESTAMP, last_refresh_time TIMESTAMP, disable_time TIMESTAMP, disable_reason STRING, DDL STRING, coverage_percentage INT64, unindexed_row_count INT64, total_logical_bytes INT64, total_storage_bytes INT64, analyzer STRING",
	"SEARCH_INDEX_COLUMNS":               "index_catalog STRING, index_schema STRING, table_name STRING, index_name STRING, index_column_name STRING, index_field_path STRING",
	"VECTOR_INDEXES":                     "index_catalog STRING, index_schema STRING, table_name STRING, index_name STRING, index_status STRING, creation_time TIMESTAMP, last_modification_time TIMESTAMP, last_refresh_time TIMESTAMP, disable_time TIMESTAMP, disable_reason STRING, DDL STRING, coverage_percentage INT64, unindexed_row_count INT64, total_logical_bytes INT64, total_storage_bytes INT64",
	"TABLE_STORAGE":                      tableStorage,
	"TABLE_STORAGE_BY_PROJECT":           tableStorage,
	"TABLE_STORAGE_BY_ORGANIZATION":      tableStorage,
	"TABLE_STORAGE_BY_FOLDER":            tableStorage,
	"TABLE_STORAGE_USAGE_TIMELINE":       "usage_date DATE, project_id STRING, project_number INT64, table_catalog STRING, table_schema STRING, table_name STRING, billable_total_logical_usage INT64, billable_active_logical_usage INT64, billable_long_term_logical_usage INT64, billable_total_physical_usage INT64, billable_active_physical_usage INT64, billable_long_term_physical_usage INT64",
	"JOBS":                               jobs,
	"JOBS_BY_PROJECT":                    jobs,
	"JOBS_BY_USER":                       jobs,
	"JOBS_BY_FOLDER":                     jobs + ", folder_numbers ARRAY<INT64>",
	"JOBS_BY_ORGANIZATION":               strings.Replace(jobs, "query STRING, ", "", 1) + ", folder_numbers ARRAY<INT64>",
	"JOBS_TIMELINE":                      jobsTimeline,
	"JOBS_TIMELINE_BY_PROJECT":           jobsTimeline,
	"JOBS_TIMELINE_BY_USER":              jobsTimeline,
	"JOBS_TIMELINE_BY_FOLDER":            jobsTimeline + ", folder_numbers ARRAY<INT64>",
	"JOBS_TIMELINE_BY_ORGANIZATION":      jobsTimeline + ", folder_numbers ARRAY<INT64>",
	"SESSIONS_BY_PROJECT":                sessions,
	"SESSIONS_BY_USER":                   sessions,
	"RESERVATIONS":                       "ddl STRING, project_id STRING, project_number INT64, reservation_name STRING, ignore_idle_slots BOOL, slot_capacity INT64, target_job_concurrency INT64, autoscale STRUCT<current_slots INT64, max_slots INT64>, edition STRING, primary_location STRING, secondary_location STRING, original_primary_location STRING, labels ARRAY<STRUCT<key STRING, value STRING>>, reservation_group_path ARRAY<STRING>, max_slots INT64, scaling_mode STRING",
	"RESERVATIONS_TIMELINE":              "autoscale STRUCT<current_slots INT64, max_slots INT64>, edition STRING, ignore_idle_slots BOOL, labels ARRAY<STRUCT<key STRING, value STRING>>, period_start TIMESTAMP, per_second_details ARRAY<STRUCT<start_time TIMESTAMP, autoscale_current_slots INT64, autoscale_max_slots INT64, slots_assigned INT64, slots_max_assigned INT64, borrowed_slots INT64, lent_slots INT64>>, project_id STRING, project_number INT64, reservation_id STRING, reservation_name STRING, slots_assigned INT64, slots_max_assigned INT64, max_slots INT64, scaling_mode STRING, is_creation_region BOOL",
	"RESERVATION_CHANGES":                "change_timestamp TIMESTAMP, project_id STRING, project_number INT64, reservation_name STRING, ignore_idle_slots BOOL, action STRING, slot_capacity INT64, user_email STRING, target_job_concurrency INT64, autoscale STRUCT<current_slots INT64, max_slots INT64>, edition STRING, primary_location STRING, secondary_location STRING, original_primary_location STRING, labels ARRAY<STRUCT<key STRING, value STRING>>, max_slots INT64, scaling_mode STRING",
	"ASSIGNMENTS":                        "ddl STRING, project_id STRING, project_number INT64, assignment_id STRING, reservation_name STRING, job_type STRING, assignee_id STRING, assignee_number INT64, assignee_type STRING",
	"ASSIGNMENT_CHANGES":                 "change_timestamp TIMESTAMP, project_id STRING, project_number INT64, assignment_id STRING, reservation_name STRING, job_type STRING, assignee_id STRING, assignee_number INT64, assignee_type STRING, action STRING, user_email STRING, state STRING",
	"CAPACITY_COMMITMENTS":               "ddl STRING, project_id STRING, project_number INT64, capacity_commitment_id STRING, commitment_plan STRING, state STRING, slot_count INT64, edition STRING, is_flat_rate BOOL, renewal_plan STRING, commitment_start_time TIMESTAMP, commitment_end_time TIMESTAMP, failure_status STRING",
	"STREAMING_TIMELINE":                 streamingTimeline,
	"STREAMING_TIMELINE_BY_PROJECT":      streamingTimeline,
	"STREAMING_TIMELINE_BY_FOLDER":       streamingTimeline + ", folder_numbers ARRAY<INT64>",
	"STREAMING_TIMELINE_BY_ORGANIZATION": streamingTimeline + ", folder_numbers ARRAY<INT64>",
	"WRITE_API_TIMELINE":                 writeTimeline,
	"WRITE_API_TIMELINE_BY_PROJECT":      writeTimeline,
	"INSIGHTS":                           "insight_id STRING, insight_type STRING, subtype STRING, project_id STRING, project_number INT64, description STRING, last_updated_time TIMESTAMP, category STRING, target_resources ARRAY<STRING>, state STRING, severity STRING, associated_recommendation_ids ARRAY<STRING>, additional_details JSON",
	"RECOMMENDATIONS":                    "recommendation_id STRING, recommender STRING, subtype STRING, project_id STRING, project_number INT64, description STRING, last_updated_time TIMESTAMP, target_resources ARRAY<STRING>, state STRING, primary_impact STRUCT<category STRING, cost_projection STRUCT<cost STRING, cost_in_local_currency BOOL>, security_projection STRUCT<details JSON>>, priority STRING, associated_insight_ids ARRAY<STRING>, additional_details JSON",
	"PROJECT_OPTIONS":                    "option_name STRING, option_description STRING, option_type STRING, option_set_level STRING, option_set_on_id STRING, option_value STRING",
	"EFFECTIVE_PROJECT_OPTIONS":          "option_name STRING, option_description STRING, option_type STRING, option_set_level STRING, option_set_on_id STRING, option_value STRING",
	"SHARED_DATASET_USAGE":               "project_id STRING, dataset_id STRING, table_id STRING, data_exchange_id STRING, listing_id STRING, job_start_time TIMESTAMP, job_end_time TIMESTAMP, job_id STRING, job_project_number INT64, job_location STRING, linked_project_number INT64, linked_dataset_id STRING, subscriber_org_number INT64, subscriber_org_display_name STRING, num_rows_processed INT64, total_bytes_processed INT64",
}

const (
	tableStorage      = "project_id STRING, project_number INT64, table_catalog STRING, table_schema STRING, table_name STRING, creation_time TIMESTAMP, total_rows INT64, total_partitions INT64, total_logical_bytes INT64, active_logical_bytes INT64, long_term_logical_bytes INT64, current_physical_bytes INT64, total_physical_bytes INT64, active_physical_bytes INT64, long_term_physical_bytes INT64, time_travel_physical_bytes INT64, storage_last_modified_time TIMESTAMP, deleted BOOL, table_type STRING, managed_table_type STRING, fail_safe_physical_bytes INT64, last_metadata_index_refresh_time TIMESTAMP, table_deletion_reason STRING, table_deletion_time TIMESTAMP"
	errorResult       = "STRUCT<reason STRING, location STRING, debug_info STRING, message STRING>"
	tableReference    = "STRUCT<project_id STRING, dataset_id STRING, table_id STRING>"
	jobStages         = "ARRAY<STRUCT<name STRING, id INT64, start_ms INT64, end_ms INT64, input_stages ARRAY<INT64>, wait_ratio_avg FLOAT64, wait_ms_avg INT64, wait_ratio_max FLOAT64, wait_ms_max INT64, read_ratio_avg FLOAT64, read_ms_avg INT64, read_ratio_max FLOAT64, read_ms_max INT64, compute_ratio_avg FLOAT64, compute_ms_avg INT64, compute_ratio_max FLOAT64, compute_ms_max INT64, write_ratio_avg FLOAT64, write_ms_avg INT64, write_ratio_max FLOAT64, write_ms_max INT64, shuffle_output_bytes INT64, shuffle_output_bytes_spilled INT64, records_read INT64, records_written INT64, parallel_inputs INT64, completed_parallel_inputs INT64, status STRING, steps ARRAY<STRUCT<kind STRING, substeps ARRAY<STRING>>>, slot_ms INT64, compute_mode STRING>>"
	performance       = "STRUCT<avg_previous_execution_ms INT64, stage_performance_standalone_insights ARRAY<STRUCT<stage_id INT64, slot_contention BOOL, insufficient_shuffle_quota BOOL, bi_engine_reasons ARRAY<STRUCT<code STRING, message STRING>>, high_cardinality_joins ARRAY<STRUCT<left_rows INT64, right_rows INT64, output_rows INT64, step_index INT64>>, partition_skew STRUCT<skew_sources ARRAY<STRUCT<stage_id INT64>>>>>, stage_performance_change_insights ARRAY<STRUCT<stage_id INT64, input_data_change STRUCT<records_read_diff_percentage FLOAT64>>>>"
	jobs              = "creation_time TIMESTAMP, project_id STRING, project_number INT64, user_email STRING, principal_subject STRING, job_id STRING, job_type STRING, statement_type STRING, priority STRING, start_time TIMESTAMP, end_time TIMESTAMP, query STRING, state STRING, reservation_id STRING, edition STRING, total_bytes_processed INT64, total_slot_ms INT64, error_result " + errorResult + ", cache_hit BOOL, destination_table " + tableReference + ", referenced_tables ARRAY<" + tableReference + ">, labels ARRAY<STRUCT<key STRING, value STRING>>, timeline ARRAY<STRUCT<elapsed_ms INT64, total_slot_ms INT64, pending_units INT64, completed_units INT64, active_units INT64, estimated_runnable_units INT64>>, job_stages " + jobStages + ", total_bytes_billed INT64, transaction_id STRING, parent_job_id STRING, session_info STRUCT<session_id STRING>, dml_statistics STRUCT<inserted_row_count INT64, deleted_row_count INT64, updated_row_count INT64>, total_modified_partitions INT64, bi_engine_statistics STRUCT<bi_engine_mode STRING, bi_engine_reasons ARRAY<STRUCT<code STRING, message STRING>>, acceleration_mode STRING>, query_info STRUCT<resource_warning STRING, optimization_details JSON, query_hashes STRUCT<normalized_literals STRING>, performance_insights " + performance + ">, transferred_bytes INT64, materialized_view_statistics STRUCT<materialized_view ARRAY<STRUCT<table_reference " + tableReference + ", chosen BOOL, estimated_bytes_saved INT64, rejected_reason STRING>>>, metadata_cache_statistics STRUCT<table_metadata_cache_usage ARRAY<STRUCT<table_reference " + tableReference + ", table_type STRING, unused_reason STRING, explanation STRING>>>, search_statistics STRUCT<index_usage_mode STRING, index_unused_reasons ARRAY<STRUCT<code STRING, message STRING, base_table " + tableReference + ", index_name STRING>>>, job_creation_reason STRUCT<code STRING>, continuous_query_info STRUCT<output_watermark TIMESTAMP>, continuous BOOL, query_dialect STRING, vector_search_statistics STRUCT<index_usage_mode STRING, index_unused_reasons ARRAY<STRUCT<code STRING, message STRING, base_table " + tableReference + ", index_name STRING>>>"
	jobsTimeline      = "period_start TIMESTAMP, period_slot_ms INT64, project_id STRING, project_number INT64, user_email STRING, principal_subject STRING, job_id STRING, job_type STRING, statement_type STRING, priority STRING, parent_job_id STRING, job_creation_time TIMESTAMP, job_start_time TIMESTAMP, job_end_time TIMESTAMP, state STRING, reservation_id STRING, edition STRING, total_bytes_billed INT64, total_bytes_processed INT64, error_result " + errorResult + ", cache_hit BOOL, period_shuffle_ram_usage_ratio FLOAT64, period_estimated_runnable_units INT64, transaction_id STRING"
	sessions          = "creation_time TIMESTAMP, expiration_time TIMESTAMP, is_active BOOL, last_modified_time TIMESTAMP, principal_subject STRING, project_id STRING, project_number INT64, session_id STRING, user_email STRING"
	streamingTimeline = "start_timestamp TIMESTAMP, project_id STRING, project_number INT64, dataset_id STRING, table_id STRING, error_code STRING, total_requests INT64, total_rows INT64, total_input_bytes INT64"
	writeTimeline     = "start_timestamp TIMESTAMP, project_id STRING, project_number INT64, dataset_id STRING, table_id STRING, stream_type STRING, error_code STRING, total_requests INT64, total_rows INT64, total_input_bytes INT64"
)

// metaTables are the views of a dataset from before INFORMATION_SCHEMA.
var metaTables = map[string]string{
	"__TABLES__":         "project_id STRING, dataset_id STRING, table_id STRING, creation_time INT64, last_modified_time INT64, row_count INT64, size_bytes INT64, type INT64",
	"__TABLES_SUMMARY__": "project_id STRING, dataset_id STRING, table_id STRING, creation_time INT64, type INT64",
}

// isSystemName reports whether the parts of a name are those of a view of
// INFORMATION_SCHEMA or of a meta-table, known or not.
func isSystemName(name string) bool {
	parts := strings.Split(name, ".")
	if n := len(parts); n >= 2 && strings.EqualFold(parts[n-2], "INFORMATION_SCHEMA") {
		return true
	}
	_, meta := metaTables[strings.ToUpper(parts[len(parts)-1])]
	return meta && len(parts) >= 2
}

// systemTable is the view or meta-table that a name means.
func systemTable(name string) (Table, bool) {
	last := strings.ToUpper(name[strings.LastIndexByte(name, '.')+1:])
	list, known := systemViews[last]
	if meta, is := metaTables[last]; is {
		list, known = meta, true
	}
	// The digest is not of a user's table: no name of theirs holds a space.
	return Table{Name: name, Catalog: "system " + last, Columns: columnsOfText(list), Digest: "system " + last}, known
}

// unknownViews reports views of INFORMATION_SCHEMA that BigQuery does not have.
func unknownViews(r Request) []Problem {
	var out []Problem
	for _, ref := range r.Parsed.Refs {
		if ref.Kind != SystemRef {
			continue
		}
		if _, known := systemTable(ref.Name); known {
			continue
		}
		last := ref.Name[strings.LastIndexByte(ref.Name, '.')+1:]
		p := Problem{Code: diag.UnknownTable, Start: ref.Start, End: ref.End, Message: fmt.Sprintf("INFORMATION_SCHEMA has no view %q", last),
			Hint: "its views are TABLES, COLUMNS, PARTITIONS, TABLE_STORAGE, JOBS and others; a table of that name needs another dataset"}
		if near := Nearest(strings.ToUpper(last), slices.Sorted(maps.Keys(systemViews))); near != "" {
			p.Hint = `did you mean "` + near + `"?`
		}
		out = append(out, p)
	}
	return out
}

// viewsRefused are the views of BigQuery's in a text for another warehouse.
func viewsRefused(r Request) []Problem {
	var out []Problem
	for _, ref := range r.Parsed.Refs {
		if ref.Kind == SystemRef {
			out = append(out, Problem{Code: diag.UntranslatableSQL, Start: ref.Start, End: ref.End,
				Message: ref.Name + " is a view of BigQuery's own, which the embedded warehouse does not have",
				Hint:    "run it in an environment whose warehouse is BigQuery"})
		}
	}
	return out
}
