package plan

import "fmt"

// Rebuild says which of a table's stored rows were made by an older definition, or from
// older inputs, and how they become new.
type Rebuild struct {
	// Scope is next_run where the next run of its task makes all of it anew, or
	// partitions, or table.
	Scope  string `json:"scope"`
	Column string `json:"column,omitempty"` // of the partitions
	By     string `json:"by,omitempty"`     // unit of the partitions
	// Days is how many days back partitions are kept; 0 is without end.
	Days int64 `json:"days,omitempty"`
}

// rebuild says what becomes of the rows that a table holds when its contents change.
// Views hold none.
func (t *Table) rebuild(task *Task) *Rebuild {
	next := &Rebuild{Scope: "next_run"}
	switch {
	case t.Kind == "table" || t.Kind == "prediction":
		return next
	case t.Kind == "source" && task != nil && task.Transfer != nil && task.Transfer.Mode == "full":
		return next
	case t.Kind != "incremental" && t.Kind != "source":
		return nil
	case t.Partition == "":
		return &Rebuild{Scope: "table"}
	}
	return &Rebuild{Scope: "partitions", Column: t.Partition, By: t.PartitionBy, Days: t.RetentionSec / (24 * 60 * 60)}
}

// String says it for people.
func (r *Rebuild) String() string {
	switch r.Scope {
	case "next_run":
		return "the next run makes it anew"
	case "table":
		return "its old rows stay until the whole table is made anew"
	}
	unit := r.By
	if unit == "" {
		unit = "day"
	}
	if r.Days > 0 {
		return fmt.Sprintf("old partitions stay until they are run again: by %s of %s, %d days back", unit, r.Column, r.Days)
	}
	return fmt.Sprintf("old partitions stay until they are run again: by %s of %s, all of them", unit, r.Column)
}
