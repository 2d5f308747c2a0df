// Package generated has no code, only the test that keeps the folder generated, the
// reference platform's committed output, what its specifications compile to.
package generated
