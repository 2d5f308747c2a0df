package load

import (
	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

func (d *decoder) source(n spec.Node, o obj, out *spec.Source) {
	*out = spec.Source{
		Node:           n,
		Kind:           o.text("kind"),
		Description:    o.text("description"),
		Owner:          o.text("owner"),
		Pool:           o.text("pool"),
		Engine:         o.text("engine"),
		Classification: o.text("classification"),
		Retry:          d.retry(o),
		Timeout:        o.seconds("timeout"),
		Tables:         each(o, "tables", d.sourceTable),
		Labels:         o.pairs("labels"),
	}
	if c, at, ok := o.child("connection"); ok {
		out.Connection = connection(at, c)
	}
	for _, t := range out.Tables {
		d.sourceTableShape(n.Name, t)
	}
}

func connection(at diag.Span, c obj) spec.Connection {
	return spec.Connection{
		At:                at,
		Host:              c.text("host"),
		Port:              c.int("port"),
		Database:          c.text("database"),
		User:              c.text("user"),
		Secret:            c.text("secret"),
		TLS:               c.text("tls"),
		MaxConnections:    c.int("max_connections"),
		Bucket:            c.text("bucket"),
		Region:            c.text("region"),
		Prefix:            c.text("prefix"),
		RoleARN:           c.text("role_arn"),
		Writer:            c.text("writer"),
		URL:               c.text("url"),
		Auth:              c.text("auth"),
		Header:            c.text("header"),
		RequestsPerSecond: c.number("requests_per_second"),
		Root:              c.text("root"),
		Project:           c.text("project"),
		Dataset:           c.text("dataset"),
		Location:          c.text("location"),
	}
}

func (d *decoder) sourceTable(n spec.Node, o obj, out *spec.SourceTable) {
	*out = spec.SourceTable{
		Node:        n,
		Description: o.text("description"),
		From:        o.text("from"),
		Columns:     each(o, "columns", d.column),
		Mode:        o.text("mode"),
		Cursor:      o.text("cursor"),
		Key:         o.texts("key"),
		Format:      o.text("format"),
		Compression: o.text("compression"),
		MaxBadRows:  o.int("max_bad_rows"),
		Arrives:     o.text("arrives"),
		Wait:        o.seconds("wait"),
		Estimate:    d.estimate(o),
		Checks:      each(o, "checks", d.check),
		Pool:        o.text("pool"),
		Tags:        o.texts("tags"),
	}
	if p, at, ok := o.child("partition"); ok {
		out.Partition = &spec.SourcePartition{At: at, By: p.text("by"), Column: p.text("column")}
	}
}

func (d *decoder) column(n spec.Node, o obj, out *spec.Column) {
	*out = spec.Column{
		Node:        n,
		Type:        o.text("type"),
		Fields:      each(o, "fields", d.column),
		Description: o.text("description"),
		Required:    o.bool("required"),
		Class:       o.text("class"),
		Mask:        o.text("mask"),
	}
}

func (d *decoder) table(n spec.Node, o obj, out *spec.Table) {
	*out = spec.Table{
		Node:            n,
		Description:     o.text("description"),
		Owner:           o.text("owner"),
		Tags:            o.texts("tags"),
		SQLFile:         o.text("sql_file"),
		SQL:             o.sql("sql"),
		Materialization: o.text("materialization"),
		ClusterBy:       o.texts("cluster_by"),
		Retention:       o.seconds("retention"),
		Columns:         each(o, "columns", d.column),
		NotBefore:       o.text("not_before"),
		After:           o.texts("after"),
		Pool:            o.text("pool"),
		Retry:           d.retry(o),
		Timeout:         o.seconds("timeout"),
		Estimate:        d.estimate(o),
		Checks:          each(o, "checks", d.check),
		Tests:           each(o, "tests", d.test),
		Runbook:         d.runbook(o),
		Analysis:        o.text("analysis"),
		AnalysisReason:  o.text("analysis_reason"),
		Labels:          o.pairs("labels"),
	}
	if i, at, ok := o.child("incremental"); ok {
		out.Incremental = &spec.Incremental{At: at, Strategy: i.text("strategy"), Key: i.texts("key")}
	}
	if p, at, ok := o.child("partition"); ok {
		out.Partition = &spec.Partition{At: at, Column: p.text("column"), By: p.text("by"), RequireFilter: p.bool("require_filter")}
	}
	if c, at, ok := o.child("declassify"); ok {
		out.Declassify = &spec.Declassify{At: at, Reason: c.text("reason"), ApprovedBy: c.text("approved_by"), Columns: c.texts("columns")}
	}
	d.tableShape(out)
}

func (d *decoder) test(n spec.Node, o obj, out *spec.Test) {
	*out = spec.Test{
		Node:        n,
		Description: o.text("description"),
		RunDate:     o.text("run_date"),
		Variables:   o.pairs("variables"),
		Missing:     o.text("missing"),
		Given:       tableRows(o.elems("given")),
		Expect:      rows(o.elems("expect")),
		ExpectCTE:   tableRows(o.elems("expect_cte")),
		Ordered:     o.bool("ordered"),
		ExpectError: o.text("expect_error"),
	}
	_, out.Expects.At, out.Expects.V = o.child("expect")
}

func tableRows(items []element) []*spec.TestRows {
	var out []*spec.TestRows
	for i := range items {
		out = append(out, &spec.TestRows{Node: spec.Node{Name: items[i].name, At: items[i].key}, Rows: rows(items[i].elems)})
	}
	return out
}

func rows(items []element) []spec.Row {
	out := make([]spec.Row, 0, len(items))
	for i := range items {
		values, _ := items[i].scalar().(map[string]any)
		row := spec.Row{At: items[i].at, Values: values}
		for j := range items[i].elems {
			e := &items[i].elems[j]
			row.Cells = append(row.Cells, spec.Cell{Name: e.name, Key: e.key, At: e.at})
		}
		out = append(out, row)
	}
	return out
}

func (d *decoder) routine(n spec.Node, o obj, out *spec.Routine) {
	*out = spec.Routine{
		Node:        n,
		Description: o.text("description"),
		Owner:       o.text("owner"),
		Kind:        o.text("kind"),
		SQLFile:     o.text("sql_file"),
		SQL:         o.sql("sql"),
		JS:          o.text("js"),
		Libraries:   o.texts("libraries"),
		Arguments:   o.pairs("arguments"),
		Returns:     o.text("returns"),
	}
	if r, _, ok := o.child("remote"); ok {
		out.Remote = &spec.RemoteFunction{Connection: r.text("connection"), Endpoint: r.text("endpoint")}
	}
	d.routineShape(out)
}

func (d *decoder) check(n spec.Node, o obj, out *spec.Check) {
	*out = spec.Check{
		Node:             n,
		Kind:             o.text("kind"),
		Description:      o.text("description"),
		Severity:         o.text("severity"),
		Table:            o.text("table"),
		Where:            o.sql("where"),
		Owner:            o.text("owner"),
		Pool:             o.text("pool"),
		Estimate:         d.estimate(o),
		Runbook:          d.runbook(o),
		Columns:          o.texts("columns"),
		Column:           o.text("column"),
		Values:           o.scalars("values"),
		To:               o.text("to"),
		ToColumn:         o.text("to_column"),
		Min:              o.int("min"),
		Max:              o.int("max"),
		MaxChangePercent: o.number("max_change_percent"),
		Window:           o.int("window"),
		MaxAge:           o.seconds("max_age"),
		Left:             o.sql("left"),
		Right:            o.sql("right"),
		TolerancePercent: o.number("tolerance_percent"),
		Query:            o.sql("query"),
	}
	d.checkShape(out)
}

func (d *decoder) export(n spec.Node, o obj, out *spec.Export) {
	*out = spec.Export{
		Node:        n,
		Kind:        o.text("kind"),
		Description: o.text("description"),
		Owner:       o.text("owner"),
		Tags:        o.texts("tags"),
		Table:       o.text("table"),
		Query:       o.sql("query"),
		NotBefore:   o.text("not_before"),
		Calendar:    o.text("calendar"),
		Pool:        o.text("pool"),
		Retry:       d.retry(o),
		Timeout:     o.seconds("timeout"),
		Estimate:    d.estimate(o),
		Runbook:     d.runbook(o),
	}
	if p, at, ok := o.child("personal_data"); ok {
		out.PersonalData = &spec.PersonalDataRelease{At: at, Columns: p.texts("columns"), Reason: p.text("reason"), ApprovedBy: p.text("approved_by")}
	}
	if to, at, ok := o.child("to"); ok {
		out.To = spec.Destination{
			At:          at,
			Spreadsheet: to.text("spreadsheet"),
			Range:       to.text("range"),
			Bucket:      to.text("bucket"),
			Path:        to.text("path"),
			Format:      to.text("format"),
			Compression: to.text("compression"),
			Secret:      to.text("secret"),
			Host:        to.text("host"),
			Port:        to.int("port"),
			User:        to.text("user"),
			HostKey:     to.text("host_key"),
			URL:         to.text("url"),
			Method:      to.text("method"),
			Key:         to.text("key"),
			BatchSize:   to.int("batch_size"),
		}
	}
	d.oneOf("export", n, "table", out.Table, "query", out.Query)
}

func (d *decoder) model(n spec.Node, o obj, out *spec.Model) {
	*out = spec.Model{
		Node:        n,
		Kind:        o.text("kind"),
		Description: o.text("description"),
		Owner:       o.text("owner"),
		Tags:        o.texts("tags"),
		Local:       o.text("local"),
		Pool:        o.text("pool"),
		Retry:       d.retry(o),
		Timeout:     o.seconds("timeout"),
		Runbook:     d.runbook(o),
		ModelType:   o.text("model_type"),
		Options:     o.pairs("options"),
		Image:       o.text("image"),
		Machine:     o.text("machine"),
	}
	if t, at, ok := o.child("train"); ok {
		out.Train = &spec.Train{
			At:       at,
			Table:    t.text("table"),
			Label:    t.text("label"),
			Features: t.texts("features"),
			Days:     t.texts("days"),
			Estimate: d.estimate(t),
		}
	}
	if p, at, ok := o.child("predict"); ok {
		out.Predict = spec.Predict{
			At:         at,
			Table:      p.text("table"),
			Key:        p.texts("key"),
			Output:     p.text("output"),
			Columns:    each(p, "columns", d.column),
			Prediction: p.text("prediction"),
			NotBefore:  p.text("not_before"),
			Estimate:   d.estimate(p),
		}
	}
}
