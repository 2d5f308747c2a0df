package diag

// Code is a diagnostic's stable name, SL and four digits. The first digit is the
// family; a code is never reused for another meaning. Every code stands in the
// table in codes.go and has a page docs/codes/<code>.md.
//
//	SL1xxx  load      CUE: syntax, schema, types, files
//	SL2xxx  resolve   names, references, environments
//	SL3xxx  check     semantic rules; SL31xx is time: schedule, SLA, capacity
//	SL4xxx  sql       GoogleSQL analysis, contracts, routines
//	SL5xxx  duckdb    what the embedded warehouse cannot run
//	SL6xxx  emit      generated files, drift, plan and apply
//	SL7xxx  lint      SQL and platform style rules
type Code string
