package mysql

import (
	"fmt"
	"strings"
)

// types are MySQL's and MariaDB's by their names in information_schema. A type that is
// missing has no counterpart: its text is taken.
var types = map[string]struct{ gsql, note string }{
	"tinyint": {"INT64", ""}, "smallint": {"INT64", ""}, "mediumint": {"INT64", ""}, "int": {"INT64", ""}, "bigint": {"INT64", ""}, "year": {"INT64", ""},
	"float": {"FLOAT64", ""}, "double": {"FLOAT64", ""},
	"char": {"STRING", ""}, "varchar": {"STRING", ""}, "tinytext": {"STRING", ""}, "text": {"STRING", ""}, "mediumtext": {"STRING", ""}, "longtext": {"STRING", ""},
	"enum": {"STRING", ""}, "set": {"STRING", "a set comes as its names with commas between them"},
	"uuid": {"STRING", ""}, "inet4": {"STRING", ""}, "inet6": {"STRING", ""},
	"binary": {"BYTES", ""}, "varbinary": {"BYTES", ""}, "tinyblob": {"BYTES", ""}, "blob": {"BYTES", ""}, "mediumblob": {"BYTES", ""}, "longblob": {"BYTES", ""},
	"date": {"DATE", ""}, "datetime": {"DATETIME", ""}, "timestamp": {"TIMESTAMP", ""},
	"time": {"TIME", "MySQL's TIME goes beyond a day and below zero: such values fail"},
	"json": {"JSON", ""},
}

// gsql maps a type; full is its text with length and attributes.
func gsql(kind, full string, precision, scale int) (text, note string) {
	switch {
	case full == "tinyint(1)" || full == "bit(1)":
		return "BOOL", ""
	case kind == "bit":
		return "BYTES", ""
	case kind == "bigint" && strings.Contains(full, "unsigned"):
		return "NUMERIC", "unsigned: values beyond 9223372036854775807 are no INT64"
	case kind == "decimal" && scale <= 9 && precision-scale <= 29:
		return "NUMERIC", ""
	case kind == "decimal" && scale <= 38 && precision-scale <= 38:
		return "BIGNUMERIC", ""
	case kind == "decimal":
		return "STRING", full + " is more than BIGNUMERIC holds; its text comes"
	}
	if t, ok := types[kind]; ok {
		return t.gsql, t.note
	}
	return "STRING", fmt.Sprintf("MySQL's %s has no counterpart; its text comes", full)
}
