package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

// Keysets are Tink's, in their binary form. What needs a key management service
// (KEYS.KEYSET_CHAIN, KEYS.NEW_WRAPPED_KEYSET) is refused.
var keyFunctions = map[string]function{
	"keys.new_keyset":              native("gsql_new_keyset($1)"),
	"keys.rotate_keyset":           native("gsql_rotate_keyset($1, $2)"),
	"keys.add_key_from_raw_bytes":  native("gsql_add_key($1, $2, $3)"),
	"keys.keyset_length":           native("gsql_keyset_length($1)"),
	"keys.keyset_to_json":          native("gsql_keyset_to_json($1)"),
	"keys.keyset_from_json":        native("gsql_keyset_from_json($1)"),
	"aead.encrypt":                 custom(crypt("gsql_aead_encrypt")),
	"aead.decrypt_bytes":           custom(crypt("gsql_aead_decrypt")),
	"aead.decrypt_string":          custom(crypt("gsql_aead_decrypt_text")),
	"deterministic_encrypt":        custom(crypt("gsql_siv_encrypt")),
	"deterministic_decrypt_bytes":  custom(crypt("gsql_siv_decrypt")),
	"deterministic_decrypt_string": custom(crypt("gsql_siv_decrypt_text")),
}

// crypt calls a function of a keyset and two texts, which become bytes.
func crypt(fn string) func(*call) string {
	return func(c *call) string {
		if c.kind(0) != sqltype.Bytes {
			return c.refuse("%s is translated with a keyset only", c.title())
		}
		args := []string{c.args[0]}
		for i, a := range c.args[1:] {
			if c.kind(i+1) == sqltype.String {
				a = "encode(" + a + ")"
			}
			args = append(args, a)
		}
		return fn + "(" + strings.Join(args, ", ") + ")"
	}
}
