// Package langdoc writes the language reference, docs/language.md, from the
// schema's own comments.
package langdoc

import (
	"fmt"
	"strings"

	"sluice/compiler/load/lang"
)

// Markdown is the reference of a language.
func Markdown(l *lang.Language) []byte {
	w := &writer{l: l}
	w.line("<!-- Generated from cue/schema. Do not edit: SLUICE_UPDATE=1 go test ./compiler/load/langdoc rewrites it. -->")
	w.line("# The language")
	w.line("")
	w.intro(l.Doc)
	w.line("Run parameters in SQL are GoogleSQL named parameters: `@run_date` (DATE) is the business day, `@run_start` and `@run_end` (TIMESTAMP) are its bounds, and every `variable` is there under its name. Tables are referred to by name, `FROM core.member_status`; dependencies come from the SQL.")
	w.line("")
	w.sections()
	for _, t := range structs(l) {
		w.structType(t)
	}
	w.forms()
	return []byte(w.b.String())
}

type writer struct {
	l *lang.Language
	b strings.Builder
}

func (w *writer) line(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	w.b.WriteString(format + "\n")
}

// structs are the definitions that are structs, each after the first that uses it,
// in the order of the platform's sections.
func structs(l *lang.Language) []*lang.Type {
	var out []*lang.Type
	seen := map[*lang.Type]bool{l.Platform: true}
	var visit func(t *lang.Type)
	visit = func(t *lang.Type) {
		if t == nil || seen[t] && t != l.Platform {
			return
		}
		seen[t] = true
		if t.Kind == lang.Struct && t.Name != "" && t != l.Platform {
			out = append(out, t)
		}
		for _, f := range t.Fields {
			visit(f.Type)
		}
		for _, v := range t.ByKind {
			for _, f := range v.Fields {
				visit(f.Type)
			}
		}
		visit(t.First)
		visit(t.Elem)
	}
	visit(l.Platform)
	return out
}

// intro is the package's comment: paragraphs, and what is indented as code.
func (w *writer) intro(doc string) {
	for paragraph := range strings.SplitSeq(doc, "\n\n") {
		switch {
		case strings.HasPrefix(paragraph, "\t"):
			w.line("```cue")
			for line := range strings.SplitSeq(paragraph, "\n") {
				w.line("%s", strings.TrimPrefix(line, "\t"))
			}
			w.line("```")
		case strings.HasPrefix(paragraph, "Style rule"): // for who writes the schema
			continue
		default:
			w.line("%s", paragraph)
		}
		w.line("")
	}
}

// sections lists what a platform declares.
func (w *writer) sections() {
	w.line("## Sections of a platform")
	w.line("")
	w.line("| section | holds | |")
	w.line("|---|---|---|")
	for _, f := range w.l.Platform.Fields {
		w.line("| `%s` | %s | %s |", f.Name, w.typeText(f.Type), cell(f.Doc))
	}
	w.line("")
}

func (w *writer) structType(t *lang.Type) {
	w.line("## %s", t.Name)
	w.line("")
	w.line("%s", t.Doc)
	w.line("")
	w.table(t.Fields)
	for _, v := range t.ByKind {
		if len(v.Fields) == 0 {
			continue
		}
		w.line("With `kind: %q` also:", v.Kind)
		w.line("")
		w.table(v.Fields)
	}
}

func (w *writer) table(fields []*lang.Field) {
	w.line("| field | type | default | |")
	w.line("|---|---|---|---|")
	for _, f := range fields {
		def := ""
		switch {
		case f.Type.Default != nil:
			def = code(f.Type.Default.Text)
		case f.Required():
			def = "*required*"
		}
		w.line("| `%s` | %s | %s | %s |", f.Name, w.typeText(f.Type), def, cell(Doc(f)))
	}
	w.line("")
}

// Doc is a field's comment; where it has none, that of its type, without the
// type's name.
func Doc(f *lang.Field) string {
	if f.Doc != "" {
		return f.Doc
	}
	rest := strings.TrimPrefix(f.Type.Doc, f.Type.Name+" ")
	if rest == "" {
		return ""
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

// typeText says a type in a table's cell.
func (w *writer) typeText(t *lang.Type) string {
	if t.Name != "" && w.l.Def(t.Name) != nil && t.Enum == nil {
		if t.Kind == lang.Struct || t.Kind == lang.Map {
			return fmt.Sprintf("[%s](#%s)", t.Name, w.anchor(t))
		}
		return fmt.Sprintf("[%s](#forms-of-text)", t.Name)
	}
	switch t.Kind {
	case lang.Map:
		return fmt.Sprintf("%s → %s", w.keyText(t.Key), w.typeText(t.Elem))
	case lang.List:
		if t.First != nil {
			return "list of " + w.typeText(t.Elem) + ", not empty"
		}
		return "list of " + w.typeText(t.Elem)
	case lang.Struct:
		return "struct"
	case lang.Object:
		return "struct of any fields"
	case lang.Any:
		return "anything"
	case lang.Scalar:
		var parts []string
		for _, of := range t.Of {
			parts = append(parts, w.typeText(of))
		}
		return strings.Join(parts, " or ")
	case lang.String:
		return stringText(t)
	case lang.Bool:
		return "bool"
	}
	kind := "number"
	if t.Kind == lang.Int {
		kind = "int"
	}
	for i, b := range t.Bounds {
		if i > 0 {
			kind += ","
		}
		kind += fmt.Sprintf(" %s %v", b.Op, b.Value)
	}
	return cell(kind)
}

// anchor is where a struct is told; a map of labels stands among the forms.
func (w *writer) anchor(t *lang.Type) string {
	if t.Kind != lang.Struct {
		return "forms-of-text"
	}
	return strings.ToLower(t.Name)
}

func (w *writer) keyText(t *lang.Type) string {
	if t.Name != "" {
		return fmt.Sprintf("[%s](#forms-of-text)", t.Name)
	}
	return stringText(t)
}

func stringText(t *lang.Type) string {
	switch {
	case t.Enum != nil:
		var words []string
		for _, e := range t.Enum {
			words = append(words, code(fmt.Sprintf("%q", e)))
		}
		return strings.Join(words, ", ")
	case len(t.Patterns) > 0:
		return "string " + code(t.Patterns[0].Text)
	case t.NotEmpty:
		return "string, not empty"
	}
	return "string"
}

// forms lists the definitions that are no structs.
func (w *writer) forms() {
	w.line("## Forms of text")
	w.line("")
	w.line("| form | allowed | |")
	w.line("|---|---|---|")
	for _, t := range w.l.Defs {
		if t.Kind == lang.Struct {
			continue
		}
		inner := *t
		inner.Name = ""
		w.line("| %s | %s | %s |", t.Name, w.typeText(&inner), cell(t.Doc))
	}
}

// code is text as code in a table's cell.
func code(s string) string { return "`" + strings.ReplaceAll(s, "|", "\\|") + "`" }

// cell is text that may stand in a table's cell.
func cell(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.ReplaceAll(s, "|", "\\|")
	return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s)
}
