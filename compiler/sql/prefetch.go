package sql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"sluice/compiler/cache"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sql/engine"
)

// Pool shares the work among processes; see NewPool.
type Pool = engine.Pool

// NewPool makes a pool of at most processes, this one included. command starts a
// worker: a program that calls ServeWorker with its standard input and output. Close
// it when done. Without a pool, or with one without a command, this process does
// everything.
func NewPool(command []string, processes int) *Pool {
	return engine.NewPool(command, processes, translator)
}

// asker gets what was asked for from the cache, else from the pool.
type asker struct {
	cache  cache.Cache
	pool   *Pool
	build  string
	broken map[cache.Key]string // what the library broke on, by key; not cached
}

func newAsker(o Options) *asker {
	if o.Cache == nil {
		o.Cache = &cache.Memory{}
	}
	if o.Pool == nil {
		o.Pool = NewPool(nil, 1)
	}
	return &asker{cache: o.Cache, pool: o.Pool, build: o.Build, broken: map[cache.Key]string{}}
}

func (a *asker) parseKey(text string, kind engine.Kind) cache.Key {
	return cache.KeyOf("sql parse", engine.Version, a.build, string(kind), text)
}

// parse reads one text.
func (a *asker) parse(text string, kind engine.Kind) (engine.Parsed, error) {
	var parsed engine.Parsed
	err := a.ask(a.parseKey(text, kind), engine.Task{Text: text, Kind: kind}, &parsed)
	return parsed, err
}

// analyse resolves one text.
func (a *asker) analyse(q engine.Request) (engine.Result, error) {
	var found engine.Result
	err := a.ask(a.requestKey(q), engine.Task{Request: &q}, &found)
	return found, err
}

func (a *asker) ask(key cache.Key, t engine.Task, to any) error {
	if reason, ok := a.broken[key]; ok {
		return errors.New(reason)
	}
	if data, ok := a.cache.Get(key); ok && json.Unmarshal(data, to) == nil {
		return nil
	}
	a.prefetch(context.Background(), []cache.Key{key}, []engine.Task{t})
	if reason, ok := a.broken[key]; ok {
		return errors.New(reason)
	}
	data, _ := a.cache.Get(key)
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("read what the analyser said: %w", err)
	}
	return nil
}

// prefetch has the pool do what the cache does not hold, so that asking for it one by
// one afterwards finds it there.
func (a *asker) prefetch(ctx context.Context, keys []cache.Key, tasks []engine.Task) {
	var missing []engine.Task
	var missingKeys []cache.Key
	asked := map[cache.Key]bool{}
	for i, k := range keys {
		if _, known := a.cache.Get(k); !known && !asked[k] {
			asked[k] = true
			missing, missingKeys = append(missing, tasks[i]), append(missingKeys, k)
		}
	}
	if len(missing) == 0 {
		return
	}
	for i, answer := range a.pool.Do(ctx, missing) {
		if answer.Error != "" {
			a.broken[missingKeys[i]] = answer.Error
			continue
		}
		var value any = answer.Parsed
		if missing[i].Request != nil {
			value = answer.Result
		}
		data, err := json.Marshal(value)
		if err != nil {
			a.broken[missingKeys[i]] = err.Error()
			continue
		}
		a.cache.Put(missingKeys[i], data)
	}
}

// prefetchTexts parses the queries of tables, which are nearly all the SQL there is.
func (r *reader) prefetchTexts(ctx context.Context, tables []*spec.Table) {
	var keys []cache.Key
	var tasks []engine.Task
	for _, t := range tables {
		if text, _, ok := r.text(t.SQLFile, t.SQL); ok {
			keys = append(keys, r.asker.parseKey(text, engine.Query))
			tasks = append(tasks, engine.Task{Text: text, Kind: engine.Query})
		}
	}
	r.asker.prefetch(ctx, keys, tasks)
}

// prefetchStatements analyses statements that do not depend on one another.
func (r *runner) prefetchStatements(ctx context.Context, list []*model.Statement) {
	var keys []cache.Key
	var tasks []engine.Task
	for _, s := range list {
		if s == nil || s.Failed || s.Level == "off" {
			continue
		}
		parsed, err := r.asker.parse(s.Text, engine.Query)
		if err != nil || parsed.Problem != nil {
			continue
		}
		if q, known := r.request(s, engine.Query, parsed, nil, ""); known {
			keys = append(keys, r.asker.requestKey(q))
			tasks = append(tasks, engine.Task{Request: &q})
		}
	}
	r.asker.prefetch(ctx, keys, tasks)
}

// levels groups tables so that each group reads only tables of groups before it. On a
// cycle, what is read later counts as not read.
func levels(tables []*model.Table) [][]*model.Table {
	var out [][]*model.Table
	level := make(map[*model.Table]int, len(tables))
	for _, t := range tables {
		own := 0
		for _, u := range t.Reads {
			if l, placed := level[u]; placed {
				own = max(own, l+1)
			}
		}
		level[t] = own
		for len(out) <= own {
			out = append(out, nil)
		}
		out[own] = append(out[own], t)
	}
	return out
}
