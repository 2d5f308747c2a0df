package sql

import (
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// placeColumns says where a statement selects each of its columns.
func placeColumns(s *model.Statement, items []engine.Item) {
	for i := range s.Columns {
		s.Columns[i].At = itemSpan(s, items, i, s.Columns[i].Name)
	}
}
