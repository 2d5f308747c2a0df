// Package arch has no code, only the test that keeps the layout in
// docs/architecture.md true: who may import whom.
package arch
