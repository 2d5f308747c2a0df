package terraform

import (
	"slices"

	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// role is one of the platform's identities.
type role struct {
	key, account, does string
	project            []string // roles on the project
}

// Account is the e-mail address of one of the platform's service accounts: runtime,
// transfer, scheduler, ci-plan or ci-apply. What else is generated names it this way.
func Account(m *model.Platform, role string) string {
	g := newGenerator(m)
	return g.accountID(role) + "@" + g.project + ".iam.gserviceaccount.com"
}

// accountID is at most thirty characters, as Google wants it.
func (g *generator) accountID(role string) string {
	if id := g.base + "-" + role; len(id) <= 30 {
		return id
	}
	return shorten(g.base, 30-len(role)-1) + "-" + role
}

// Images is the registry of the platform's images.
func Images(m *model.Platform) string {
	g := newGenerator(m)
	return g.region + "-docker.pkg.dev/" + g.project + "/" + g.base
}

// Plans is the bucket that plans are published to.
func Plans(m *model.Platform) string { return newGenerator(m).bucketName("plans") }

// accounts makes an identity for each role, with no more than it needs. Nobody is
// given a basic role, nor a key.
func (g *generator) accounts() {
	roles := []role{
		{"runtime", "runtime", "Runs the day: queries, checks, exports, models.",
			[]string{"roles/bigquery.jobUser", "roles/logging.logWriter", "roles/monitoring.metricWriter"}},
		{"transfer", "transfer", "Brings sources into the warehouse.",
			[]string{"roles/bigquery.jobUser", "roles/logging.logWriter", "roles/monitoring.metricWriter"}},
		{"ci_plan", "ci-plan", "Checks pull requests; changes nothing.",
			[]string{"roles/artifactregistry.reader", "roles/bigquery.jobUser", "roles/bigquery.metadataViewer", "roles/cloudscheduler.viewer",
				"roles/iam.securityReviewer", "roles/logging.logWriter", "roles/pubsub.viewer", "roles/serviceusage.serviceUsageConsumer"}},
		{"ci_apply", "ci-apply", "Deploys: images, infrastructure, plans.",
			[]string{"roles/artifactregistry.admin", "roles/bigquery.dataOwner", "roles/bigquery.jobUser", "roles/cloudscheduler.admin",
				"roles/iam.roleAdmin", "roles/iam.serviceAccountAdmin", "roles/logging.logWriter", "roles/pubsub.admin",
				"roles/resourcemanager.projectIamAdmin", "roles/serviceusage.serviceUsageAdmin", "roles/storage.admin"}},
	}
	if slices.ContainsFunc(g.m.Models, func(m *model.Model) bool { return m.Spec.Kind.V == "vertex" }) {
		roles[0].project = append(roles[0].project, "roles/aiplatform.user")
	}
	if g.m.Environment.Warehouse.Reservation.V != "" {
		roles = append(roles, role{"scheduler", "scheduler", "Sets the reservation's slots by the capacity window.", nil})
	}
	for _, r := range roles {
		body := block{
			"account_id":   g.accountID(r.account),
			"display_name": g.base + " " + r.account,
			"description":  r.does,
		}
		g.needs(body, "iam")
		g.add("accounts", "google_service_account", r.key, body)
		if len(r.project) > 0 {
			g.add("accounts", "google_project_iam_member", r.key, block{
				"for_each": each(r.project),
				"project":  g.project,
				"role":     "${each.value}",
				"member":   member(r.key),
			})
		}
	}
	g.dataAccess()
	g.bucketAccess()
	g.secretAccess()
	g.deployAccess()
}

func member(account string) string { return ref("google_service_account", account, "member") }

// dataAccess lets the runtime write every dataset and transfers those of sources.
func (g *generator) dataAccess() {
	for _, d := range g.m.Datasets {
		if !g.holdsSomething(d) {
			continue
		}
		g.datasetMember(d, "runtime", "roles/bigquery.dataEditor")
		if d.Source != nil {
			g.datasetMember(d, "transfer", "roles/bigquery.dataEditor")
		}
	}
}

func (g *generator) datasetMember(d *model.Dataset, account, role string) {
	body := block{
		"dataset_id": ref("google_bigquery_dataset", d.Name, "dataset_id"),
		"role":       role,
		"member":     member(account),
	}
	g.inWarehouse(body)
	g.add("access", "google_bigquery_dataset_iam_member", d.Name+"-"+account, body)
}

func (g *generator) bucketAccess() {
	grant := func(bucket, account, role string) {
		g.add("access", "google_storage_bucket_iam_member", bucket+"-"+account, block{
			"bucket": ref("google_storage_bucket", bucket, "name"),
			"role":   role,
			"member": member(account),
		})
	}
	grant("landing", "transfer", "roles/storage.objectUser")
	grant("landing", "runtime", "roles/storage.objectViewer")
	grant("staging", "transfer", "roles/storage.objectUser")
	grant("staging", "runtime", "roles/storage.objectUser")
	grant("plans", "runtime", "roles/storage.objectViewer")
	grant("plans", "transfer", "roles/storage.objectViewer")
	grant("plans", "ci_plan", "roles/storage.objectViewer")
	for _, name := range g.exportBuckets() {
		grant("export-"+keyOfBucket(name), "runtime", "roles/storage.objectUser")
	}
	g.add("access", "google_storage_bucket_iam_member", "state-ci_plan", block{
		"bucket": StateBucket(g.m),
		"role":   "roles/storage.objectViewer", // a plan for review takes no lock
		"member": member("ci_plan"),
	})
}

// secretAccess lets each identity read the secrets that it uses, and no other.
func (g *generator) secretAccess() {
	container := map[string]string{} // secret's name → key of its container
	for _, s := range g.m.Spec.Secrets {
		if s.SecretManager.V != "" {
			container[s.Name] = g.secretsByID()[s.SecretManager.V].Name
		}
	}
	uses := map[string]map[string]bool{"runtime": {}, "transfer": {}}
	use := func(account string, secret spec.Text) {
		if k := container[secret.V]; k != "" {
			uses[account][k] = true
		}
	}
	for _, s := range g.m.Spec.Sources {
		secret := s.Connection.Secret
		if o := g.m.Overrides[s.Name]; o != nil && o.Secret.V != "" {
			secret = o.Secret
		}
		use("transfer", secret)
	}
	for _, c := range g.m.Spec.Channels {
		use("runtime", c.Secret)
	}
	for _, e := range g.m.Exports {
		use("runtime", e.Spec.To.Secret)
	}
	for _, account := range []string{"runtime", "transfer"} {
		for _, secret := range sortedKeys(uses[account]) {
			g.add("access", "google_secret_manager_secret_iam_member", secret+"-"+account, block{
				"secret_id": ref("google_secret_manager_secret", secret, "secret_id"),
				"role":      "roles/secretmanager.secretAccessor",
				"member":    member(account),
			})
		}
	}
}

// deployAccess lets the deploying identity make containers of secrets without
// reading what is in them, and act as those that it hands to services.
func (g *generator) deployAccess() {
	custom := func(key, id, title, description string, permissions []string, account string) {
		slices.Sort(permissions)
		body := block{"role_id": id, "title": title, "description": description, "permissions": permissions}
		g.needs(body, "iam")
		g.add("accounts", "google_project_iam_custom_role", key, body)
		g.add("accounts", "google_project_iam_member", key, block{
			"project": g.project,
			"role":    ref("google_project_iam_custom_role", key, "name"),
			"member":  member(account),
		})
	}
	if len(g.secretsByID()) > 0 {
		custom("secret_containers", roleID(g.base, "secret_containers"), g.base+" secret containers", "Makes containers of secrets; cannot read a value.",
			[]string{"secretmanager.secrets.create", "secretmanager.secrets.delete", "secretmanager.secrets.get", "secretmanager.secrets.getIamPolicy",
				"secretmanager.secrets.list", "secretmanager.secrets.setIamPolicy", "secretmanager.secrets.update"}, "ci_apply")
	}
	if g.m.Environment.Warehouse.Reservation.V != "" {
		custom("reservation_slots", roleID(g.base, "reservation_slots"), g.base+" reservation slots", "Sets the slots of a reservation.",
			[]string{"bigquery.reservations.get", "bigquery.reservations.update"}, "scheduler")
	}
	for _, account := range g.handedOut() {
		g.add("access", "google_service_account_iam_member", account+"-ci_apply", block{
			"service_account_id": ref("google_service_account", account, "name"),
			"role":               "roles/iam.serviceAccountUser",
			"member":             member("ci_apply"),
		})
	}
}

// handedOut are the identities that deployed services run as.
func (g *generator) handedOut() []string {
	list := []string{"runtime", "transfer"}
	if g.m.Environment.Warehouse.Reservation.V != "" {
		list = append(list, "scheduler")
	}
	return list
}
