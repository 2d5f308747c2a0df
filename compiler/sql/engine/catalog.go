package engine

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// catalog makes the name space of one statement: what it may read under the names it
// uses, before the builtins. Tables and functions themselves are made once and kept.
func (e *Engine) catalog(r Request, paths [][]string) gsql.CatalogNode {
	root := &folder{catalog: get(gsql.NewSimpleCatalog("user", e.types))}
	tables := map[string]Table{}
	for _, t := range r.Tables {
		tables[t.Name] = t
	}
	functions := map[string]Function{}
	for _, f := range r.Functions {
		functions[f.Name] = f
	}
	done := map[string]bool{}
	for i, ref := range r.Parsed.Refs {
		path := paths[i]
		key := string(ref.Kind) + "\x00" + strings.ToLower(strings.Join(path, "\x00"))
		if done[key] {
			continue
		}
		done[key] = true
		parent := root
		for _, part := range path[:len(path)-1] {
			parent = e.sub(parent, part)
		}
		name := path[len(path)-1]
		if ref.Kind == TableRef {
			if t, ok := tables[ref.Name]; ok {
				check(parent.catalog.AddTable2(name, e.table(t)))
			}
			continue
		}
		f, ok := functions[ref.Name]
		switch {
		case !ok:
		case f.Kind == TableFn:
			check(parent.catalog.AddTableValuedFunction2(name, e.tableFunction(f)))
		default:
			check(parent.catalog.AddFunction2(name, e.function(f)))
		}
	}
	return get(gsql.NewMultiCatalogCreate("root", []gsql.CatalogNode{root.catalog, e.builtins}))
}

// folder is a catalogue with its sub-catalogues by lower-case name.
type folder struct {
	catalog *gsql.SimpleCatalog
	subs    map[string]*folder
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

// table finds or makes a table. It stays reachable for the life of the engine, since
// the library does not keep what it refers to alive.
func (e *Engine) table(t Table) *gsql.SimpleTable {
	key := t.Digest
	if key == "" {
		key = t.Catalog + columnsKey(t.Columns)
	}
	if made := e.tables[key]; made != nil {
		return made
	}
	made := get(gsql.NewSimpleTable(t.Catalog, 0))
	for _, c := range t.Columns {
		column := get(gsql.NewSimpleColumn(t.Catalog, c.Name, get(e.typ(c.Type)), c.Pseudo, true))
		check(made.AddColumn2(column, false))
	}
	e.tables[key] = made
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

// function finds or makes a scalar or aggregate function.
func (e *Engine) function(f Function) *gsql.Function {
	key := string(f.Kind) + "\x00" + f.Name + columnsKey(f.Arguments) + "\x00" + f.Returns
	if made := e.functions[key]; made != nil {
		return made
	}
	mode := gsql.FunctionEnums_ModeScalar
	if f.Kind == Aggregate {
		mode = gsql.FunctionEnums_ModeAggregate
	}
	made := e.newFunction(strings.Split(f.Name, "."), mode, f.Returns, f.Arguments)
	e.functions[key] = made
	return made
}

func (e *Engine) newFunction(path []string, mode gsql.FunctionEnums_Mode, returns string, arguments []Column) *gsql.Function {
	return get(gsql.NewFunction2(path, "routine", mode, []*gsql.FunctionSignature{e.signature(e.fixed(returns), arguments)}))
}

func (e *Engine) fixed(typeText string) *gsql.FunctionArgumentType {
	return get(gsql.NewFunctionArgumentType3(get(e.typ(typeText)), 1))
}

func (e *Engine) signature(result *gsql.FunctionArgumentType, arguments []Column) *gsql.FunctionSignature {
	list := make([]*gsql.FunctionArgumentType, len(arguments))
	for i, a := range arguments {
		list[i] = e.fixed(a.Type)
	}
	return get(gsql.NewFunctionSignature3(result, list, 0))
}

// tableFunction finds or makes a table function with its known columns.
func (e *Engine) tableFunction(f Function) *gsql.TableValuedFunction {
	key := f.Name + columnsKey(f.Arguments) + "\x00" + columnsKey(f.Columns)
	if made := e.tableFns[key]; made != nil {
		return made.TableValuedFunction
	}
	columns := make([]*gsql.TVFSchemaColumn, len(f.Columns))
	for i, c := range f.Columns {
		columns[i] = &gsql.TVFSchemaColumn{Name: c.Name, Type_: get(e.typ(c.Type))}
	}
	relation := get(gsql.NewTVFRelation(columns))
	result := get(gsql.NewFunctionArgumentTypeRelationWithSchema(relation, false))
	fixed := get(gsql.NewFixedOutputSchemaTVF(strings.Split(f.Name, "."), e.signature(result, f.Arguments), relation, &gsql.TableValuedFunctionOptions{}))
	e.tableFns[key] = fixed
	return fixed.TableValuedFunction
}
