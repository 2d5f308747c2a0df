package plan

import (
	"slices"
	"strings"
	"testing"
)

// traced is a plan whose lineage is known: core.members computes name and rank of
// app.members; core.active filters on rank and passes name on; mart.counts counts
// members by name; mart.ids reads the id only; an export and a model read core.active.
func traced() *Plan {
	p := example()
	in := func(subtype, table, column string) Input {
		return Input{Table: table, Column: column, Subtype: subtype}
	}
	col := func(name, digest string, inputs ...Input) ColumnLineage {
		return ColumnLineage{Name: name, Digest: digest, Inputs: inputs}
	}
	columns := func(names ...string) []Column {
		var out []Column
		for _, n := range names {
			out = append(out, Column{Name: n, Type: "STRING"})
		}
		return out
	}
	query := func(name, kind string, reads []string, l *Lineage, cols []Column) {
		p.Tables = slices.DeleteFunc(p.Tables, func(t Table) bool { return t.Name == name })
		p.Tasks = slices.DeleteFunc(p.Tasks, func(t Task) bool { return t.ID == name })
		p.Tables = append(p.Tables, Table{Name: name, Kind: kind, Columns: cols, Reads: reads, SQL: "SELECT " + name, Definition: "sha256:" + name, Lineage: l})
		p.Tasks = append(p.Tasks, Task{ID: name, Kind: Query, Node: name, After: reads, Query: &QuerySpec{Table: name, Materialization: kind, SQL: "SELECT " + name}})
	}
	query("core.members", "table", []string{"app.members"}, &Lineage{RowsDigest: "r1", Columns: []ColumnLineage{
		col("id", "id1", in("identity", "app.members", "id")),
		col("name", "name1", in("transformation", "app.members", "name")),
		col("rank", "rank1", in("window", "app.members", "id")),
	}}, columns("id", "name", "rank"))
	query("core.active", "view", []string{"core.members"}, &Lineage{RowsDigest: "r1",
		Rows: []Input{in("filter", "core.members", "rank")},
		Columns: []ColumnLineage{
			col("id", "id1", in("identity", "core.members", "id")),
			col("name", "name1", in("identity", "core.members", "name")),
		}}, columns("id", "name"))
	query("mart.counts", "incremental", []string{"core.members"}, &Lineage{RowsDigest: "r1",
		Rows: []Input{in("group_by", "core.members", "name")},
		Columns: []ColumnLineage{
			col("n", "n1", in("aggregation", "core.members", "")),
			col("name", "name1", in("identity", "core.members", "name")),
		}}, columns("n", "name"))
	counts := p.TableByName("mart.counts")
	counts.Partition, counts.PartitionBy, counts.RetentionSec = "day", "day", 400*24*60*60
	query("mart.ids", "table", []string{"core.members"}, &Lineage{RowsDigest: "r1", Columns: []ColumnLineage{
		col("id", "id1", in("identity", "core.members", "id")),
	}}, columns("id"))
	export := p.TaskByID("export.active").Export
	export.Columns = columns("id", "name")
	export.Lineage = &Lineage{RowsDigest: "r1", Columns: []ColumnLineage{
		col("id", "id1", in("identity", "core.active", "id")), col("name", "name1", in("identity", "core.active", "name")),
	}}
	p.Datasets = append(p.Datasets, Dataset{Name: "mart", Physical: "mart"})
	p.Tasks = append(p.Tasks, Task{ID: "model.churn/train", Kind: Train, Node: "model.churn", After: []string{"core.active"},
		Model: &ModelSpec{Model: "churn", Kind: "local", Table: "core.active", Features: []string{"name"}, Key: []string{"id"}, Label: "id"}})
	if _, err := Seal(p); err != nil {
		panic(err)
	}
	return p
}

func TestDiffByColumn(t *testing.T) {
	// redefine gives core.members other SQL and other lineage.
	redefine := func(change func(*Table)) func(*Plan) {
		return func(p *Plan) {
			x := p.TableByName("core.members")
			x.SQL, x.Definition = "SELECT core.members anew", "sha256:2"
			p.TaskByID("core.members").Query.SQL = x.SQL
			change(x)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   []string
	}{
		{"the same in other words", redefine(func(*Table) {}), []string{
			"modified table core.members formatting: SQL changed and means the same",
			"modified task core.members implied: SQL changed",
		}},
		{"a column computed differently reaches only its readers", redefine(func(x *Table) { x.Lineage.Columns[1].Digest = "name2" }), []string{
			"indirect table core.active because column core.members.name: column name is affected through column core.members.name",
			"modified table core.members: column name is computed differently; SQL changed",
			"indirect table mart.counts because column core.members.name: column name is affected through column core.members.name; which rows it has may change through column core.members.name",
			"modified task core.members implied: SQL changed",
			"indirect task core.members/id_unique because table core.members: what it reads changes through table core.members",
			"indirect task export.active because column core.members.name: column name is affected through column core.members.name",
			"indirect task model.churn/train because column core.active.name: column name is affected through column core.active.name",
			"indirect sla members_ready because table core.members: its target table core.members changes",
		}},
		{"a column that only filters", redefine(func(x *Table) { x.Lineage.Columns[2].Digest = "rank2" }), []string{
			"indirect table core.active because column core.members.rank: which rows it has may change through column core.members.rank",
			"modified table core.members: column rank is computed differently; SQL changed",
			"modified task core.members implied: SQL changed",
			"indirect task core.members/id_unique because table core.members: what it reads changes through table core.members",
			"indirect task export.active because column core.members.rank: columns id, name are affected through column core.members.rank; which rows it delivers may change through column core.members.rank",
			"indirect task model.churn/train because table core.active: its rows change through table core.active",
			"indirect sla members_ready because table core.members: its target table core.members changes",
		}},
		{"other rows", redefine(func(x *Table) { x.Lineage.RowsDigest = "r2" }), []string{
			"indirect table core.active because table core.members: columns id, name are affected through table core.members; which rows it has may change through table core.members",
			"modified table core.members: SQL changed; other filters, joins or grouping",
			"indirect table mart.counts because table core.members: columns n, name are affected through table core.members; which rows it has may change through table core.members",
			"indirect table mart.ids because table core.members: column id is affected through table core.members; which rows it has may change through table core.members",
			"modified task core.members implied: SQL changed",
			"indirect task core.members/id_unique because table core.members: what it reads changes through table core.members",
			"indirect task export.active because table core.members: columns id, name are affected through table core.members; which rows it delivers may change through table core.members",
			"indirect task model.churn/train because column core.active.id, column core.active.name, table core.active: column id is affected through column core.active.id; column name is affected through column core.active.name; its rows change through table core.active",
			"indirect sla members_ready because table core.members: its target table core.members changes",
		}},
		{"a column added", redefine(func(x *Table) {
			x.Columns = append(x.Columns, Column{Name: "age", Type: "INT64"})
			x.Lineage.Columns = append(x.Lineage.Columns, ColumnLineage{Name: "age", Digest: "age1"})
		}), []string{
			"modified table core.members: column age INT64 added; SQL changed",
			"modified task core.members implied: SQL changed",
		}},
		{"a column renamed", redefine(func(x *Table) { x.Columns[2].Name, x.Lineage.Columns[2].Name = "position", "position" }), []string{
			"modified table core.members breaking: column rank renamed to position; SQL changed",
			"modified task core.members implied: SQL changed",
		}},
		{"two columns that compute the same: which was renamed is not known", redefine(func(x *Table) {
			x.Columns[2].Name, x.Lineage.Columns[2].Name = "position", "position"
			x.Columns = append(x.Columns, Column{Name: "place", Type: "STRING"})
			x.Lineage.Columns = append(x.Lineage.Columns, ColumnLineage{Name: "place", Digest: "rank1"})
		}), []string{
			"modified table core.members breaking: column place STRING added; column position STRING added; column rank STRING removed; SQL changed",
			"modified task core.members implied: SQL changed",
		}},
		{"a wider type", func(p *Plan) {
			x := p.TableByName("app.members")
			x.Columns[0].Type, x.Definition = "NUMERIC", "sha256:2"
		}, []string{
			"modified table app.members: column id changes type from INT64 to NUMERIC",
			"indirect table core.active because column app.members.id: column id is affected through column app.members.id; which rows it has may change through column app.members.id",
			"indirect table core.members because column app.members.id: columns id, rank are affected through column app.members.id",
			"indirect table mart.ids because column app.members.id: column id is affected through column app.members.id",
			"indirect task core.members/id_unique because table core.members: what it reads changes through table core.members",
			"indirect task export.active because column app.members.id: columns id, name are affected through column app.members.id; which rows it delivers may change through column app.members.id",
			"indirect task model.churn/train because column core.active.id, table core.active: column id is affected through column core.active.id; its rows change through table core.active",
			"indirect sla members_ready because table core.members: its target table core.members changes",
		}},
		{"an export loses a column and names another anew", func(p *Plan) {
			e := p.TaskByID("export.active").Export
			e.SQL = "SELECT name AS display FROM core.active"
			e.Columns = []Column{{Name: "display", Type: "STRING"}}
			e.Lineage = &Lineage{RowsDigest: "r1", Columns: []ColumnLineage{{Name: "display", Digest: "name1", Inputs: e.Lineage.Columns[1].Inputs}}}
		}, []string{
			"modified task export.active breaking: column name renamed to display; column id STRING removed; SQL changed",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := traced()
			c.change(p)
			got := Diff(traced(), p)
			if s := summary(got); !slices.Equal(s, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(s, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

// What the next run does not make anew is told, with the partitions that are kept.
func TestDiffTellsWhatToRebuild(t *testing.T) {
	p := traced()
	x := p.TableByName("core.members")
	x.SQL, x.Definition, x.Lineage.RowsDigest = "SELECT anew", "sha256:2", "r2"
	got := Diff(traced(), p)
	for table, want := range map[string]string{
		"core.members": "the next run makes it anew",
		"mart.ids":     "the next run makes it anew",
		"mart.counts":  "old partitions stay until they are run again: by day of day, 400 days back",
	} {
		c := got.Find("table", table)
		if c == nil || c.Rebuild == nil || c.Rebuild.String() != want {
			t.Errorf("%s: %+v, want %q", table, c, want)
		}
	}
	if c := got.Find("table", "core.active"); c.Rebuild != nil {
		t.Errorf("a view holds nothing to rebuild: %+v", c.Rebuild)
	}
}
