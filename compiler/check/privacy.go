package check

import (
	"sluice/compiler/diag"
	"sluice/compiler/model"
)

// masks reports masks that nothing applies. Where personal data gets to is judged
// column by column once the SQL is analysed.
func (j *judge) masks() {
	for _, t := range j.m.Tables {
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
