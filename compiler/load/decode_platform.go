package load

import (
	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// declaration is one thing that the platform declares: a section of #Platform and
// a name in it, or a whole section (platform, capacity) with no name.
type declaration struct {
	section string
	name    string
	key     diag.Span
	value   value
}

// node is the declaration's name for diagnostics.
func (d *declaration) node() string {
	switch d.section {
	case "table", "routine":
		return d.name
	case "platform", "capacity", "lint":
		return d.section
	}
	return d.section + "." + d.name
}

// declaration decodes one declaration and adds it to the platform.
func (d *decoder) declaration(p *spec.Platform, decl *declaration) {
	n := spec.Node{Name: decl.name, At: decl.key}
	o := d.obj(&decl.value)
	switch decl.section {
	case "platform":
		d.info(decl.key, o, &p.Info)
	case "capacity":
		p.CapacityAt = decl.key
		p.Windows = append(p.Windows, each(o, "windows", d.window)...)
	case "lint":
		p.LintRules = append(p.LintRules, each(o, "rules", d.lintRule)...)
	case "team":
		p.Teams = add(p.Teams, n, o, d.team)
	case "channel":
		p.Channels = add(p.Channels, n, o, d.channel)
	case "secret":
		p.Secrets = add(p.Secrets, n, o, d.secret)
	case "environment":
		p.Environments = add(p.Environments, n, o, d.environment)
	case "calendar":
		p.Calendars = add(p.Calendars, n, o, d.calendar)
	case "variable":
		p.Variables = add(p.Variables, n, o, d.variable)
	case "pool":
		p.Pools = add(p.Pools, n, o, d.pool)
	case "dataset":
		p.Datasets = add(p.Datasets, n, o, d.dataset)
	case "source":
		p.Sources = add(p.Sources, n, o, d.source)
	case "table":
		p.Tables = add(p.Tables, n, o, d.table)
	case "routine":
		p.Routines = add(p.Routines, n, o, d.routine)
	case "check":
		p.Checks = add(p.Checks, n, o, d.check)
	case "export":
		p.Exports = add(p.Exports, n, o, d.export)
	case "model":
		p.Models = add(p.Models, n, o, d.model)
	case "sla":
		p.SLAs = add(p.SLAs, n, o, d.sla)
	default:
		panic("load: the schema has a section that the decoder does not know: " + decl.section)
	}
}

func add[T any](list []*T, n spec.Node, o obj, decode func(spec.Node, obj, *T)) []*T {
	v := new(T)
	decode(n, o, v)
	return append(list, v)
}

func (d *decoder) info(at diag.Span, o obj, out *spec.Info) {
	gcp, _, _ := o.child("gcp")
	*out = spec.Info{
		At:          at,
		Name:        o.text("name"),
		Description: o.text("description"),
		TimeZone:    o.text("time_zone"),
		DayStart:    o.text("day_start"),
		Project:     gcp.text("project"),
		Region:      gcp.text("region"),
		Location:    gcp.text("location"),
		Owner:       o.text("owner"),
		Retry:       d.retry(o),
		Labels:      o.pairs("labels"),
	}
}

func (d *decoder) team(n spec.Node, o obj, out *spec.Team) {
	*out = spec.Team{
		Node:        n,
		Description: o.text("description"),
		Members:     o.texts("members"),
		Channels:    o.texts("channels"),
	}
}

func (d *decoder) channel(n spec.Node, o obj, out *spec.Channel) {
	*out = spec.Channel{
		Node:        n,
		Kind:        o.text("kind"),
		Description: o.text("description"),
		Channel:     o.text("channel"),
		To:          o.texts("to"),
		URL:         o.text("url"),
		Secret:      o.text("secret"),
	}
}

func (d *decoder) secret(n spec.Node, o obj, out *spec.Secret) {
	*out = spec.Secret{
		Node:          n,
		Description:   o.text("description"),
		SecretManager: o.text("secret_manager"),
		Version:       o.text("version"),
		Env:           o.text("env"),
	}
	if !out.SecretManager.Set && !out.Env.Set {
		d.diags.Errorf(diag.ShapeError, n.At, "secret %q refers to nothing: neither secret_manager nor env is given", n.Name).
			WithNode("secret." + n.Name).
			WithHint(`name the secret in Google Secret Manager (secret_manager: "…") or an environment variable (env: "…")`)
	}
}

func (d *decoder) calendar(n spec.Node, o obj, out *spec.Calendar) {
	*out = spec.Calendar{
		Node:        n,
		Description: o.text("description"),
		Days:        o.texts("days"),
		Holidays:    o.texts("holidays"),
		ExtraDays:   o.texts("extra_days"),
	}
}

func (d *decoder) variable(n spec.Node, o obj, out *spec.Variable) {
	*out = spec.Variable{
		Node:        n,
		Description: o.text("description"),
		Type:        o.text("type"),
		Default:     o.scalar("default"),
	}
}

func (d *decoder) environment(n spec.Node, o obj, out *spec.Environment) {
	*out = spec.Environment{
		Node:          n,
		Description:   o.text("description"),
		Kind:          o.text("kind"),
		DatasetPrefix: o.text("dataset_prefix"),
		Project:       o.text("project"),
		Sources:       each(o, "sources", d.sourceOverride),
		Exports:       o.text("exports"),
		Models:        o.text("models"),
		ExportRoot:    o.text("export_root"),
		ExpiresAfter:  o.seconds("expires_after"),
		Variables:     o.pairs("variables"),
	}
	if w, at, ok := o.child("warehouse"); ok {
		out.Warehouse = spec.Warehouse{
			At:                 at,
			Kind:               w.text("kind"),
			Path:               w.text("path"),
			MemoryLimit:        w.bytes("memory_limit"),
			Threads:            w.int("threads"),
			Project:            w.text("project"),
			Location:           w.text("location"),
			Endpoint:           w.text("endpoint"),
			Reservation:        w.text("reservation"),
			MaximumBytesBilled: w.bytes("maximum_bytes_billed"),
		}
	}
}

func (d *decoder) sourceOverride(n spec.Node, o obj, out *spec.SourceOverride) {
	*out = spec.SourceOverride{
		Node:   n,
		Read:   o.text("read"),
		Root:   o.text("root"),
		Secret: o.text("secret"),
	}
}

func (d *decoder) pool(n spec.Node, o obj, out *spec.Pool) {
	*out = spec.Pool{Node: n, Description: o.text("description"), Size: o.int("size")}
}

func (d *decoder) lintRule(n spec.Node, o obj, out *spec.LintRule) {
	*out = spec.LintRule{Node: n, Severity: o.text("severity"), Paths: o.pairs("paths")}
}

func (d *decoder) window(n spec.Node, o obj, out *spec.Window) {
	*out = spec.Window{
		Node:        n,
		Description: o.text("description"),
		Start:       o.text("start"),
		End:         o.text("end"),
		Workers:     o.int("workers"),
		Slots:       o.int("slots"),
		Nodes:       o.int("nodes"),
	}
	for _, e := range o.elems("pools") {
		out.Pools = append(out.Pools, spec.PoolSize{
			Node: spec.Node{Name: e.name, At: e.key},
			Size: spec.Int{V: e.int(), Set: e.set, At: e.at},
		})
	}
	if out.Start.V != "" && out.Start.V == out.End.V {
		d.diags.Errorf(diag.ShapeError, out.End.At, "window %q ends when it starts (%s)", n.Name, out.Start.V).
			WithNode("capacity").
			WithRelated(out.Start.At, "it starts here").
			WithHint(`a window for the whole day is start: "00:00", end: "24:00"`)
	}
}

func (d *decoder) dataset(n spec.Node, o obj, out *spec.Dataset) {
	*out = spec.Dataset{
		Node:              n,
		Description:       o.text("description"),
		Owner:             o.text("owner"),
		Location:          o.text("location"),
		Readers:           o.texts("readers"),
		DefaultExpiration: o.seconds("default_expiration"),
		KMSKey:            o.text("kms_key"),
		Labels:            o.pairs("labels"),
	}
}

func (d *decoder) retry(o obj) *spec.Retry {
	r, at, ok := o.child("retry")
	if !ok {
		return nil
	}
	return &spec.Retry{
		At:         at,
		Attempts:   r.int("attempts"),
		Backoff:    r.seconds("backoff"),
		Factor:     r.number("factor"),
		MaxBackoff: r.seconds("max_backoff"),
	}
}

func (d *decoder) estimate(o obj) *spec.Estimate {
	e, at, ok := o.child("estimate")
	if !ok {
		return nil
	}
	return &spec.Estimate{
		At:       at,
		Duration: e.seconds("duration"),
		Volume:   e.bytes("volume"),
		Rows:     e.int("rows"),
	}
}

func (d *decoder) runbook(o obj) *spec.Runbook {
	r, at, ok := o.child("runbook")
	if !ok {
		return nil
	}
	return &spec.Runbook{
		At:           at,
		EscalateWhen: r.text("escalate_when"),
		Steps:        r.texts("steps"),
		Attitude:     r.text("attitude"),
		URL:          r.text("url"),
	}
}

func (d *decoder) sla(n spec.Node, o obj, out *spec.SLA) {
	objective, _, _ := o.child("objective")
	*out = spec.SLA{
		Node:         n,
		Description:  o.text("description"),
		Target:       o.text("target"),
		ReadyBy:      o.text("ready_by"),
		Calendar:     o.text("calendar"),
		Percent:      objective.number("percent"),
		Over:         objective.text("over"),
		Owner:        o.text("owner"),
		Stakeholders: o.texts("stakeholders"),
		WarnBefore:   o.seconds("warn_before"),
		Escalation:   each(o, "escalation", d.escalation),
		Runbook:      d.runbook(o),
	}
}

func (d *decoder) escalation(n spec.Node, o obj, out *spec.Escalation) {
	*out = spec.Escalation{At: n.At, After: o.seconds("after"), Notify: o.texts("notify")}
}
