// Package engine is sluice's door to Google's own SQL parser and analyser.
//
// The library behind it is one instance per process, behind a lock, and costs
// milliseconds to start; nothing here starts it before the first statement that
// really has to be parsed or analysed. Requests and results are plain data without
// pointers into the platform, so that they can be cached by content and sent to
// another process.
package engine

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	gsql "github.com/goccy/go-googlesql"
)

// Version says which grammar and catalogue results were made with; it is part of
// every cache key. Raise Generation with every change of this package that changes
// results.
const Version = "go-googlesql v0.4.0 generation 9"

// Engine holds what the analyser needs again for every statement. Its methods may
// be called from several goroutines; they run one after the other.
type Engine struct {
	mu       sync.Mutex
	language *gsql.LanguageOptions
	types    *gsql.TypeFactory
	parser   *gsql.ParserOptions
	builtins *gsql.SimpleCatalog
	plain    *gsql.AnalyzerOptions // to resolve types only

	typeByText map[string]gsql.Googlesql_TypeNode
	options    map[string]*gsql.AnalyzerOptions // by parameters and target
	tables     map[string]*gsql.SimpleTable     // by content
	pinned     map[string]*gsql.SimpleTable     // of them, those that functions refer to
	creating   int                              // functions that are being made
	functions  map[string]*gsql.Function        // by content
	tableFns   map[string]*gsql.SQLTableValuedFunction
	bodies     map[string]gsql.ResolvedStatementNode // of functions, by content
	keep       []*gsql.AnalyzerOutput                // of functions
	tableBuiltins
	trees      trees
	translator Translator
	sweep      sweeper
}

// sweeper runs the garbage collector now and then: the library's memory, which Go
// does not see, is freed by finalizers, and Go alone would run them too seldom. Over
// 1,500 statements that is a matter of 300 against 480 MB.
type sweeper struct {
	left int // statements until the next collection
}

// sweepEvery is how many statements there are between collections in a small process.
// A collection costs in proportion to the memory that it looks through, which the
// library's is no part of, so that there is one statement more for each megabyte.
const sweepEvery = 96

// after is called behind each statement.
func (s *sweeper) after() {
	if s.left--; s.left > 0 {
		return
	}
	runtime.GC()
	state := []metrics.Sample{{Name: "/gc/scan/total:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(state)
	s.left = sweepEvery
	if state[0].Value.Kind() == metrics.KindUint64 {
		s.left += int(state[0].Value.Uint64() >> 20)
	}
	if state[1].Value.Kind() == metrics.KindUint64 && state[1].Value.Uint64() > maxIdleBytes {
		debug.FreeOSMemory()
	}
}

// maxIdleBytes is what stays at hand of memory that nothing is in. When the library's
// memory grows, the old one, of a hundred megabytes, becomes idle at once.
const maxIdleBytes = 48 << 20

var (
	sharedOnce sync.Once
	shared     *Engine
	sharedErr  error
)

// Translator says a resolved statement in the words of the embedded warehouse.
type Translator struct {
	// Rewrites are those that a statement to be translated is analysed with.
	Rewrites []gsql.ResolvedASTRewrite
	// Translate gives the SQL, or every construct that has no counterpart with its
	// offset in the analysed text (-1 where unknown).
	Translate func(statement gsql.ResolvedStatementNode, o TranslateOptions) (string, []Problem)
}

// TranslateOptions tell what the resolved statement alone does not say.
type TranslateOptions struct {
	Table    func(string) string   // the quoted name of a catalogue table
	Columns  func(string) []string // the names of its columns; nil where they are not known
	TimeZone string                // of the session
	Source   string                // the analysed text
}

// Shared returns the process's engine, starting it on the first call with that
// call's translator. The error is that of the library and does not go away.
func Shared(t Translator) (*Engine, error) {
	sharedOnce.Do(func() { shared, sharedErr = start(t) })
	return shared, sharedErr
}

func start(t Translator) (*Engine, error) {
	if err := gsql.Init(); err != nil {
		return nil, fmt.Errorf("start the GoogleSQL library: %w", err)
	}
	e := &Engine{
		translator: t,
		sweep:      sweeper{left: sweepEvery},
		typeByText: map[string]gsql.Googlesql_TypeNode{},
		options:    map[string]*gsql.AnalyzerOptions{},
		tables:     map[string]*gsql.SimpleTable{},
		pinned:     map[string]*gsql.SimpleTable{},
		functions:  map[string]*gsql.Function{},
		tableFns:   map[string]*gsql.SQLTableValuedFunction{},
		bodies:     map[string]gsql.ResolvedStatementNode{},
	}
	return e, attempt(func() {
		e.language = languageOptions()
		e.types = get(gsql.NewTypeFactory())
		e.plain = e.analyzerOptions(false)
		// Only so do the parser's errors carry a place.
		e.parser = get(e.plain.GetParserOptions())
		e.builtins = get(gsql.NewSimpleCatalog("builtin", e.types))
		check(e.builtins.AddBuiltinFunctionsAndTypes(&gsql.BuiltinFunctionOptions{LanguageOptions: e.language}))
		e.addBigQueryBuiltins()
	})
}

// notBigQuery are features of the library's maximum that BigQuery does not have and
// that would change the meaning of, or accept, what BigQuery does not.
var notBigQuery = []gsql.LanguageFeature{
	gsql.LanguageFeatureFeatureDisallowGroupByFloat,
	gsql.LanguageFeatureFeatureEnforceConditionalEvaluation,
	gsql.LanguageFeatureFeatureV14EnforceConditionalEvaluation,
	gsql.LanguageFeatureFeatureTimestampNanos,
	gsql.LanguageFeatureFeatureTimestampPicos,
	gsql.LanguageFeatureFeatureDisableOuterJoinArray,
	gsql.LanguageFeatureFeatureLateralColumnReferences,
	gsql.LanguageFeatureFeatureSpannerLegacyDdl,
	// BigQuery's VECTOR_SEARCH takes other arguments; see builtinTables.
	gsql.LanguageFeatureFeatureVectorSearchTvf,
	gsql.LanguageFeatureFeatureTumbleHopTvfs,
	gsql.LanguageFeatureFeatureTumbleHopTvfsNoTimestampCol,
	// JSON values cannot be compared, grouped or ordered.
	gsql.LanguageFeatureFeatureJsonTypeComparison,
	gsql.LanguageFeatureFeatureMapType, gsql.LanguageFeatureFeatureV14MapType,
	gsql.LanguageFeatureFeatureUuidType, gsql.LanguageFeatureFeatureV14UuidType,
	gsql.LanguageFeatureFeatureLateralJoin, gsql.LanguageFeatureFeatureV14LateralJoin,
	gsql.LanguageFeatureFeatureForUpdate, gsql.LanguageFeatureFeatureV14ForUpdate,
	gsql.LanguageFeatureFeatureInsertOnConflictClause, gsql.LanguageFeatureFeatureV14InsertOnConflictClause,
	gsql.LanguageFeatureFeaturePipeFork, gsql.LanguageFeatureFeaturePipeTee, gsql.LanguageFeatureFeaturePipeIf,
	gsql.LanguageFeatureFeaturePipeLog, gsql.LanguageFeatureFeaturePipeDescribe, gsql.LanguageFeatureFeaturePipeExportData,
	gsql.LanguageFeatureFeaturePipeCreateTable, gsql.LanguageFeatureFeaturePipeInsert,
}

// languageOptions are BigQuery's: its product mode, its types, its reserved words.
func languageOptions() *gsql.LanguageOptions {
	lang := get(gsql.NewLanguageOptions())
	check(lang.EnableMaximumLanguageFeaturesForDevelopment())
	for _, f := range notBigQuery {
		check(lang.DisableLanguageFeature(f))
	}
	check(lang.EnableLanguageFeature(gsql.LanguageFeatureFeatureDisableFloat32))
	check(lang.SetSupportsAllStatementKinds())
	check(lang.SetProductMode(gsql.ProductModeProductExternal))
	check(lang.EnableReservableKeyword("QUALIFY", true))
	return lang
}

// analyzerOptions makes options without parameters. With inline, functions in SQL
// are replaced by their bodies, as the translation to DuckDB needs it.
func (e *Engine) analyzerOptions(inline bool) *gsql.AnalyzerOptions {
	o := get(gsql.NewAnalyzerOptions2())
	check(o.SetLanguage(e.language))
	check(o.SetErrorMessageMode(gsql.ErrorMessageModeErrorMessageOneLine))
	check(o.SetParseLocationRecordType(gsql.ParseLocationRecordTypeParseLocationRecordFullNodeScope))
	if inline {
		for _, r := range e.translator.Rewrites {
			check(o.EnableRewrite(r, true))
		}
	}
	// Only scalar functions of the user's are to be inlined, and those only for the
	// translation: everyone else wants to see the call.
	check(o.EnableRewrite(gsql.ResolvedASTRewriteRewriteBuiltinFunctionInliner, inline))
	return o
}

// typ resolves a type's text. The text is canonical, so it resolves; a failure is
// the library's.
func (e *Engine) typ(text string) (gsql.Googlesql_TypeNode, error) {
	if t, ok := e.typeByText[text]; ok {
		return t, nil
	}
	t, err := gsql.AnalyzeType(text, e.plain, e.builtins, e.types)
	if err != nil {
		return nil, err
	}
	e.typeByText[text] = t
	return t, nil
}

// libraryError carries an error of an accessor up to attempt.
type libraryError struct{ error }

// get unwraps an accessor of the library; its error ends the attempt.
func get[T any](v T, err error) T {
	if err != nil {
		panic(libraryError{err})
	}
	return v
}

func check(err error) {
	if err != nil {
		panic(libraryError{err})
	}
}

// attempt runs a step that uses get and check. The engine's own crashes (it is
// transpiled code, whose memory faults are panics) are errors as well: one statement
// that breaks it must not take the others down.
func attempt(step func()) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch r := recover().(type) {
		case nil:
		case libraryError:
			err = r.error
		default:
			err = fmt.Errorf("the SQL analyser failed: %v", r)
		}
	}()
	step()
	return nil
}
