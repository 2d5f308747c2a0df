package load

import (
	"os"
	"testing"
)

func TestZZ(t *testing.T) {
	dir := os.Getenv("ZZ")
	if dir == "" {
		t.Skip()
	}
	p, diags := run(t, Options{Dir: dir, noLiteral: os.Getenv("NOLIT") != ""})
	t.Logf("%d tables\n%s", len(p.Tables), render(diags))
}
