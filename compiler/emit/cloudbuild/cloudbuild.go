// Package cloudbuild turns a resolved platform into Cloud Build pipelines: one that
// judges a pull request and changes nothing, one that deploys what was merged.
//
// Each runs as an identity of its own that Terraform makes, with pinned images and
// a time limit. No secret passes through a pipeline: what needs one reads it from
// Secret Manager at run time. Only production has pipelines.
package cloudbuild

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"sluice/compiler/emit"
	"sluice/compiler/emit/terraform"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// Images of tools, pinned.
const (
	terraformImage = "hashicorp/terraform:1.11.4"
	dockerImage    = "docker:27.5.1-cli"
	gcloudImage    = "gcr.io/google.com/cloudsdktool/google-cloud-cli:530.0.0-slim"
)

// Files returns the pipelines and the image's Dockerfile, below the folder
// cloudbuild. It is pure.
func Files(m *model.Platform) []emit.File {
	if m.Target != "bigquery" || m.Environment.Kind.V != "prod" {
		return nil
	}
	g := generator{m: m, env: m.Environment.Name, generated: "generated/" + m.Environment.Name}
	return []emit.File{
		{Path: "cloudbuild/Dockerfile", Content: []byte(g.dockerfile())},
		{Path: "cloudbuild/deploy.yaml", Content: encode("Deploys what was merged to the environment "+g.env+".", g.deploy())},
		{Path: "cloudbuild/pull_request.yaml", Content: encode("Judges a pull request; changes nothing.", g.pullRequest())},
	}
}

// build is a pipeline, step a command in a container, as Cloud Build's API has them.
type build struct {
	Steps          []step            `yaml:"steps"`
	Images         []string          `yaml:"images,omitempty"`
	ServiceAccount string            `yaml:"serviceAccount"`
	Substitutions  map[string]string `yaml:"substitutions"`
	Options        options           `yaml:"options"`
	Timeout        string            `yaml:"timeout"`
	QueueTTL       string            `yaml:"queueTtl"`
	Tags           []string          `yaml:"tags"`
}

type step struct {
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	Dir        string   `yaml:"dir,omitempty"`
	Entrypoint string   `yaml:"entrypoint,omitempty"`
	Args       []string `yaml:"args"`
	WaitFor    []string `yaml:"waitFor,omitempty"`
	Timeout    string   `yaml:"timeout"`
}

type options struct {
	Logging            string `yaml:"logging"`
	SubstitutionOption string `yaml:"substitutionOption"`
}

type generator struct {
	m         *model.Platform
	env       string
	generated string // folder of the environment's files, relative to the platform's
}

// pullRequest checks form, meaning and style, that the committed files fit, and
// shows what a deployment would do.
func (g generator) pullRequest() build {
	b := g.build("ci-plan", "1800s")
	b.Steps = append(b.Steps, g.sluice("fmt", "300s", []string{"-"}, "fmt", "--check"))
	var checks, drifts []string
	for _, e := range g.environments() {
		id := "check-" + e.Name
		checks = append(checks, id)
		b.Steps = append(b.Steps, g.sluice(id, "600s", []string{"-"}, append([]string{"check", "--env", e.Name}, variables(e)...)...))
	}
	b.Steps = append(b.Steps, g.sluice("lint", "600s", []string{"-"}, "lint", "--env", g.env))
	for _, e := range g.environments() {
		if len(variables(e)) > 0 {
			continue // differs with each pull request: nothing of it is committed
		}
		id := "drift-" + e.Name
		drifts = append(drifts, id)
		b.Steps = append(b.Steps, g.sluice(id, "600s", checks, "compile", "--check", "--env", e.Name))
	}
	b.Steps = append(b.Steps,
		g.shell("live-plan", gcloudImage, "300s", []string{"-"}, g.fetchLive()),
		g.sluice("plan", "600s", append(slices.Clone(checks), "live-plan"), "plan", "--env", g.env),
		g.terraform("terraform-init", drifts, "init", "-input=false"),
		g.terraform("terraform-validate", []string{"terraform-init"}, "validate"),
		g.terraform("terraform-plan", []string{"terraform-validate"}, "plan", "-input=false", "-lock=false"),
	)
	return b
}

// deploy makes the image, the infrastructure, and then the plan that is live. Each
// waits for the one before: a plan never goes live without what it stands on.
func (g generator) deploy() build {
	b := g.build("ci-apply", "3600s")
	image := terraform.Images(g.m) + "/platform:${BUILD_ID}"
	b.Steps = []step{
		g.sluice("check", "600s", []string{"-"}, "check", "--env", g.env),
		g.sluice("drift", "600s", []string{"check"}, "compile", "--check", "--env", g.env),
		{ID: "image", Name: dockerImage, Dir: "${_PLATFORM_DIR}", WaitFor: []string{"drift"}, Timeout: "900s", Entrypoint: "docker",
			Args: []string{"build", "--file", g.generated + "/cloudbuild/Dockerfile", "--build-arg", "SLUICE=${_SLUICE_IMAGE}", "--tag", image, "."}},
		{ID: "push", Name: dockerImage, WaitFor: []string{"image"}, Timeout: "600s", Entrypoint: "docker", Args: []string{"push", image}},
		g.terraform("terraform-init", []string{"push"}, "init", "-input=false"),
		g.terraform("terraform-plan", []string{"terraform-init"}, "plan", "-input=false", "-out=/workspace/sluice.tfplan"),
		g.terraform("terraform-apply", []string{"terraform-plan"}, "apply", "-input=false", "/workspace/sluice.tfplan"),
		g.shell("publish-plan", gcloudImage, "300s", []string{"terraform-apply"}, g.publish()),
	}
	b.Images = []string{image}
	return b
}

func (g generator) build(account, timeout string) build {
	return build{
		ServiceAccount: "projects/" + g.m.Project + "/serviceAccounts/" + terraform.Account(g.m, account),
		Substitutions: map[string]string{
			// Set both in the trigger: where the platform is in the repository, and the
			// image of sluice, best by digest.
			"_PLATFORM_DIR": ".",
			"_SLUICE_IMAGE": terraform.Images(g.m) + "/sluice:v1",
		},
		Options:  options{Logging: "CLOUD_LOGGING_ONLY", SubstitutionOption: "MUST_MATCH"},
		Timeout:  timeout,
		QueueTTL: "3600s",
		Tags:     []string{"sluice", g.m.Spec.Info.Name.V, g.env},
	}
}

// environments are all that the platform declares, sorted.
func (g generator) environments() []*spec.Environment {
	list := slices.Clone(g.m.Spec.Environments)
	slices.SortFunc(list, func(a, b *spec.Environment) int { return strings.Compare(a.Name, b.Name) })
	return list
}

var placeholder = regexp.MustCompile(`\$\{([a-z0-9_]+)\}`)

// variables fill the placeholders of an environment's dataset prefix with the pull
// request's number.
func variables(e *spec.Environment) []string {
	var args []string
	for _, p := range placeholder.FindAllStringSubmatch(e.DatasetPrefix.V, -1) {
		args = append(args, "--var", p[1]+"=${_PR_NUMBER}")
	}
	return args
}

func (g generator) sluice(id, timeout string, after []string, args ...string) step {
	return step{ID: id, Name: "${_SLUICE_IMAGE}", Dir: "${_PLATFORM_DIR}", Entrypoint: "sluice", Args: args, WaitFor: after, Timeout: timeout}
}

func (g generator) terraform(id string, after []string, args ...string) step {
	return step{ID: id, Name: terraformImage, Dir: "${_PLATFORM_DIR}/" + g.generated + "/terraform", Args: args, WaitFor: after, Timeout: "1200s"}
}

// shell runs a script. A dollar of the shell's own is doubled, or Cloud Build would
// take it for a substitution.
func (g generator) shell(id, image, timeout string, after []string, script string) step {
	return step{ID: id, Name: image, Dir: "${_PLATFORM_DIR}", Entrypoint: "bash", Args: []string{"-euc", script}, WaitFor: after, Timeout: timeout}
}

// fetchLive brings the live plan to where `sluice plan` looks for it; nothing is
// there before the first deployment.
func (g generator) fetchLive() string {
	return strings.Join([]string{
		"mkdir -p .sluice/" + g.env + "/plans",
		"if gcloud storage cp " + g.bucket() + "/current .sluice/" + g.env + "/current; then",
		"  digest=$$(sed 's/^sha256://' .sluice/" + g.env + "/current)",
		"  gcloud storage cp " + g.bucket() + "/plans/$$digest.json .sluice/" + g.env + "/plans/",
		"fi",
		"",
	}, "\n")
}

// publish puts the plan under its digest and then makes it the live one.
func (g generator) publish() string {
	return strings.Join([]string{
		`digest=$$(sed -n 's/^  "digest": "sha256:\([0-9a-f]\{64\}\)",$$/\1/p' ` + g.generated + "/plan.json)",
		`test -n "$$digest"`,
		"gcloud storage cp " + g.generated + "/plan.json " + g.bucket() + "/plans/$$digest.json",
		"echo sha256:$$digest | gcloud storage cp - " + g.bucket() + "/current",
		"",
	}, "\n")
}

func (g generator) bucket() string { return "gs://" + terraform.Plans(g.m) + "/" + g.env }

// dockerfile makes an image of the runtime and the plan: a plan needs nothing else.
func (g generator) dockerfile() string {
	return emit.Comment("#") + fmt.Sprintf(`# The platform %s in environment %s: runtime and plan as one.
ARG SLUICE
FROM ${SLUICE}
COPY %s/plan.json /platform/plan.json
WORKDIR /platform
ENTRYPOINT ["sluice"]
`, g.m.Spec.Info.Name.V, g.env, g.generated)
}

func encode(what string, b build) []byte {
	var out bytes.Buffer
	out.WriteString(emit.Comment("#") + "# " + what + "\n")
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(b); err != nil {
		panic("cloudbuild: " + err.Error()) // texts only
	}
	return out.Bytes()
}
