// Package cue hands the language's schema to the binary.
package cue

import "embed"

// SchemaPath is the import path under which a platform's package imports the schema.
const SchemaPath = "sluice.dev/schema"

// Schema holds schema/*.cue.
//
//go:embed schema/*.cue
var Schema embed.FS
