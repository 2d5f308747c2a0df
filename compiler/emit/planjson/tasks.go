package planjson

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// defaultRetry is in effect where neither the thing nor the platform says otherwise.
var defaultRetry = plan.Retry{Attempts: 3, BackoffSec: 30, Factor: 2, MaxBackoffSec: 15 * 60}

func (b *builder) task(t *model.Task) plan.Task {
	out := plan.Task{
		ID:        t.ID,
		Kind:      plan.TaskKind(t.Kind),
		Node:      t.Node,
		NotBefore: t.NotBefore.V,
		Calendar:  t.Calendar,
		Pool:      t.Pool,
		Retry:     retry(t.Retry),
		Timeout:   t.Timeout,
		Estimate:  plan.Estimate{DurationSec: t.Duration},
		Owner:     t.Owner,
		Origin:    origin(t.At),
	}
	for _, after := range t.After {
		out.After = append(out.After, after.ID)
	}
	slices.Sort(out.After)
	if b.m.Timetable != nil {
		slot := b.m.Timetable.ByTask[t.ID]
		out.Earliest, out.Planned = slot.Earliest, slot.Planned
		if slot.HasLatest {
			out.Latest = slot.Latest
		}
	}
	switch {
	case t.Check != nil:
		b.checkTask(&out, t.Check)
	case t.Export != nil:
		b.exportTask(&out, t.Export)
	case t.Model != nil:
		b.modelTask(&out, t.Model)
	case t.Table != nil && t.Table.SourceTable != nil:
		b.transferTask(&out, t.Table)
	case t.Table != nil && t.Table.Spec != nil:
		b.queryTask(&out, t.Table)
	default:
		panic(fmt.Sprintf("planjson: task %s has nothing to do", t.ID))
	}
	return out
}

func retry(r spec.Retry) plan.Retry {
	return plan.Retry{
		Attempts:      int(cmp.Or(r.Attempts.V, int64(defaultRetry.Attempts))),
		BackoffSec:    cmp.Or(r.Backoff.V, defaultRetry.BackoffSec),
		Factor:        cmp.Or(r.Factor.V, defaultRetry.Factor),
		MaxBackoffSec: cmp.Or(r.MaxBackoff.V, defaultRetry.MaxBackoffSec),
	}
}

func (b *builder) transferTask(out *plan.Task, t *model.Table) {
	st := t.SourceTable
	out.Description, out.Tags = st.Description.V, sortedTexts(st.Tags)
	out.Transfer = b.transfer(t)
	estimate(out, st.Estimate)
}

// transfer says how a source's table comes in, as the environment reads it.
func (b *builder) transfer(t *model.Table) *plan.TransferSpec {
	s, st := t.Source, t.SourceTable
	out := &plan.TransferSpec{
		Source:      s.Name,
		Kind:        s.Kind.V,
		Engine:      cmp.Or(s.Engine.V, "native"),
		Connection:  connection(s.Connection),
		From:        cmp.Or(st.From.V, st.Name),
		Table:       t.Name,
		Mode:        cmp.Or(st.Mode.V, "full"),
		Cursor:      st.Cursor.V,
		Key:         texts(st.Key),
		Format:      st.Format.V,
		Compression: st.Compression.V,
		MaxBadRows:  st.MaxBadRows.V,
		Arrives:     st.Arrives.V,
		WaitSec:     st.Wait.V,
	}
	out.Partition, out.PartitionBy = sourcePartition(st)
	override := b.m.Overrides[s.Name]
	switch {
	case override == nil:
	case override.Read.V == "files":
		out.Kind = "files"
		out.Engine = "native" // no other engine reads the folders
		out.Connection = map[string]string{"root": cmp.Or(override.Root.V, "data")}
	case override.Secret.V != "":
		out.Connection["secret"] = override.Secret.V
	}
	return out
}

// connection holds what is set of a connection, by the language's field names.
func connection(c spec.Connection) map[string]string {
	m := map[string]string{
		"host": c.Host.V, "database": c.Database.V, "user": c.User.V, "secret": c.Secret.V, "tls": c.TLS.V,
		"bucket": c.Bucket.V, "region": c.Region.V, "prefix": c.Prefix.V, "role_arn": c.RoleARN.V, "writer": c.Writer.V,
		"url": c.URL.V, "auth": c.Auth.V, "header": c.Header.V, "root": c.Root.V,
		"project": c.Project.V, "dataset": c.Dataset.V, "location": c.Location.V,
		"port": integer(c.Port.V), "max_connections": integer(c.MaxConnections.V),
		"requests_per_second": number(c.RequestsPerSecond.V),
	}
	return withoutEmpty(m)
}

func (b *builder) queryTask(out *plan.Task, t *model.Table) {
	s := t.Spec
	out.Description, out.Tags, out.Runbook = s.Description.V, sortedTexts(s.Tags), runbook(s.Runbook)
	estimate(out, s.Estimate)
	out.Query = &plan.QuerySpec{Table: t.Name, Materialization: cmp.Or(s.Materialization.V, "table")}
	if i := s.Incremental; i != nil {
		out.Query.Strategy, out.Query.Key = i.Strategy.V, texts(i.Key)
	}
	out.Query.SQL, out.Query.Parameters = rendered(t.Statement)
	if t.Statement != nil {
		out.Query.Setup = t.Statement.Setup
	}
}

func (b *builder) checkTask(out *plan.Task, c *model.Check) {
	out.Description, out.Runbook = c.Spec.Description.V, runbook(c.Spec.Runbook)
	estimate(out, c.Spec.Estimate)
	out.Check = &plan.CheckSpec{
		Name:             c.Name,
		Kind:             c.Spec.Kind.V,
		Severity:         cmp.Or(c.Spec.Severity.V, "block"),
		MaxChangePercent: c.Spec.MaxChangePercent.V,
	}
	if out.Check.MaxChangePercent > 0 {
		out.Check.Window = int(cmp.Or(c.Spec.Window.V, 7))
	}
	if c.Table != nil {
		out.Check.Table = c.Table.Name
	}
	out.Check.SQL, out.Check.Parameters = rendered(c.Statement)
}

func (b *builder) exportTask(out *plan.Task, e *model.Export) {
	s := e.Spec
	out.Description, out.Tags, out.Runbook = s.Description.V, sortedTexts(s.Tags), runbook(s.Runbook)
	estimate(out, s.Estimate)
	x := &plan.ExportSpec{
		Kind:        s.Kind.V,
		Destination: destination(s.To),
		Path:        s.To.Path.V,
		Format:      s.To.Format.V,
		Compression: s.To.Compression.V,
	}
	x.SQL, x.Parameters = rendered(e.Statement)
	if e.Statement != nil {
		x.Lineage = e.Statement.Lineage
	}
	if d := s.PersonalData; d != nil {
		x.PersonalData = &plan.Release{Columns: sortedTexts(d.Columns), Reason: d.Reason.V, ApprovedBy: d.ApprovedBy.V}
	}
	switch {
	case e.Statement != nil && len(e.Statement.Columns) > 0:
		x.Columns = columns(e.Statement.Columns)
	case e.Table != nil:
		x.Columns = columns(e.Table.Columns)
	}
	switch b.m.Environment.Exports.V {
	case "skip":
		x.Kind = "skip"
	case "files":
		toFiles(x, e.Name, cmp.Or(b.m.Environment.ExportRoot.V, "out"))
	}
	out.Export = x
}

// toFiles makes an export write <export_root>/<export>/<day>.<format> instead of
// delivering. Path is relative to the root.
func toFiles(x *plan.ExportSpec, name, root string) {
	if x.Format == "" {
		x.Format = "csv"
		if x.Kind == "rest" {
			x.Format = "jsonl"
		}
	}
	x.Compression = cmp.Or(x.Compression, "none")
	x.Kind = "files"
	x.Destination = map[string]string{"root": root}
	x.Path = name + "/{date}." + x.Format + map[string]string{"gzip": ".gz", "zstd": ".zst"}[x.Compression]
}

// destination holds what is set of a destination but path, format and compression,
// which have fields of their own.
func destination(d spec.Destination) map[string]string {
	return withoutEmpty(map[string]string{
		"spreadsheet": d.Spreadsheet.V, "range": d.Range.V, "bucket": d.Bucket.V, "secret": d.Secret.V,
		"host": d.Host.V, "port": integer(d.Port.V), "user": d.User.V, "host_key": d.HostKey.V,
		"url": d.URL.V, "method": d.Method.V, "key": d.Key.V, "batch_size": integer(d.BatchSize.V),
	})
}

func (b *builder) modelTask(out *plan.Task, m *model.Model) {
	s := m.Spec
	out.Description, out.Tags, out.Runbook = s.Description.V, sortedTexts(s.Tags), runbook(s.Runbook)
	out.Model = b.model(m, out.Kind)
	if out.Kind == plan.Predict {
		estimate(out, s.Predict.Estimate)
		return
	}
	estimate(out, s.Train.Estimate)
	out.Days = texts(s.Train.Days)
	slices.SortFunc(out.Days, func(a, b string) int { return cmp.Compare(slices.Index(week, a), slices.Index(week, b)) })
}

func (b *builder) model(m *model.Model, kind plan.TaskKind) *plan.ModelSpec {
	s := m.Spec
	out := &plan.ModelSpec{
		Model:      m.Name,
		Kind:       s.Kind.V,
		Type:       s.ModelType.V,
		Image:      s.Image.V,
		Machine:    s.Machine.V,
		Key:        texts(s.Predict.Key),
		Output:     s.Predict.Output.V,
		Prediction: s.Predict.Prediction.V,
		Features:   features(m),
	}
	for _, o := range s.Options {
		if out.Options == nil {
			out.Options = map[string]string{}
		}
		out.Options[o.Name] = scalar(o.V)
	}
	if s.Train != nil {
		out.Label = s.Train.Label.V
	}
	input := m.Predict
	if kind == plan.Train {
		input = m.Train
	}
	if input != nil {
		out.Table = input.Name
	}
	switch b.m.Environment.Models.V {
	case "skip":
		out.Kind = "skip"
	case "local":
		out.Kind, out.Type = "local", s.Local.V
		if s.Local.V == "" || s.Local.V == "skip" {
			out.Kind, out.Type = "skip", ""
		}
	}
	return out
}

// features are the columns to learn from: those declared, or all of the table but
// label and keys.
func features(m *model.Model) []string {
	if t := m.Spec.Train; t != nil && len(t.Features) > 0 {
		return texts(t.Features)
	}
	table, label := m.Predict, ""
	if m.Spec.Train != nil && m.Train != nil {
		table, label = m.Train, m.Spec.Train.Label.V
	}
	if table == nil {
		return nil
	}
	var out []string
	for _, c := range table.Columns {
		isKey := slices.ContainsFunc(m.Spec.Predict.Key, func(k spec.Text) bool { return strings.EqualFold(k.V, c.Name) })
		if !isKey && !strings.EqualFold(c.Name, label) {
			out = append(out, c.Name)
		}
	}
	return out
}

// estimate adds what the user says of volume and rows to the duration in effect.
func estimate(out *plan.Task, e *spec.Estimate) {
	if e != nil {
		out.Estimate.Bytes, out.Estimate.Rows = e.Volume.V, e.Rows.V
	}
}

func rendered(s *model.Statement) (sql string, parameters []string) {
	if s == nil {
		return "", nil
	}
	return s.Rendered, s.Parameters
}

// integer and number are empty for zero, which stands for "not given" in connections.
func integer(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func number(f float64) string {
	if f == 0 {
		return ""
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// scalar is a value of the user's choice as text.
func scalar(v any) string {
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

func withoutEmpty(m map[string]string) map[string]string {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}
