package load

import (
	"context"
	"os"
	"testing"
	"time"
	"runtime/pprof"
)

func TestZZ(t *testing.T) {
	dir := os.Getenv("ZZ")
	if dir == "" {
		t.Skip()
	}
	if n := os.Getenv("PROF"); n != "" {
		f, _ := os.Create(n)
		pprof.StartCPUProfile(f)
		defer pprof.StopCPUProfile()
	}
	for range 2 {
		s := time.Now()
		p, diags, err := Run(context.Background(), Options{Dir: dir, NoCache: os.Getenv("CACHE") == "", noLiteral: os.Getenv("NOLIT") != ""})
		t.Logf("%v %v %d tables\n%s", err, time.Since(s), len(p.Tables), render(diags))
		b, _ := os.ReadFile("/proc/self/status")
		for l := range bytesLines(b) { t.Log(l) }
	}
}
func bytesLines(b []byte) map[string]bool {
	out := map[string]bool{}
	s := string(b)
	for _, l := range splitLines(s) {
		if len(l) > 5 && (l[:5] == "VmHWM" ) { out[l] = true }
	}
	return out
}
func splitLines(s string) (o []string) {
	for len(s) > 0 {
		i := 0
		for i < len(s) && s[i] != '\n' { i++ }
		o = append(o, s[:i])
		if i < len(s) { i++ }
		s = s[i:]
	}
	return
}
