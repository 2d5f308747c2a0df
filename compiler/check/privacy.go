package check

import (
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
)

// personalData follows personal data through whole tables to the exports, and
// reports what says something about personal data that is not so.
func (j *judge) personalData() {
	for _, e := range j.m.Exports {
		if e.Spec.PersonalData != nil {
			continue
		}
		for _, t := range e.Reads {
			if t.Personal {
				j.reportExport(e, t)
			}
		}
	}
	touched := map[*model.Table]bool{} // any personal data upstream, declassified or not
	for _, t := range j.m.Tables {
		touched[t] = t.Personal || slices.ContainsFunc(t.Reads, func(u *model.Table) bool { return touched[u] }) ||
			slices.ContainsFunc(t.Columns, func(c model.Column) bool { return c.Personal })
		if t.Spec != nil && t.Spec.Declassify != nil && !touched[t] && len(t.Reads) > 0 && !t.Statement.Failed {
			j.diags.Warnf(diag.StaleDeclassify, t.Spec.Declassify.At, "%q declassifies, but nothing it reads carries personal data", t.Name).
				WithNode(t.Name).WithHint("remove declassify")
		}
		if t.Kind != model.ExternalKind {
			continue
		}
		for _, c := range t.Columns {
			if c.Mask != "" {
				j.diags.Errorf(diag.MaskWithoutTransfer, c.Spec.Mask.At, "the mask of %q cannot be applied: %q is external, nothing transfers it", c.Name, t.Name).
					WithNode(t.Name).WithHint("mask it in the first query that reads it, or transfer the table")
			}
		}
	}
}

// reportExport prints the way from the columns where the data comes in.
func (j *judge) reportExport(e *model.Export, t *model.Table) {
	path := []string{"export." + e.Name, t.Name}
	origin := t
	for seen := map[*model.Table]bool{t: true}; len(personalColumns(origin)) == 0; {
		next := slices.IndexFunc(origin.Reads, func(u *model.Table) bool { return u.Personal && !seen[u] })
		if next < 0 {
			break
		}
		origin = origin.Reads[next]
		seen[origin] = true
		path = append(path, origin.Name)
	}
	slices.Reverse(path)
	at := e.Spec.At
	if e.Spec.Table.V != "" {
		at = e.Spec.Table.At
	} else if ref := refTo(e.Statement, t); ref != nil {
		at = ref.At
	}
	d := j.diags.Errorf(diag.PersonalDataExported, at, "the export %q delivers %q, which carries personal data", e.Name, t.Name).WithNode("export." + e.Name)
	if columns := personalColumns(origin); len(columns) > 0 {
		var list []string
		for _, c := range columns {
			list = append(list, c.Name)
		}
		d.WithRelated(columns[0].At, "%q takes in %s unmasked", origin.Name, strings.Join(list, ", "))
	}
	d.WithNote("path: %s", arrows(path))
	d.WithHint("mask the columns at the source, declassify a table on the way with a reason, or release columns in the export's personal_data")
}

func personalColumns(t *model.Table) []model.Column {
	var out []model.Column
	for _, c := range t.Columns {
		if c.Personal {
			out = append(out, c)
		}
	}
	return out
}
