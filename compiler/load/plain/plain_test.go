package plain_test

import (
	"testing"

	"sluice/ci/bench/synth"
	"sluice/compiler/load/plain"
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(dir, synth.Options{Tables: 20, CUE: true, Seed: 3}); err != nil {
		t.Fatal(err)
	}
	if n, err := plain.Load(dir); n != 20 || err != nil {
		t.Errorf("got %d tables, %v", n, err)
	}
}
