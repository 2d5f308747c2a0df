package terraform

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// apis are the Google APIs that the platform uses.
func (g *generator) apis() []string {
	list := []string{"artifactregistry", "bigquery", "bigquerystorage", "cloudbuild", "cloudresourcemanager", "cloudscheduler",
		"iam", "logging", "pubsub", "serviceusage", "storage"}
	if len(g.secretsByID()) > 0 {
		list = append(list, "secretmanager")
	}
	if g.m.Environment.Warehouse.Reservation.V != "" {
		list = append(list, "bigqueryreservation")
	}
	if slices.ContainsFunc(g.m.Models, func(m *model.Model) bool { return m.Spec.Kind.V == "vertex" }) {
		list = append(list, "aiplatform")
	}
	sheets := slices.ContainsFunc(g.m.Exports, func(e *model.Export) bool { return e.Spec.Kind.V == "sheets" }) ||
		slices.ContainsFunc(g.m.Spec.Sources, func(s *spec.Source) bool { return s.Kind.V == "sheets" })
	if sheets {
		list = append(list, "sheets")
	}
	slices.Sort(list)
	return list
}

// services turns APIs on. They stay on when the platform goes: others may use them.
func (g *generator) services() {
	for _, api := range g.apis() {
		g.add("services", "google_project_service", api, block{
			"service":            api + ".googleapis.com",
			"disable_on_destroy": false,
		})
	}
}

// needs makes a resource wait for its API. A pull request finds it turned on.
func (g *generator) needs(body block, api string) {
	if !g.temporary {
		setDepends(body, []string{"google_project_service." + api})
	}
}

// storage makes buckets and the registry of images.
func (g *generator) storage() {
	g.bucket("landing", g.bucketName("landing"), block{
		"lifecycle_rule": []block{expire(30)},
	})
	g.bucket("staging", g.bucketName("staging"), block{
		"lifecycle_rule": []block{expire(7)},
		// What is staged exists elsewhere; nothing is gained by keeping it after its deletion.
		"soft_delete_policy": block{"retention_duration_seconds": 0},
	})
	g.bucket("plans", g.bucketName("plans"), block{
		"versioning": block{"enabled": true},
		"lifecycle_rule": []block{{
			"action":    block{"type": "Delete"},
			"condition": block{"days_since_noncurrent_time": 400, "num_newer_versions": 10, "with_state": "ARCHIVED"},
		}},
	})
	for _, name := range g.exportBuckets() {
		g.bucket("export-"+keyOfBucket(name), name, block{
			"versioning":         block{"enabled": true},
			"soft_delete_policy": block{"retention_duration_seconds": 14 * 24 * 3600},
			"lifecycle_rule": []block{{
				"action":    block{"type": "Delete"},
				"condition": block{"days_since_noncurrent_time": 90, "with_state": "ARCHIVED"},
			}},
		})
	}
	registry := block{
		"repository_id": g.base,
		"location":      g.region,
		"format":        "DOCKER",
		"description":   "Images that run the platform.",
		"docker_config": block{"immutable_tags": true},
	}
	g.needs(registry, "artifactregistry")
	g.add("storage", "google_artifact_registry_repository", "images", registry)
}

// bucket makes a bucket that nobody outside can be let into, object by object.
func (g *generator) bucket(key, name string, extra block) {
	body := block{
		"name":                        name,
		"location":                    strings.ToUpper(g.region),
		"uniform_bucket_level_access": true,
		"public_access_prevention":    "enforced",
		"force_destroy":               false,
	}
	for k, v := range extra {
		body[k] = v
	}
	g.needs(body, "storage")
	g.add("storage", "google_storage_bucket", key, body)
}

func expire(days int) block {
	return block{"action": block{"type": "Delete"}, "condition": block{"age": days}}
}

// bucketName is unique in the world because a project's name is.
func (g *generator) bucketName(role string) string {
	return shorten(g.project+"-"+g.base+"-"+role, 63)
}

// exportBuckets are the buckets of Cloud Storage that exports deliver to, sorted.
func (g *generator) exportBuckets() []string {
	var list []string
	for _, e := range g.m.Exports {
		if e.Spec.Kind.V == "gcs" && g.m.Environment.Exports.V == "deliver" {
			list = append(list, e.Spec.To.Bucket.V)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// secretsByID groups secrets that are one in Secret Manager, under the first name.
func (g *generator) secretsByID() map[string]*spec.Secret {
	byID := map[string]*spec.Secret{}
	for _, s := range g.m.Spec.Secrets {
		id := s.SecretManager.V
		if first := byID[id]; id != "" && (first == nil || s.Name < first.Name) {
			byID[id] = s
		}
	}
	return byID
}

// secrets makes containers. Values are put into them by people, and never pass
// through configuration or state.
func (g *generator) secrets() {
	for id, s := range g.secretsByID() {
		body := block{
			"secret_id":           id,
			"replication":         block{"auto": block{}},
			"deletion_protection": true,
		}
		if s.Description.V != "" {
			body["annotations"] = block{"description": literal(s.Description.V)}
		}
		g.needs(body, "secretmanager")
		g.add("secrets", "google_secret_manager_secret", s.Name, body)
	}
}

// clock makes a topic and the entries of Cloud Scheduler that tell it the time: the
// opening of the day, and each change of the capacity window with its sizes. Where
// a reservation is named, the change of window also sets its slots.
func (g *generator) clock() {
	topic := block{"name": g.base + "-clock", "message_retention_duration": "86400s"}
	g.needs(topic, "pubsub")
	g.add("clock", "google_pubsub_topic", "clock", topic)

	g.entry("opening", "The business day opens.", cmp.Or(g.m.Spec.Info.DayStart.V, "00:00"), block{"pubsub_target": block{
		"topic_name": ref("google_pubsub_topic", "clock", "id"),
		"data":       message(block{"event": "opening", "platform": g.m.Spec.Info.Name.V, "environment": g.m.Environment.Name}),
	}})
	for _, w := range g.m.Spec.Windows {
		what := fmt.Sprintf("Capacity window %s begins.", w.Name)
		g.entry("window-"+w.Name, what, w.Start.V, block{"pubsub_target": block{
			"topic_name": ref("google_pubsub_topic", "clock", "id"),
			"data": message(block{"event": "window", "platform": g.m.Spec.Info.Name.V, "environment": g.m.Environment.Name,
				"window": w.Name, "workers": w.Workers.V, "slots": w.Slots.V, "nodes": w.Nodes.V}),
		}})
		if g.m.Environment.Warehouse.Reservation.V != "" && w.Slots.Set {
			g.entry("slots-"+w.Name, fmt.Sprintf("Capacity window %s has %d slots.", w.Name, w.Slots.V), w.Start.V, g.setSlots(w.Slots.V))
		}
	}
}

// setSlots is a call of BigQuery's reservation API.
func (g *generator) setSlots(slots int64) block {
	reservation := g.m.Environment.Warehouse.Reservation.V
	if !strings.Contains(reservation, "/") {
		reservation = "projects/" + g.warehouse + "/locations/" + g.m.Location + "/reservations/" + reservation
	}
	body, err := json.Marshal(map[string]string{"slotCapacity": fmt.Sprint(slots)})
	if err != nil {
		panic("terraform: " + err.Error())
	}
	return block{"http_target": block{
		"http_method": "PATCH",
		"uri":         "https://bigqueryreservation.googleapis.com/v1/" + literal(reservation) + "?updateMask=slotCapacity",
		"headers":     block{"Content-Type": "application/json"},
		"body":        base64(string(body)),
		"oauth_token": block{
			"service_account_email": ref("google_service_account", "scheduler", "email"),
			"scope":                 "https://www.googleapis.com/auth/bigquery",
		},
	}}
}

// entry is one entry of Cloud Scheduler, every day at a clock time of the platform.
func (g *generator) entry(key, description, clock string, target block) {
	minutes, err := plan.ParseClock(clock)
	if err != nil {
		minutes = 0 // 24:00, or what check reports
	}
	body := block{
		"name":             g.base + "-" + strings.ReplaceAll(key, "_", "-"),
		"description":      description,
		"region":           g.region,
		"schedule":         fmt.Sprintf("%d %d * * *", minutes%60, minutes/60),
		"time_zone":        g.m.Spec.Info.TimeZone.V,
		"attempt_deadline": "180s",
		"retry_config":     block{"retry_count": 5, "min_backoff_duration": "10s", "max_backoff_duration": "300s"},
	}
	for k, v := range target {
		body[k] = v
	}
	g.needs(body, "cloudscheduler")
	g.add("clock", "google_cloud_scheduler_job", key, body)
}

// message is a JSON object as the base64 text that the API wants, readable here.
func message(v block) string { return base64(compactJSON(v)) }

func base64(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic("terraform: " + err.Error())
	}
	return "${base64encode(" + literal(string(quoted)) + ")}"
}
