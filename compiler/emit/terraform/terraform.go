// Package terraform turns a resolved platform into Terraform configuration in
// JSON syntax (google provider): everything that must exist before a day can run.
//
// A production environment gets all of it. A pull request's gets only datasets,
// tables, views and routines of its own, which die with it: accounts, buckets,
// secrets and the clock are production's. An environment on the embedded
// warehouse needs no infrastructure and gets no file.
package terraform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"sluice/compiler/emit"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// Files returns the configuration, below the folder terraform. It is pure, and
// the order of the platform's lists does not matter: every resource's key comes
// from its name alone.
func Files(m *model.Platform) []emit.File {
	if m.Target != "bigquery" {
		return nil
	}
	g := newGenerator(m)
	g.data()
	if !g.temporary {
		g.services()
		g.storage()
		g.secrets()
		g.accounts()
		g.clock()
	}
	files := []emit.File{
		encode("versions", g.versions()),
		encode("provider", g.provider()),
	}
	for _, name := range sortedKeys(g.files) {
		files = append(files, encode(name, block{"resource": g.files[name]}))
	}
	slices.SortFunc(files, func(a, b emit.File) int { return cmp.Compare(a.Path, b.Path) })
	return files
}

// block is one JSON object of the configuration; its keys come out sorted.
type block = map[string]any

// generator collects resources by file, type and key.
type generator struct {
	m         *model.Platform
	base      string // begins the names of cloud resources: the platform, with the environment unless it is prod
	prefix    string // of datasets
	project   string
	warehouse string // project that holds the datasets
	region    string
	temporary bool // a pull request's: nothing in it is worth protecting
	files     map[string]block
	views     map[*model.Table]bool   // whether it is a resource, see managed
	routines  map[*model.Routine]bool // the same
}

func newGenerator(m *model.Platform) *generator {
	g := &generator{
		m:         m,
		base:      m.Spec.Info.Name.V,
		project:   m.Project,
		warehouse: cmp.Or(m.Environment.Warehouse.Project.V, m.Project),
		region:    m.Spec.Info.Region.V,
		temporary: m.Environment.Kind.V == "pull_request",
		files:     map[string]block{},
		views:     map[*model.Table]bool{},
		routines:  map[*model.Routine]bool{},
	}
	if m.Environment.Name != "prod" {
		g.base += "-" + strings.ReplaceAll(m.Environment.Name, "_", "-")
	}
	for _, d := range m.Datasets {
		g.prefix = strings.TrimSuffix(d.Physical, d.Name)
	}
	return g
}

// add puts a resource into a file. A key that is taken is our own bug.
func (g *generator) add(file, kind, key string, body block) {
	kinds := g.files[file]
	if kinds == nil {
		kinds = block{}
		g.files[file] = kinds
	}
	keys, _ := kinds[kind].(block)
	if keys == nil {
		keys = block{}
		kinds[kind] = keys
	}
	if keys[key] != nil {
		panic("terraform: " + kind + "." + key + " is made twice")
	}
	keys[key] = body
}

// versions pins Terraform and the provider, and says where the state is. The state's
// bucket is made once by hand, before anything else can be: it is not in the state.
func (g *generator) versions() block {
	prefix := g.m.Environment.Name
	if g.prefix != "" {
		prefix += "/" + strings.Trim(g.prefix, "_")
	}
	return block{"terraform": block{
		"required_version": ">= 1.9",
		"required_providers": block{"google": block{
			"source":  "hashicorp/google",
			"version": "~> 7.0",
		}},
		"backend": block{"gcs": block{
			"bucket": StateBucket(g.m),
			"prefix": prefix,
		}},
	}}
}

// StateBucket is the bucket that holds the platform's Terraform state.
func StateBucket(m *model.Platform) string {
	return shorten(m.Project+"-"+m.Spec.Info.Name.V+"-terraform", 63)
}

func (g *generator) provider() block {
	labels := g.labels(g.m.Spec.Info.Labels)
	labels["sluice_platform"] = label(g.m.Spec.Info.Name.V)
	labels["sluice_environment"] = label(g.m.Environment.Name)
	return block{"provider": block{"google": block{
		"project":        g.project,
		"region":         g.region,
		"default_labels": labels,
	}}}
}

// labels are labels as written; nil where there are none.
func (g *generator) labels(list spec.Labels) block {
	out := block{}
	for _, l := range list {
		if s, ok := l.V.(string); ok {
			out[l.Name] = literal(s)
		}
	}
	return out
}

// encode writes one file. JSON has no comments; Terraform ignores the key "//".
func encode(name string, content block) emit.File {
	content["//"] = emit.Mark
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(content); err != nil {
		panic("terraform: " + err.Error()) // maps, lists and scalars only
	}
	return emit.File{Path: "terraform/" + name + ".tf.json", Content: b.Bytes()}
}
