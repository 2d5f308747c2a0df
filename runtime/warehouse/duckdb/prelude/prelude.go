// Package prelude installs in a DuckDB database the functions that translated
// GoogleSQL relies on. Their names start with "gsql_"; a NULL argument makes
// the result NULL; an error ends the statement, as it does in GoogleSQL.
//
// Instants and wall clocks are passed as microseconds since 1970-01-01, dates
// as days since then, NUMERIC as decimal text and JSON as text.
package prelude

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sort"

	"github.com/duckdb/duckdb-go/v2"
)

// Install registers the functions in the database that conn belongs to; every
// connection of that database sees them. It also sets the connection's time
// zone to UTC, which each connection needs: see Session.
func Install(ctx context.Context, conn *sql.Conn) error {
	names := make([]string, 0, len(functions))
	for n := range functions {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if err := duckdb.RegisterScalarUDF(conn, n, functions[n]); err != nil {
			return fmt.Errorf("install %s: %w", n, err)
		}
	}
	_, err := conn.ExecContext(ctx, Session)
	return err
}

// Session is the statement that each connection runs before translated SQL.
const Session = "SET TimeZone = 'UTC'"

// Names lists the functions, sorted.
func Names() []string {
	names := make([]string, 0, len(functions))
	for n := range functions {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// functions is every function by name.
var functions = gather(textFunctions, bytesFunctions, regexpFunctions, clockFunctions, numberFunctions, numericFunctions, jsonFunctions, jsonChangeFunctions, netFunctions, bigNumericFunctions, castFunctions, rangeFunctions, geoFunctions, keyFunctions, safeFunctions, aggregateFunctions, percentileFunctions, sketchFunctions)

func gather(tables ...map[string]*udf) map[string]*udf {
	out := map[string]*udf{}
	for _, t := range tables {
		for n, f := range t {
			if out[n] != nil {
				panic("prelude: two functions are called " + n)
			}
			out[n] = f
		}
	}
	return out
}

// safeFunctions are what SAFE_CAST and SAFE.PARSE_… call: "gsql_safe_to_int64" is
// "gsql_to_int64" with NULL in place of an error. DuckDB's TRY does the same for
// any expression, but evaluates every row by itself once one row has failed.
var safeFunctions = safely(gather(numberFunctions, numericFunctions, bigNumericFunctions, castFunctions, clockFunctions, jsonFunctions),
	"to_bignumeric", "to_bool", "to_date", "to_datetime", "to_float64", "to_int64", "to_interval", "to_numeric", "to_time", "to_timestamp", "cast_format_bytes", "cast_format_clock", "cast_format_number", "cast_parse_bytes", "cast_parse_clock", "parse_bignumeric", "parse_json", "parse_numeric", "parse_time")

func safely(functions map[string]*udf, names ...string) map[string]*udf {
	out := map[string]*udf{}
	for _, n := range names {
		f := functions["gsql_"+n]
		out["gsql_safe_"+n] = &udf{args: f.args, ret: f.ret, run: func(args []driver.Value) (any, error) {
			v, err := f.run(args)
			if err != nil {
				return nil, errNull
			}
			return v, nil
		}}
	}
	return out
}

// errNull is returned by a function whose result is NULL.
var errNull = errors.New("NULL")

// udf is a scalar function for DuckDB.
type udf struct {
	args []duckdb.TypeInfo
	ret  duckdb.TypeInfo
	run  func(args []driver.Value) (any, error)
	// volatile functions give another result with each call.
	volatile bool
}

// Config tells DuckDB the signature.
func (u *udf) Config() duckdb.ScalarFuncConfig {
	return duckdb.ScalarFuncConfig{InputTypeInfos: u.args, ResultTypeInfo: u.ret, Volatile: u.volatile}
}

// Executor runs the function row by row.
func (u *udf) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(args []driver.Value) (any, error) {
		v, err := u.run(args)
		if errors.Is(err, errNull) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return v, nil
	}}
}

// Lists of values, nil where an element is NULL.
type (
	strs   []any
	ints   []any
	floats []any
	bools  []any
	blobs  []any
)

// value is what a function takes and gives.
type value interface {
	string | int64 | float64 | bool | []byte | duckdb.Interval | strs | ints | floats | bools | blobs
}

// typeInfo is the DuckDB type of a Go type.
func typeInfo[T value]() duckdb.TypeInfo {
	var zero T
	scalar := func(t duckdb.Type) duckdb.TypeInfo {
		info, err := duckdb.NewTypeInfo(t)
		if err != nil {
			panic(err)
		}
		return info
	}
	list := func(t duckdb.Type) duckdb.TypeInfo {
		info, err := duckdb.NewListInfo(scalar(t))
		if err != nil {
			panic(err)
		}
		return info
	}
	switch any(zero).(type) {
	case string:
		return scalar(duckdb.TYPE_VARCHAR)
	case int64:
		return scalar(duckdb.TYPE_BIGINT)
	case float64:
		return scalar(duckdb.TYPE_DOUBLE)
	case bool:
		return scalar(duckdb.TYPE_BOOLEAN)
	case []byte:
		return scalar(duckdb.TYPE_BLOB)
	case duckdb.Interval:
		return scalar(duckdb.TYPE_INTERVAL)
	case strs:
		return list(duckdb.TYPE_VARCHAR)
	case ints:
		return list(duckdb.TYPE_BIGINT)
	case floats:
		return list(duckdb.TYPE_DOUBLE)
	case bools:
		return list(duckdb.TYPE_BOOLEAN)
	}
	return list(duckdb.TYPE_BLOB)
}

// as reads an argument.
func as[T value](v driver.Value) T {
	if l, ok := v.([]any); ok {
		var zero T
		switch any(zero).(type) {
		case strs:
			return any(strs(l)).(T)
		case ints:
			return any(ints(l)).(T)
		case floats:
			return any(floats(l)).(T)
		case bools:
			return any(bools(l)).(T)
		case blobs:
			return any(blobs(l)).(T)
		}
	}
	return v.(T)
}

// out gives a result in the form that the driver takes.
func out(v any) any {
	switch l := v.(type) {
	case strs:
		return []any(l)
	case ints:
		return []any(l)
	case floats:
		return []any(l)
	case bools:
		return []any(l)
	case blobs:
		return []any(l)
	}
	return v
}

func fn1[A, R value](f func(A) (R, error)) *udf {
	return &udf{args: []duckdb.TypeInfo{typeInfo[A]()}, ret: typeInfo[R](), run: func(a []driver.Value) (any, error) {
		r, err := f(as[A](a[0]))
		return out(r), err
	}}
}

func fn2[A, B, R value](f func(A, B) (R, error)) *udf {
	return &udf{args: []duckdb.TypeInfo{typeInfo[A](), typeInfo[B]()}, ret: typeInfo[R](), run: func(a []driver.Value) (any, error) {
		r, err := f(as[A](a[0]), as[B](a[1]))
		return out(r), err
	}}
}

func fn3[A, B, C, R value](f func(A, B, C) (R, error)) *udf {
	return &udf{args: []duckdb.TypeInfo{typeInfo[A](), typeInfo[B](), typeInfo[C]()}, ret: typeInfo[R](), run: func(a []driver.Value) (any, error) {
		r, err := f(as[A](a[0]), as[B](a[1]), as[C](a[2]))
		return out(r), err
	}}
}

func fn4[A, B, C, D, R value](f func(A, B, C, D) (R, error)) *udf {
	return &udf{args: []duckdb.TypeInfo{typeInfo[A](), typeInfo[B](), typeInfo[C](), typeInfo[D]()}, ret: typeInfo[R](), run: func(a []driver.Value) (any, error) {
		r, err := f(as[A](a[0]), as[B](a[1]), as[C](a[2]), as[D](a[3]))
		return out(r), err
	}}
}

func fn5[A, B, C, D, E, R value](f func(A, B, C, D, E) (R, error)) *udf {
	return &udf{args: []duckdb.TypeInfo{typeInfo[A](), typeInfo[B](), typeInfo[C](), typeInfo[D](), typeInfo[E]()}, ret: typeInfo[R](), run: func(a []driver.Value) (any, error) {
		r, err := f(as[A](a[0]), as[B](a[1]), as[C](a[2]), as[D](a[3]), as[E](a[4]))
		return out(r), err
	}}
}

func fn6[A, B, C, D, E, F, R value](f func(A, B, C, D, E, F) (R, error)) *udf {
	return &udf{args: []duckdb.TypeInfo{typeInfo[A](), typeInfo[B](), typeInfo[C](), typeInfo[D](), typeInfo[E](), typeInfo[F]()}, ret: typeInfo[R](), run: func(a []driver.Value) (any, error) {
		r, err := f(as[A](a[0]), as[B](a[1]), as[C](a[2]), as[D](a[3]), as[E](a[4]), as[F](a[5]))
		return out(r), err
	}}
}
