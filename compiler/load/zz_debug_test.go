package load

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

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
	s, c := time.Now(), cpu()
	p, diags, err := Run(context.Background(), Options{Dir: dir, NoCache: os.Getenv("CACHE") == "", noLiteral: os.Getenv("NOLIT") != ""})
	t.Logf("%v wall %v cpu %v %d tables\n%s", err, time.Since(s), cpu()-c, len(p.Tables), render(diags))
	b, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(b)) {
		if strings.HasPrefix(l, "VmHWM") {
			t.Log(l)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("alloc %d MB, gcs %d", m.TotalAlloc>>20, m.NumGC)
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("live %d MB", m.HeapAlloc>>20)
	if n := os.Getenv("MEMPROF"); n != "" {
		f, _ := os.Create(n)
		pprof.Lookup("allocs").WriteTo(f, 0)
		f.Close()
	}
	runtime.KeepAlive(p)
}
