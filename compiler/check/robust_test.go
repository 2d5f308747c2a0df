package check_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"sluice/compiler/check"
	"sluice/compiler/diag"
	"sluice/compiler/resolve"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/schedule"
	"sluice/compiler/spec"
)

// Whatever is missing from a platform or doubled in it, the stages report and do not
// break, and say the same twice.
func TestDamagedPlatforms(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 5))
		sp := Everything()
		for range 1 + random.IntN(6) {
			damage(random, reflect.ValueOf(sp).Elem())
		}
		text := Place(sp)
		run := func() diag.List {
			defer func() {
				if r := recover(); r != nil {
					t.Fatalf("seed %d: %v", seed, r)
				}
			}()
			m, diags := resolve.Run(sp, Statements(sp), "", map[string]string{"number": "1"})
			diags = append(diags, check.Run(m)...)
			return append(diags, schedule.Run(m)...)
		}
		first := Render(text, run())
		if again := Render(text, run()); again != first {
			t.Fatalf("seed %d differs:\n%s\nfrom\n%s", seed, again, first)
		}
	}
}

// damage empties a field or doubles an element somewhere below v.
func damage(random *rand.Rand, v reflect.Value) {
	for {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() {
				return
			}
			v = v.Elem()
		case reflect.Slice:
			switch n := v.Len(); {
			case n == 0:
				return
			case random.IntN(4) == 0:
				v.Set(reflect.Append(v, v.Index(random.IntN(n))))
				return
			default:
				v = v.Index(random.IntN(n))
			}
		case reflect.Struct:
			i := random.IntN(v.NumField())
			if random.IntN(5) == 0 || v.Type() == reflect.TypeFor[spec.Node]() {
				v.Field(i).SetZero()
				return
			}
			v = v.Field(i)
		default:
			v.SetZero()
			return
		}
	}
}
