// Package postgres reads the schema of a PostgreSQL database from its catalogue.
package postgres

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"sluice/runtime/introspect"
)

// Options say where the database is. What is empty comes from libpq's variables
// (PGHOST, PGUSER, …), as with every other program.
type Options struct {
	Host     string
	Port     int
	Database string
	User     string
	Password string // never part of an error
	TLS      string // require, verify or disable
}

// sslmodes are libpq's names.
var sslmodes = map[string]string{"require": "require", "verify": "verify-full", "disable": "disable"}

// Read learns the tables, views and partitioned tables that are wanted. Only the
// catalogue is read, in one read-only transaction.
func Read(ctx context.Context, o Options, want introspect.Selection) (introspect.Schema, error) {
	var s introspect.Schema
	config, err := config(o)
	if err != nil {
		return s, err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return s, fmt.Errorf("connect to %s:%d/%s as %s: %w", config.Host, config.Port, config.Database, config.User, reason(err, config.Password))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return s, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if s.Tables, err = tables(ctx, tx, want); err != nil {
		return s, fmt.Errorf("read the catalogue: %w", err)
	}
	s.Sort()
	return s, nil
}

func config(o Options) (*pgx.ConnConfig, error) {
	var parts []string
	set := func(name, value string) {
		if value != "" {
			parts = append(parts, name+"='"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)+"'")
		}
	}
	set("host", o.Host)
	if o.Port != 0 {
		set("port", fmt.Sprint(o.Port))
	}
	set("dbname", o.Database)
	set("user", o.User)
	set("sslmode", sslmodes[o.TLS])
	set("application_name", "sluice")
	c, err := pgx.ParseConfig(strings.Join(parts, " "))
	if err != nil {
		return nil, fmt.Errorf("connection settings: %w", reason(err, os.Getenv("PGPASSWORD")))
	}
	if o.Password != "" {
		c.Password = o.Password
	}
	return c, nil
}

// reason is an error without the password.
func reason(err error, password string) error {
	if text := err.Error(); password != "" && strings.Contains(text, password) {
		return fmt.Errorf("%s", strings.ReplaceAll(text, password, "…"))
	}
	return err
}

// relations lists tables that hold rows or show them; a partition belongs to its parent.
const relations = `
SELECT c.oid, n.nspname, c.relname, c.relkind::text, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%' AND n.nspname NOT LIKE 'pg\_temp%'
ORDER BY 2, 3`

// attributes lists the columns of some of them. Domains are told by what they are made
// of; typmod says the length or precision.
const attributes = `
WITH RECURSIVE base AS (
  SELECT t.oid AS id, t.oid, t.typtype, t.typbasetype, t.typtypmod, t.typnotnull FROM pg_type t
  UNION ALL
  SELECT b.id, t.oid, t.typtype, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typtypmod END, t.typnotnull OR b.typnotnull
  FROM base b JOIN pg_type t ON t.oid = b.typbasetype WHERE b.typtype = 'd'
)
SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), t.typname, t.typtype::text, coalesce(e.typname, ''), coalesce(e.typtype::text, ''),
  CASE WHEN a.atttypmod >= 0 THEN a.atttypmod ELSE coalesce(d.typtypmod, b.typtypmod) END, a.attnotnull OR b.typnotnull, coalesce(col_description(a.attrelid, a.attnum), ''),
  coalesce(array_position(i.indkey::int2[], a.attnum), -1)
FROM pg_attribute a
JOIN base b ON b.id = a.atttypid AND b.typtype <> 'd'
JOIN pg_type t ON t.oid = b.oid
LEFT JOIN base d ON t.typcategory = 'A' AND d.id = t.typelem AND d.typtype <> 'd'
LEFT JOIN pg_type e ON e.oid = d.oid
LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = ANY($1) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum`

func tables(ctx context.Context, tx pgx.Tx, want introspect.Selection) ([]introspect.Table, error) {
	rows, err := tx.Query(ctx, relations)
	if err != nil {
		return nil, err
	}
	var out []introspect.Table
	var ids []uint32
	at := map[uint32]int{}
	for rows.Next() {
		var id uint32
		var schema, name, kind, description string
		if err := rows.Scan(&id, &schema, &name, &kind, &description); err != nil {
			return nil, err
		}
		from := schema + "." + name
		if !want.Has(from) {
			continue
		}
		t := introspect.Table{From: from, Description: description}
		if note := kinds[kind]; note != "" {
			t.Notes = append(t.Notes, note)
		}
		at[id] = len(out)
		out = append(out, t)
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return out, columns(ctx, tx, out, ids, at)
}

// kinds says what a relation is where it is no table.
var kinds = map[string]string{"v": "a view", "m": "a materialized view", "f": "a foreign table"}

func columns(ctx context.Context, tx pgx.Tx, out []introspect.Table, ids []uint32, at map[uint32]int) error {
	rows, err := tx.Query(ctx, attributes, ids)
	if err != nil {
		return err
	}
	keys := map[uint32]map[int]string{}
	for rows.Next() {
		var id uint32
		var a attribute
		var description string
		var required bool
		var position int
		if err := rows.Scan(&id, &a.column, &a.native, &a.name, &a.kind, &a.element, &a.elementKind, &a.modifier, &required, &description, &position); err != nil {
			return err
		}
		c := a.gsql()
		c.Required, c.Description = required, description
		t := &out[at[id]]
		t.Columns = append(t.Columns, c)
		if position >= 0 {
			if keys[id] == nil {
				keys[id] = map[int]string{}
			}
			keys[id][position] = a.column
		}
	}
	for id, key := range keys {
		t := &out[at[id]]
		for i := 0; len(t.Key) < len(key); i++ {
			if name, ok := key[i]; ok {
				t.Key = append(t.Key, name)
			}
		}
	}
	return rows.Err()
}
