package sourcecue

import (
	"strings"
	"testing"

	"sluice/compiler/load"
	"sluice/runtime/introspect"
)

func write(t *testing.T, o Options, s introspect.Schema) (text, notes string) {
	t.Helper()
	o.Package, o.Name, o.Kind, o.From = "shop", "app", "postgres", "a test"
	raw, list := Write(o, s)
	data, err := load.Format([]byte(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	return string(data), strings.Join(list, "\n")
}

func TestNames(t *testing.T) {
	columns := []introspect.Column{{Name: "id", Type: "INT64"}}
	text, notes := write(t, Options{Wildcards: true}, introspect.Schema{Tables: []introspect.Table{
		{From: "Orders", Columns: columns}, {From: "orders", Columns: columns}, {From: "ORDERS", Columns: columns},
		{From: "2fa", Columns: columns}, {From: "注文", Columns: columns}, {From: "events_*", Columns: columns}, {From: "a\"b\\(c)", Columns: columns},
		{From: "nothing"}, {From: "only odd", Columns: []introspect.Column{{Name: "first name", Type: "STRING"}}},
		{From: "odd", Columns: []introspect.Column{{Name: "_id", Type: "STRING"}, {Name: "for", Type: "STRING"}, {Name: "ID", Type: "INT64"}, {Name: "id", Type: "INT64"}}, Key: []string{"id"}},
	}})
	for _, want := range []string{
		"orders: columns: id:", "orders_2: {\n\t\t\tfrom: \"Orders\"", "orders_3: {\n\t\t\tfrom: \"ORDERS\"", "t_2fa: {", "t_: {\n\t\t\tfrom: \"注文\"", `"events_*": columns:`, `from: "a\"b\\(c)"`,
		`"_id": type: "STRING"`, `for: type: "STRING"`, `ID: type: `,
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "key:") {
		t.Errorf("a key of a column that is left out:\n%s", text)
	}
	for _, want := range []string{"nothing: left out", `only odd: column "first name" is left out`, "only odd: left out", `odd: column "id" is left out: another differs by case alone`} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %s in\n%s", want, notes)
		}
	}
}

// FuzzWrite has names and texts of anything: what is written is CUE, and a comment
// does not end where the system wants it to.
func FuzzWrite(f *testing.F) {
	f.Add("orders", "id", "text", "a \"quote\" \\(1+1) \n next // */")
	f.Add("注文\x00", "_x", "\xff\x7f\u2028", "}")
	f.Fuzz(func(t *testing.T, table, column, description, note string) {
		s := introspect.Schema{Tables: []introspect.Table{{
			From: table, Description: description, Notes: []string{note}, Key: []string{column}, Partition: column,
			Columns: []introspect.Column{
				{Name: column, Type: "STRING", Description: description, Note: note, Policy: note},
				{Name: "s", Description: description, Note: note, Fields: []introspect.Column{{Name: column, Type: "INT64", Description: note}}},
				{Name: "email", Type: "STRING", Note: note},
			},
		}}}
		text, _ := Write(Options{Package: "p", Name: "n", Kind: "mysql", From: note, Connection: []Setting{Text("host", description)}}, s)
		if _, err := load.Format([]byte(text)); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	})
}
