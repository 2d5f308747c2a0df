package query

import (
	"slices"
	"strings"

	"sluice/compiler/sql"
	"sluice/compiler/sql/engine"
	"sluice/runtime/plan"
	"sluice/runtime/warehouse/duckdb"
)

// Setup is what statements may read.
type Setup struct {
	Warehouse  duckdb.Options   `json:"warehouse"` // where no Path is given, an empty one in memory
	Project    string           `json:"project,omitempty"`
	Tables     []sql.AdhocTable `json:"tables,omitempty"`
	Parameters []engine.Column  `json:"parameters,omitempty"`
	// Functions are the routines that statements may call.
	Functions []engine.Function `json:"functions,omitempty"`
	// Missing is why no table can be read, where tables are known but not there.
	Missing string `json:"missing,omitempty"`
}

// NewSetup is for the tables of a plan; root is the platform's folder.
func NewSetup(p *plan.Plan, root string) Setup {
	s := Setup{Warehouse: duckdb.OptionsOf(p, root), Project: p.Warehouse.Project}
	s.Warehouse.ReadOnly = true
	for i := range p.Tables {
		t := &p.Tables[i]
		schema, _, _ := strings.Cut(t.Name, ".")
		for _, d := range p.Datasets {
			if d.Name == schema {
				schema = d.Physical
				break
			}
		}
		s.Tables = append(s.Tables, sql.AdhocTable{Name: t.Name, Schema: schema, Columns: columnsOf(p, t)})
	}
	s.Parameters = []engine.Column{{Name: "run_date", Type: "DATE"}, {Name: "run_end", Type: "TIMESTAMP"}, {Name: "run_start", Type: "TIMESTAMP"}}
	for _, v := range p.Variables {
		s.Parameters = append(s.Parameters, engine.Column{Name: strings.ToLower(v.Name), Type: v.Type})
	}
	slices.SortFunc(s.Parameters, func(a, b engine.Column) int { return strings.Compare(a.Name, b.Name) })
	return s
}

// columnsOf are a table's columns, with the one that its transfer fills where the
// table does not list it.
func columnsOf(p *plan.Plan, t *plan.Table) []engine.Column {
	var out []engine.Column
	for _, c := range t.Columns {
		out = append(out, engine.Column{Name: c.Name, Type: c.Type})
	}
	target, err := duckdb.NewTarget(p, t.Name)
	if err != nil {
		return out
	}
	for _, c := range target.Table.Columns[len(t.Columns):] {
		out = append(out, engine.Column{Name: c.Name, Type: c.Type, Pseudo: true})
	}
	return out
}
