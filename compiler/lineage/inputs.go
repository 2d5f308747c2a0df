package lineage

import (
	"cmp"
	"strings"

	"sluice/runtime/plan"
)

func compareInputs(a, b plan.Input) int {
	return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column),
		strings.Compare(a.Field, b.Field), strings.Compare(a.Subtype, b.Subtype))
}
