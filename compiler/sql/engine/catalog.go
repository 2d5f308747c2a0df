package engine

import (
	"errors"
	"maps"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// catalog makes the name space of one statement: what it may read under the names it
// uses, before the builtins. Tables and functions themselves are made once and kept.
func (e *Engine) catalog(refs []Ref, paths [][]string, tables []Table, functions []Function) gsql.CatalogNode {
	root := &folder{catalog: get(gsql.NewSimpleCatalog("user", e.types)), names: map[string]bool{}}
	e.fill(root, refs, paths, tables, functions)
	return get(gsql.NewMultiCatalogCreate("root", []gsql.CatalogNode{root.catalog, e.builtins}))
}

// fill adds what the references name. The body of a function is resolved in the name
// space of its caller, so what it names is added as well.
func (e *Engine) fill(root *folder, refs []Ref, paths [][]string, tables []Table, functions []Function) {
	for i, ref := range refs {
		path := paths[i]
		key := string(ref.Kind) + "\x00" + strings.ToLower(strings.Join(path, "\x00"))
		if root.names[key] {
			continue
		}
		root.names[key] = true
		parent := root
		for _, part := range path[:len(path)-1] {
			parent = e.sub(parent, part)
		}
		name := path[len(path)-1]
		switch ref.Kind {
		case VariantRef:
			if ref.Schema != "" {
				e.generateAs(root, ref)
			}
			continue
		case ModelRef:
			check(parent.catalog.AddModel2(name, e.model(ref.Name)))
			continue
		case SystemRef:
			if t, known := systemTable(ref.Name); known {
				check(parent.catalog.AddTable2(name, e.table(t)))
			}
			continue
		}
		if ref.Kind == TableRef {
			if i := slices.IndexFunc(tables, func(t Table) bool { return t.Name == ref.Name }); i >= 0 {
				check(parent.catalog.AddTable2(name, e.table(tables[i])))
			}
			continue
		}
		i := slices.IndexFunc(functions, func(f Function) bool { return f.Name == ref.Name })
		if i < 0 {
			continue
		}
		f := functions[i]
		if f.Kind == TableFn {
			check(parent.catalog.AddTableValuedFunction2(name, e.tableFunction(f)))
			continue
		}
		check(parent.catalog.AddFunction2(name, e.function(f)))
		_, inner := unquote(f.Body, f.Refs)
		e.fill(root, f.Refs, inner, f.Tables, f.Functions)
	}
}

// folder is a catalogue with its sub-catalogues by lower-case name.
type folder struct {
	catalog *gsql.SimpleCatalog
	subs    map[string]*folder
	names   map[string]bool // of the root: what was added
}

func (e *Engine) sub(parent *folder, name string) *folder {
	key := strings.ToLower(name)
	if f := parent.subs[key]; f != nil {
		return f
	}
	f := &folder{catalog: get(gsql.NewSimpleCatalog(name, e.types))}
	check(parent.catalog.AddCatalog2(name, f.catalog))
	if parent.subs == nil {
		parent.subs = map[string]*folder{}
	}
	parent.subs[key] = f
	return f
}

// maxTables is how many tables are kept for the statements to come. A table takes some
// twenty kilobytes; those of a statement's neighbours are mostly its own.
const maxTables = 1024

// evict lets go of tables, between two statements. What functions refer to stays.
func (e *Engine) evict() {
	if len(e.tables) > maxTables+len(e.pinned) {
		e.tables = maps.Clone(e.pinned)
	}
}

// table finds or makes a table. It stays reachable until the statement is analysed, and
// for the life of the engine if a function refers to it, since the library does not
// keep what it refers to alive.
func (e *Engine) table(t Table) *gsql.SimpleTable {
	key := t.Digest
	if key == "" {
		key = t.Catalog + columnsKey(t.Columns)
	}
	made := e.tables[key]
	if made == nil {
		made = get(gsql.NewSimpleTable(t.Catalog, 0))
		for _, c := range t.Columns {
			column := get(gsql.NewSimpleColumn(t.Catalog, c.Name, get(e.typ(c.Type)), c.Pseudo, true))
			check(made.AddColumn2(column, false))
		}
		e.tables[key] = made
	}
	if e.creating > 0 {
		e.pinned[key] = made
	}
	return made
}

func columnsKey(list []Column) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteByte(0)
		b.WriteString(c.Name)
		b.WriteByte(1)
		b.WriteString(c.Type)
		if c.Pseudo {
			b.WriteByte(2)
		}
	}
	return b.String()
}

// key is what makes two functions the same.
func (f Function) key() string {
	var b strings.Builder
	f.writeKey(&b)
	return b.String()
}

func (f Function) writeKey(b *strings.Builder) {
	for _, part := range []string{f.Name, string(f.Kind), f.Language, f.Returns, f.Body, columnsKey(f.Arguments)} {
		b.WriteString(part)
		b.WriteByte(3)
	}
	for _, t := range f.Tables {
		b.WriteString(t.Name + "\x00" + t.Catalog + columnsKey(t.Columns))
	}
	for _, g := range f.Functions {
		g.writeKey(b)
	}
}

// routineGroup is the group of the user's functions: a body may call them and
// builtins.
const routineGroup = "routine"

// function finds or makes a scalar or aggregate function. A scalar function carries
// its body, so that it can be inlined.
func (e *Engine) function(f Function) *gsql.Function {
	key := f.key()
	if made := e.functions[key]; made != nil {
		return made
	}
	made := e.makeFunction(f)
	e.functions[key] = made
	return made
}

// tableFunction finds or makes a table function with its query.
func (e *Engine) tableFunction(f Function) *gsql.TableValuedFunction {
	key := f.key()
	if made := e.tableFns[key]; made != nil {
		return made.TableValuedFunction
	}
	_, statement := e.createFunction(f)
	created, ok := statement.(*gsql.ResolvedCreateTableFunctionStmt)
	if !ok {
		check(errors.New("the table function " + f.Name + " is none"))
	}
	made := get(gsql.NewSQLTableValuedFunctionCreate(created))
	e.tableFns[key] = made
	return made.TableValuedFunction
}

// createFunction resolves the statement that would create a function. What it
// resolved to stays reachable, since functions refer to it.
func (e *Engine) createFunction(f Function) (*wrapped, gsql.ResolvedStatementNode) {
	text, paths := unquote(f.Body, f.Refs)
	w := &wrapped{text: text}
	w.wrapForAnalysis(f.Kind, f.Arguments, f.Returns)
	// A table function keeps the name that it is created under.
	w.prefix = strings.Replace(w.prefix, " f(", " `"+f.Name+"`(", 1)
	e.creating++
	defer func() { e.creating-- }()
	out := get(gsql.AnalyzeStatement(w.sql(), e.plain, e.catalog(f.Refs, paths, f.Tables, f.Functions), e.types))
	e.keep = append(e.keep, out)
	statement := get(out.ResolvedStatement())
	e.bodies[f.key()] = statement
	return w, statement
}
