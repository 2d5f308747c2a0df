// Package mysql reads the schema of a MySQL or MariaDB database from its
// information_schema.
package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"sluice/runtime/introspect"
)

// Options say where the database is.
type Options struct {
	Host     string
	Port     int // 3306 where zero
	Database string
	User     string
	Password string // never part of an error
	TLS      string // require, verify or disable
}

// tlsModes are the driver's names; without one, what the server has is used.
var tlsModes = map[string]string{"": "preferred", "require": "skip-verify", "verify": "true", "disable": "false"}

// Read learns the tables and views of one database that are wanted.
func Read(ctx context.Context, o Options, want introspect.Selection) (introspect.Schema, error) {
	var s introspect.Schema
	c := mysql.NewConfig()
	port := o.Port
	if port == 0 {
		port = 3306
	}
	c.Net, c.Addr = "tcp", net.JoinHostPort(o.Host, strconv.Itoa(port))
	c.DBName, c.User, c.Passwd, c.TLSConfig = o.Database, o.User, o.Password, tlsModes[o.TLS]
	c.Timeout, c.ReadTimeout = 15*time.Second, time.Minute
	c.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return s, fmt.Errorf("connection settings: %w", reason(err, o.Password))
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if err := db.PingContext(ctx); err != nil {
		return s, fmt.Errorf("connect to %s/%s as %s: %w", c.Addr, o.Database, o.User, reason(err, o.Password))
	}
	if s.Tables, err = tables(ctx, db, o.Database, want); err == nil {
		err = columns(ctx, db, o.Database, s.Tables)
	}
	if err != nil {
		return s, fmt.Errorf("read information_schema: %w", err)
	}
	s.Sort()
	return s, nil
}

// reason is an error without the password.
func reason(err error, password string) error {
	if text := err.Error(); password != "" && strings.Contains(text, password) {
		return errors.New(strings.ReplaceAll(text, password, "…"))
	}
	return err
}

func tables(ctx context.Context, db *sql.DB, database string, want introspect.Selection) ([]introspect.Table, error) {
	rows, err := db.QueryContext(ctx, `SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`, database)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []introspect.Table
	for rows.Next() {
		var name, kind, comment string
		if err := rows.Scan(&name, &kind, &comment); err != nil {
			return nil, err
		}
		if !want.Has(database + "." + name) {
			continue
		}
		t := introspect.Table{From: name, Description: comment}
		if strings.Contains(kind, "VIEW") {
			t.Description, t.Notes = "", []string{"a view"} // its comment is the word VIEW
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func columns(ctx context.Context, db *sql.DB, database string, tables []introspect.Table) error {
	at := map[string]*introspect.Table{}
	for i := range tables {
		at[tables[i].From] = &tables[i]
	}
	rows, err := db.QueryContext(ctx, `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, COALESCE(NUMERIC_PRECISION, 0), COALESCE(NUMERIC_SCALE, 0), IS_NULLABLE, COLUMN_COMMENT
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME, ORDINAL_POSITION`, database)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, nullable string
		var c introspect.Column
		var kind string
		var precision, scale int
		if err := rows.Scan(&table, &c.Name, &kind, &c.Native, &precision, &scale, &nullable, &c.Description); err != nil {
			return err
		}
		t := at[table]
		if t == nil {
			continue
		}
		c.Type, c.Note = gsql(strings.ToLower(kind), strings.ToLower(c.Native), precision, scale)
		c.Required = nullable == "NO"
		t.Columns = append(t.Columns, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := jsonColumns(ctx, db, database, at); err != nil {
		return err
	}
	keys, err := db.QueryContext(ctx, `SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.STATISTICS
		WHERE TABLE_SCHEMA = ? AND INDEX_NAME = 'PRIMARY' ORDER BY TABLE_NAME, SEQ_IN_INDEX`, database)
	if err != nil {
		return err
	}
	defer keys.Close()
	for keys.Next() {
		var table, column string
		if err := keys.Scan(&table, &column); err != nil {
			return err
		}
		if t := at[table]; t != nil {
			t.Key = append(t.Key, column)
		}
	}
	return keys.Err()
}

// jsonColumns finds MariaDB's columns of JSON, which are text with a constraint.
func jsonColumns(ctx context.Context, db *sql.DB, database string, at map[string]*introspect.Table) error {
	var version string
	if err := db.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil || !strings.Contains(version, "MariaDB") {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ? AND CHECK_CLAUSE LIKE 'json_valid(%'", database)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return err
		}
		if t := at[table]; t != nil {
			for i := range t.Columns {
				if t.Columns[i].Name == column && t.Columns[i].Type == "STRING" {
					t.Columns[i].Type = "JSON"
				}
			}
		}
	}
	return rows.Err()
}
