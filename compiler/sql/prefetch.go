package sql

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"sluice/compiler/cache"
	"sluice/compiler/spec"
	"sluice/compiler/sql/engine"
)

// Pool shares the work among processes; see NewPool.
type Pool = engine.Pool

// Counts are how many texts a pool parsed and statements it analysed.
type Counts = engine.Counts

// NewPool makes a pool of processes. command starts a worker: a program that calls
// ServeWorker with its standard input and output. Close it when done. Without a pool,
// or with one without a command or with one process, this process does everything.
func NewPool(command []string, processes int) *Pool {
	return engine.NewPool(command, processes, translator)
}

// asker gets what was asked for from the cache, else from the pool.
type asker struct {
	cache   cache.Cache
	pool    *Pool
	build   string
	broken  map[cache.Key]string         // what the library broke on, by key; not cached
	parsed  map[cache.Key]engine.Parsed  // what was asked for lately, decoded
	results map[cache.Key]*engine.Result // what was asked for ahead, decoded
}

func newAsker(o Options) *asker {
	if o.Cache == nil {
		o.Cache = &cache.Memory{}
	}
	if o.Pool == nil {
		o.Pool = NewPool(nil, 1)
	}
	return &asker{cache: o.Cache, pool: o.Pool, build: o.Build, broken: map[cache.Key]string{},
		parsed: map[cache.Key]engine.Parsed{}, results: map[cache.Key]*engine.Result{}}
}

func (a *asker) parseKey(text string, kind engine.Kind) cache.Key {
	return cache.KeyOf("sql parse", engine.Version, a.build, string(kind), text)
}

// parse reads one text.
func (a *asker) parse(text string, kind engine.Kind) (engine.Parsed, error) {
	key := a.parseKey(text, kind)
	if parsed, ok := a.parsed[key]; ok {
		return parsed, nil
	}
	var parsed engine.Parsed
	err := a.ask(key, engine.Task{Text: text, Kind: kind}, &parsed)
	if err == nil {
		a.parsed[key] = parsed
	}
	return parsed, err
}

// analyse resolves one text.
func (a *asker) analyse(q engine.Request) (engine.Result, error) {
	return a.analyseKey(a.requestKey(q), q)
}

// analyseKey is analyse where the key is known.
func (a *asker) analyseKey(key cache.Key, q engine.Request) (engine.Result, error) {
	if found := a.results[key]; found != nil {
		return *found, nil
	}
	var found engine.Result
	err := a.ask(key, engine.Task{Request: &q}, &found)
	return found, err
}

// knows reports whether analysis of a key need not be asked for, and has its result at
// hand then.
func (a *asker) knows(key cache.Key) bool {
	if a.results[key] != nil || a.broken[key] != "" {
		return true
	}
	data, ok := a.cache.Get(key)
	if !ok {
		return false
	}
	var found engine.Result
	if json.Unmarshal(data, &found) != nil {
		return false
	}
	a.results[key] = &found
	return true
}

// forget lets go of what is known of a query; it stays in the cache.
func (a *asker) forget(key cache.Key, text string) {
	delete(a.results, key)
	delete(a.parsed, a.parseKey(text, engine.Query))
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

// store keeps an answer to a task.
func (a *asker) store(key cache.Key, t engine.Task, answer engine.Answer) {
	if answer.Error != "" {
		a.broken[key] = answer.Error
		return
	}
	var value any = answer.Parsed
	if t.Request != nil {
		value = answer.Result
		a.results[key] = &answer.Result
	} else {
		a.parsed[key] = answer.Parsed
	}
	data, err := json.Marshal(value)
	if err != nil {
		a.broken[key] = err.Error()
		return
	}
	a.cache.Put(key, data)
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
		a.store(missingKeys[i], missing[i], answer)
	}
}

// prefetchTexts parses everything that Parse is about to ask for.
func (r *reader) prefetchTexts(ctx context.Context) {
	var keys []cache.Key
	var tasks []engine.Task
	add := func(text string, kind engine.Kind) {
		if text != "" {
			keys = append(keys, r.asker.parseKey(text, kind))
			tasks = append(tasks, engine.Task{Text: text, Kind: kind})
		}
	}
	checks := func(list []*spec.Check) {
		for _, c := range list {
			switch c.Kind.V {
			case "sql":
				add(c.Query.V, engine.Query)
			case "reconcile":
				add(c.Left.V, engine.Query)
				add(c.Right.V, engine.Query)
			}
			add(c.Where.V, engine.Condition)
		}
	}
	p := r.platform
	for _, t := range p.Tables {
		if text, _, ok := r.text(t.SQLFile, t.SQL); ok {
			add(text, engine.Query)
		}
		checks(t.Checks)
	}
	for _, s := range p.Sources {
		for _, t := range s.Tables {
			checks(t.Checks)
		}
	}
	for _, f := range p.Routines {
		if text, _, ok := r.text(f.SQLFile, f.SQL); ok {
			add(text, routineKind(f))
		}
	}
	checks(p.Checks)
	for _, e := range p.Exports {
		add(e.Query.V, engine.Query)
	}
	r.asker.prefetch(ctx, keys, tasks)
	r.asker.recall(keys)
}

// recall decodes what the cache holds of parsed texts, on all processors, so that
// asking for them one by one afterwards costs nothing.
func (a *asker) recall(keys []cache.Key) {
	found := make([]*engine.Parsed, len(keys))
	var next atomic.Int64
	var working sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), 1+len(keys)/recallBatch) {
		working.Go(func() {
			for {
				from := int(next.Add(recallBatch)) - recallBatch
				if from >= len(keys) {
					return
				}
				for i := from; i < min(from+recallBatch, len(keys)); i++ {
					var parsed engine.Parsed
					if _, known := a.parsed[keys[i]]; known {
						continue
					}
					if data, ok := a.cache.Get(keys[i]); ok && json.Unmarshal(data, &parsed) == nil {
						found[i] = &parsed
					}
				}
			}
		})
	}
	working.Wait()
	for i, parsed := range found {
		if parsed != nil {
			a.parsed[keys[i]] = *parsed
		}
	}
}

// recallBatch is how many texts a goroutine takes at a time.
const recallBatch = 64
