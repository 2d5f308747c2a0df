package lineage

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// Functions by what they do with their arguments. All others compute from all of them.
var (
	// masking functions hide their first argument's value: from the result nobody
	// reads it back without a key or a search through all values.
	masking = set("md5", "sha1", "sha256", "sha512", "farm_fingerprint",
		"dlp_deterministic_encrypt", "aead.encrypt", "deterministic_encrypt",
		// These tell no more of a value than whether there is one, or how many.
		"$is_null", "$is_not_null", "array_length", "array_is_distinct")
	// revealing functions give back what a masking one hid, to whoever has the key.
	revealing = set("aead.decrypt_string", "aead.decrypt_bytes", "deterministic_decrypt_string", "deterministic_decrypt_bytes",
		"dlp_deterministic_decrypt")
	// counting aggregates tell how many, not what.
	counting = set("count", "countif", "$count_star", "approx_count_distinct",
		"hll_count.extract", "hll_count.merge")
	// choosing aggregates give their first argument where the second is the most.
	choosing = set("max_by", "min_by")
	// navigating analytic functions give a value of another row.
	navigating = set("first_value", "last_value", "nth_value", "lag", "lead")
	// ranking analytic functions give a place in the window.
	ranking = set("ntile")
	// first functions give their first argument, or an element or a part of it; the
	// rest decides which.
	first = set("$array_at_offset", "$array_at_ordinal", "$safe_array_at_offset", "$safe_array_at_ordinal",
		"array_first", "array_last", "array_slice", "array_reverse", "array_distinct", "array_filter", "array_find", "array_find_all",
		"array_first_n", "array_last_n", "array_remove_first", "array_remove_last", "array_remove_first_n", "array_remove_last_n",
		"nullif", "nulliferror")
	// merging functions give one of their arguments, or put them together.
	merging = set("coalesce", "ifnull", "iferror", "array_concat", "$make_array")
)

func set(names ...string) map[string]bool {
	out := make(map[string]bool, len(names))
	for _, n := range names {
		out[n] = true
	}
	return out
}

// call is a function call with the values of its arguments.
type call struct {
	name    string // in lower case, without the group of builtins
	routine string // the user's name for a routine of the user's
	safe    bool
	args    []*value
	lambdas []*gsql.ResolvedInlineLambda
}

// callNode is what scalar, aggregate and analytic calls share.
type callNode interface {
	Function() (*gsql.Function, error)
	ArgumentList() ([]gsql.ResolvedExprNode, error)
	GenericArgumentList() ([]*gsql.ResolvedFunctionArgument, error)
	ErrorMode() (gsql.ResolvedFunctionCallBaseEnums_ErrorMode, error)
}

// callOf reads what is called; arguments reads the rest.
func (w *walker) callOf(n callNode) call {
	full := get(get(n.Function()).FullName(true))
	c := call{name: lower(full), safe: get(n.ErrorMode()) == gsql.ResolvedFunctionCallBaseEnums_ErrorModeSafeErrorMode}
	group, rest, _ := strings.Cut(full, ":")
	switch group {
	case "GoogleSQL", "bigquery":
		c.name = lower(rest)
	case "routine":
		c.routine = rest
	}
	return c
}

func (w *walker) arguments(c *call, n callNode) {
	list := get(n.ArgumentList())
	for _, a := range list {
		c.args = append(c.args, w.expr(a))
	}
	if len(list) > 0 {
		return
	}
	for _, g := range get(n.GenericArgumentList()) {
		if e := get(g.Expr()); e != nil {
			c.args = append(c.args, w.expr(e))
		} else if l := get(g.InlineLambda()); l != nil {
			c.lambdas = append(c.lambdas, l)
		} else {
			f, d := w.other(g)
			c.args = append(c.args, &value{own: f, sum: d})
		}
	}
}

// function is a scalar call.
func (w *walker) function(e *gsql.ResolvedFunctionCall) *value {
	c := w.callOf(e)
	w.arguments(&c, e)
	if c.routine != "" {
		if body := w.body(c.routine); body != nil {
			return w.inline(c, body, relation{})
		}
	}
	parts := []digest{text(c.name), truth(c.safe)}
	for _, a := range c.args {
		parts = append(parts, a.sum)
	}
	var bodies []*value
	for _, l := range c.lambdas {
		b := w.lambda(l, c.args)
		bodies = append(bodies, b)
		parts = append(parts, sum("lambda", b.sum))
	}
	return w.scalar(c, bodies, sum("call", parts...))
}

// lambda is a lambda's body, over the elements of the arrays that the call is given.
func (w *walker) lambda(l *gsql.ResolvedInlineLambda, arrays []*value) *value {
	for i, id := range idsOf(get(l.ArgumentList())) {
		d := sum("lambda argument", number(i))
		if i < len(arrays) {
			w.cols[id] = arrays[i].named(sum("element", arrays[i].sum, d))
		} else {
			w.cols[id] = &value{sum: d} // a position
		}
	}
	return w.expr(get(l.Body()))
}

// scalar is what a builtin function makes of its arguments.
func (w *walker) scalar(c call, lambdas []*value, d digest) *value {
	n := len(c.args)
	var about flow
	decides := func(list ...*value) {
		for _, v := range list {
			about = about.plus(v.all().as(conditional))
		}
	}
	switch {
	case c.name == "if" && n == 3:
		decides(c.args[0])
		return either(d, c.args[1:]...).under(about)
	case c.name == "$case_no_value", c.name == "$case_with_value":
		var results []*value
		rest := c.args
		if c.name == "$case_with_value" && n > 0 {
			decides(rest[0])
			rest = rest[1:]
		}
		for ; len(rest) > 1; rest = rest[2:] {
			decides(rest[0])
			results = append(results, rest[1])
		}
		return either(d, append(results, rest...)...).under(about)
	case c.name == "array_transform" && n > 0 && len(lambdas) == 1:
		// Its elements are the lambda's; how many there are is the array's.
		decides(c.args...)
		return lambdas[0].changed(kinds.transformed, d).under(about)
	case merging[c.name]:
		for _, v := range c.args[:max(0, n-1)] {
			about = about.plus(v.all().as(nullness))
		}
		out := either(d, c.args...)
		if c.name == "$make_array" {
			return out.changed(kinds.transformed, d)
		}
		return out.under(about)
	case first[c.name] && n > 0:
		decides(c.args[1:]...)
		decides(lambdas...)
		if c.name == "nullif" {
			about = about.plus(c.args[0].all().as(nullness))
		}
		return c.args[0].named(d).under(about)
	}
	out := &value{sum: d}
	for _, v := range append(c.args, lambdas...) {
		out.own = out.own.plus(v.all().each(kinds.transformed))
	}
	switch {
	case masking[c.name]:
		out.own = out.own.each(kinds.masked)
	case revealing[c.name]:
		out.own = out.own.each(kinds.revealed)
	}
	return out
}

// body is the statement that creates a routine, unless it is being walked.
func (w *walker) body(name string) gsql.ResolvedStatementNode {
	if w.Body == nil || name == "" || w.calling[lower(name)] {
		return nil
	}
	return w.Body(name)
}

// inline is a call of a routine whose body is known.
func (w *walker) inline(c call, body gsql.ResolvedStatementNode, r relation) *value {
	s, ok := body.(*gsql.ResolvedCreateFunctionStmt)
	if !ok {
		return w.opaque(c)
	}
	e := get(s.FunctionExpression())
	if e == nil { // in another language
		return w.opaque(c)
	}
	w.calling[lower(c.routine)] = true
	defer delete(w.calling, lower(c.routine))
	in := w.inside()
	for i, name := range get(s.ArgumentNameList()) {
		if i < len(c.args) {
			in.args[lower(name)] = c.args[i]
		}
	}
	for _, a := range get(s.AggregateExpressionList()) {
		in.cols[get(get(a.Column()).ColumnId())] = in.aggregate(get(a.Expr()), r)
	}
	out := in.expr(e)
	if c.safe {
		out = out.named(sum("safe", out.sum))
	}
	return out
}

// opaque is a call of which nothing more is known.
func (w *walker) opaque(c call) *value {
	parts := []digest{text(c.name), truth(c.safe)}
	out := &value{}
	for _, a := range c.args {
		out.own = out.own.plus(a.all().each(kinds.transformed))
		parts = append(parts, a.sum)
	}
	out.sum = sum("call", parts...)
	return out
}

// tableFunction is a call in FROM: of a routine with its query, or of a builtin such
// as ML.PREDICT, each column of which may come from every column that it is given.
func (w *walker) tableFunction(s *gsql.ResolvedTVFScan) relation {
	name := get(get(s.Tvf()).FullName(false))
	columns := ids(s)
	body, _ := w.body(name).(*gsql.ResolvedCreateTableFunctionStmt)
	var query gsql.ResolvedScanNode
	if body != nil {
		query = get(body.Query())
	}
	in := w.inside()
	var names []string
	if query != nil {
		names = get(body.ArgumentNameList())
	}
	given := relation{}
	var everything flow
	parts := []digest{text(lower(name))}
	for i, a := range get(s.ArgumentList()) {
		key := ""
		if i < len(names) {
			key = lower(names[i])
		}
		if scan := get(a.Scan()); scan != nil {
			r := w.scan(scan)
			for _, id := range idsOf(get(a.ArgumentColumnList())) {
				v := w.column(id)
				r.cols = append(r.cols, v)
				everything = everything.plus(v.all())
				parts = append(parts, v.sum)
			}
			in.relations[key] = r
			given.rows, given.tables = given.rows.plus(r.rows), append(given.tables, r.tables...)
			parts = append(parts, r.sum)
			continue
		}
		v := &value{}
		if e := get(a.Expr()); e != nil {
			v = w.expr(e)
		} else {
			v.own, v.sum = w.other(a)
		}
		in.args[key] = v
		everything = everything.plus(v.all())
		parts = append(parts, v.sum)
	}
	if query != nil {
		w.calling[lower(name)] = true
		defer delete(w.calling, lower(name))
		r := in.scan(query)
		output := get(body.OutputColumnList())
		index := get(s.ColumnIndexList())
		for i, id := range columns {
			at := i
			if i < len(index) {
				at = int(index[i])
			}
			if at < len(output) {
				w.cols[id] = in.column(get(get(output[at].Column()).ColumnId()))
			}
		}
		return r
	}
	given.sum = sum("table function", parts...)
	given.rows = given.rows.plus(everything.as(filter))
	for i, id := range columns {
		w.cols[id] = &value{own: everything.each(kinds.transformed), sum: sum("column of", given.sum, number(i))}
	}
	given.cols = nil
	return given
}
