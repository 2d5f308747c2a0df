// Package docs hands the pages that the binary shows to the binary.
package docs

import "embed"

// Codes holds codes/<code>.md, a page for each diagnostic.
//
//go:embed codes
var Codes embed.FS
