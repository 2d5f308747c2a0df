// Package sourcecue writes a schema that was read from a system as a source in CUE.
// The file is people's from then on: what is a guess stands in comments.
package sourcecue

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sluice/compiler/sqltype"
	"sluice/runtime/introspect"
)

// Options say what stands around the tables.
type Options struct {
	Package    string // of the platform
	Name       string // of the source
	Kind       string
	From       string              // what was read, for the first line: PostgreSQL shop on db.internal
	Connection []Setting           // in order
	Secret     string              // that the connection names; empty where it has none
	SecretEnv  string              // the variable that the secret is declared with; empty where it is declared already
	External   bool                // the tables are there and nothing transfers them
	Wildcards  bool                // names may end in *
	FromPrefix func(string) string // drops what the connection says already: public.orders → orders
}

// Setting is one field of the connection.
type Setting struct {
	Name  string
	Value string // CUE
}

// Text makes a setting of text; empty text makes none.
func Text(name, text string) Setting {
	if text == "" {
		return Setting{}
	}
	return Setting{Name: name, Value: quote(text)}
}

// writer collects lines; load.Format indents them.
type writer struct {
	strings.Builder
	notes []string // what could not be said in CUE, for people
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.Builder, format+"\n", args...) }

// comment writes lines of a comment; text of the system may have several.
func (w *writer) comment(text string) {
	for line := range strings.Lines(text) {
		w.line("// %s", printable(strings.TrimSpace(line)))
	}
}

// printable keeps text of the system from ending a comment.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)
}

// quote is a string of CUE for text that may be anything: JSON's strings are CUE's.
func quote(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // of text there is no error
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sentence is text of the system on one line.
func sentence(text string) string {
	return quote(strings.Join(strings.Fields(printable(text)), " "))
}

// Write gives the file, not yet formatted, and what was left out or changed.
func Write(o Options, s introspect.Schema) (text string, notes []string) {
	w := &writer{}
	w.line("// Imported from %s; yours from here on.", printable(o.From))
	w.line("package %s\n", o.Package)
	if o.SecretEnv != "" {
		w.line("secret: %s: {", o.Secret)
		w.line("description: %s", sentence("Password of the source "+o.Name))
		w.line("env: %s", quote(o.SecretEnv))
		w.line("}\n")
	}
	w.line("source: %s: {", o.Name)
	w.line("kind: %s", quote(o.Kind))
	w.line("connection: {")
	for _, c := range o.Connection {
		if c.Name != "" {
			w.line("%s: %s", c.Name, c.Value)
		}
	}
	if o.Secret != "" {
		w.line("secret: %s", quote(o.Secret))
	}
	w.line("}")
	w.line("tables: {")
	taken := map[string]bool{} // names that tables have as they are, and those given
	for _, t := range s.Tables {
		if from := o.from(t); o.tableName(from) == from {
			taken[from] = true
		}
	}
	for _, t := range s.Tables {
		w.table(o, t, taken)
	}
	w.line("}")
	w.line("}")
	return w.String(), w.notes
}

func (w *writer) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// odd is what names of tables cannot hold.
var odd = regexp.MustCompile(`[^a-z0-9_]+`)

// from is what a table is called in the system, without what the connection says.
func (o Options) from(t introspect.Table) string {
	if o.FromPrefix != nil {
		return o.FromPrefix(t.From)
	}
	return t.From
}

// tableName is a name in the language for one in the system.
func (o Options) tableName(from string) string {
	wild := o.Wildcards && strings.HasSuffix(from, "*")
	name := odd.ReplaceAllString(strings.ToLower(strings.TrimSuffix(from, "*")), "_")
	if !wild {
		name = strings.Trim(name, "_")
	}
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		name = "t_" + name
	}
	if wild {
		name += "*"
	}
	return name
}

func (w *writer) table(o Options, t introspect.Table, taken map[string]bool) {
	from := o.from(t)
	name := o.tableName(from)
	for n := 2; taken[name] && name != from; n++ {
		name = fmt.Sprintf("%s_%d", strings.TrimSuffix(o.tableName(from), "*"), n)
	}
	taken[name] = true
	columns := w.usable(t)
	if len(columns) == 0 {
		w.note("%s: left out, it has no columns that can be declared", t.From)
		return
	}
	for _, n := range t.Notes {
		w.comment(n)
	}
	w.line("%s: {", label(name))
	if t.Description != "" {
		w.line("description: %s", sentence(t.Description))
	}
	if name != from {
		w.line("from: %s", quote(t.From))
	}
	if o.External {
		w.line(`mode: "external"`)
	}
	if t.Partition != "" && has(columns, t.Partition) || strings.HasPrefix(t.Partition, "_PARTITION") {
		w.line("partition: column: %s", quote(t.Partition))
	}
	if t.Format != "" {
		w.line("format: %s", quote(t.Format))
	}
	if t.Compression != "" {
		w.line("compression: %s", quote(t.Compression))
	}
	w.columns("columns", columns)
	key := slices.DeleteFunc(slices.Clone(t.Key), func(k string) bool { return !has(columns, k) })
	if len(key) > 0 && len(key) == len(t.Key) {
		var names []string
		for _, k := range key {
			names = append(names, quote(k))
		}
		w.line("key: [%s]", strings.Join(names, ", "))
		if cursor := t.Cursor(); cursor != "" && !o.External && has(columns, cursor) {
			w.line("// If %s grows with every change, only what changed need be read:", cursor)
			w.line(`// mode: "incremental"`)
			w.line("// cursor: %s", quote(cursor))
		}
	}
	w.line("}")
}

func has(columns []introspect.Column, name string) bool {
	return slices.ContainsFunc(columns, func(c introspect.Column) bool { return c.Name == name })
}

// plain is a column's name that the language has.
var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// usable are the columns that can be declared: the others are told of.
func (w *writer) usable(t introspect.Table) []introspect.Column {
	var out []introspect.Column
	seen := map[string]bool{}
	for _, c := range t.Columns {
		lower := strings.ToLower(c.Name)
		switch {
		case !plain.MatchString(c.Name):
			w.note("%s: column %q is left out: names are of letters, digits and _", t.From, c.Name)
		case seen[lower]:
			w.note("%s: column %q is left out: another differs by case alone", t.From, c.Name)
		default:
			seen[lower] = true
			if c.Note != "" {
				w.note("%s.%s: %s (%s)", t.From, c.Name, c.Note, c.TypeText())
			}
			out = append(out, c)
		}
	}
	return out
}

func (w *writer) columns(field string, columns []introspect.Column) {
	w.line("%s: {", field)
	for _, c := range columns {
		w.column(c)
	}
	w.line("}")
}

// label is a field's name in CUE.
func label(name string) string {
	if plain.MatchString(name) && !strings.HasPrefix(name, "_") && !slices.Contains(cueWords, name) {
		return name
	}
	return quote(name)
}

// cueWords cannot be plain labels.
var cueWords = []string{"true", "false", "null", "for", "if", "let", "in", "import", "package"}

func (w *writer) column(c introspect.Column) {
	var parts []string
	nested := detailed(c.Fields)
	switch {
	case nested && c.Repeated:
		parts = append(parts, `type: "ARRAY<STRUCT>"`)
	case nested:
		parts = append(parts, `type: "STRUCT"`)
	default:
		parts = append(parts, "type: "+quote(canonical(c)))
	}
	if c.Required {
		parts = append(parts, "required: true")
	}
	if c.Description != "" {
		parts = append(parts, "description: "+sentence(c.Description))
	}
	var remarks []string
	if c.Note != "" {
		remarks = append(remarks, c.Note)
	}
	if c.Policy != "" {
		remarks = append(remarks, "guarded by "+c.Policy)
	}
	if class := c.Class(); class != "" && !nested {
		remarks = append(remarks, fmt.Sprintf("looks %s: class: %q", class, class))
	}
	if nested {
		for _, r := range remarks {
			w.comment(r)
		}
		w.line("%s: {", label(c.Name))
		w.line("%s", strings.Join(parts, "\n"))
		w.columns("fields", c.Fields)
		w.line("}")
		return
	}
	remark := ""
	if len(remarks) > 0 {
		remark = " // " + printable(strings.Join(remarks, "; "))
	}
	if len(parts) == 1 {
		w.line("%s: %s%s", label(c.Name), parts[0], remark)
		return
	}
	w.line("%s: {%s}%s", label(c.Name), strings.Join(parts, ", "), remark)
}

// detailed reports whether fields have more to say than a type's text can.
func detailed(fields []introspect.Column) bool {
	for _, f := range fields {
		if !plain.MatchString(f.Name) {
			return false
		}
	}
	return slices.ContainsFunc(fields, func(f introspect.Column) bool {
		return f.Description != "" || f.Policy != "" || f.Required || f.Note != "" || f.Class() != "" || detailed(f.Fields)
	})
}

// canonical is a column's type as the language spells it.
func canonical(c introspect.Column) string {
	text := c.TypeText()
	if t, err := sqltype.Parse(text); err == nil {
		return t.String()
	}
	return text
}
