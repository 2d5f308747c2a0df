package load

import (
	"slices"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// A part is some of a platform's declarations, decoded: those of one literal file,
// or of one group. Parts are merged and sorted, so that who read what, and when,
// shows nowhere.
type part struct {
	platform spec.Platform
	diags    diag.List
	// names are the declarations that expressions make, where the part is the group
	// that gives them; nil where they cannot be told.
	names map[declID]bool
}

// add decodes a declaration.
func (p *part) add(decl *declaration) {
	d := &decoder{diags: &p.diags}
	d.declaration(&p.platform, decl)
}

// merge appends the declarations of src to dst.
func merge(dst, src *spec.Platform) {
	if src.Info.At.Line > 0 {
		dst.Info = src.Info
	}
	if src.CapacityAt.Line > 0 {
		dst.CapacityAt, dst.Windows = src.CapacityAt, src.Windows
	}
	dst.Teams = append(dst.Teams, src.Teams...)
	dst.Channels = append(dst.Channels, src.Channels...)
	dst.Secrets = append(dst.Secrets, src.Secrets...)
	dst.Environments = append(dst.Environments, src.Environments...)
	dst.Calendars = append(dst.Calendars, src.Calendars...)
	dst.Variables = append(dst.Variables, src.Variables...)
	dst.Pools = append(dst.Pools, src.Pools...)
	dst.LintRules = append(dst.LintRules, src.LintRules...)
	dst.Datasets = append(dst.Datasets, src.Datasets...)
	dst.Sources = append(dst.Sources, src.Sources...)
	dst.Tables = append(dst.Tables, src.Tables...)
	dst.Routines = append(dst.Routines, src.Routines...)
	dst.Checks = append(dst.Checks, src.Checks...)
	dst.Exports = append(dst.Exports, src.Exports...)
	dst.Models = append(dst.Models, src.Models...)
	dst.SLAs = append(dst.SLAs, src.SLAs...)
}

// sortSections puts declarations in the order of the user's text: files by path.
// What one place generates keeps CUE's order.
func sortSections(p *spec.Platform) {
	sortNodes(p.Teams, func(v *spec.Team) *spec.Node { return &v.Node })
	sortNodes(p.Channels, func(v *spec.Channel) *spec.Node { return &v.Node })
	sortNodes(p.Secrets, func(v *spec.Secret) *spec.Node { return &v.Node })
	sortNodes(p.Environments, func(v *spec.Environment) *spec.Node { return &v.Node })
	sortNodes(p.Calendars, func(v *spec.Calendar) *spec.Node { return &v.Node })
	sortNodes(p.Variables, func(v *spec.Variable) *spec.Node { return &v.Node })
	sortNodes(p.Pools, func(v *spec.Pool) *spec.Node { return &v.Node })
	sortNodes(p.LintRules, func(v *spec.LintRule) *spec.Node { return &v.Node })
	sortNodes(p.Datasets, func(v *spec.Dataset) *spec.Node { return &v.Node })
	sortNodes(p.Sources, func(v *spec.Source) *spec.Node { return &v.Node })
	sortNodes(p.Tables, func(v *spec.Table) *spec.Node { return &v.Node })
	sortNodes(p.Routines, func(v *spec.Routine) *spec.Node { return &v.Node })
	sortNodes(p.Checks, func(v *spec.Check) *spec.Node { return &v.Node })
	sortNodes(p.Exports, func(v *spec.Export) *spec.Node { return &v.Node })
	sortNodes(p.Models, func(v *spec.Model) *spec.Node { return &v.Node })
	sortNodes(p.SLAs, func(v *spec.SLA) *spec.Node { return &v.Node })
}

func sortNodes[T any](list []*T, node func(*T) *spec.Node) {
	slices.SortStableFunc(list, func(a, b *T) int { return byPlace(node(a).At, node(b).At) })
}
