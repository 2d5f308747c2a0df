package prelude

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/bits"
	"slices"
)

// sketchFunctions are KLL_QUANTILES and HLL_COUNT. The sketches are of a format of
// their own: "sluice" with the kind of the sketch, then its content. They are
// exact as long as they hold few values.
var sketchFunctions = map[string]*udf{
	"gsql_hll_init":    fn3(hllInit),
	"gsql_hll_merge":   fn1(hllMerge),
	"gsql_hll_extract": fn1(hllExtract),

	"gsql_kll_init_int64": fn3(func(xs, ws ints, precision int64) ([]byte, error) {
		return kllInit('i', xs, ws, precision, func(v any) uint64 { return uint64(v.(int64)) ^ 1<<63 })
	}),
	"gsql_kll_init_float64": fn3(func(xs floats, ws ints, precision int64) ([]byte, error) {
		return kllInit('f', xs, ws, precision, func(v any) uint64 { return floatKey(v.(float64)) })
	}),
	"gsql_kll_merge_partial": fn1(func(l blobs) ([]byte, error) {
		k, err := kllMerge(l)
		if err != nil {
			return nil, err
		}
		return k.bytes(), nil
	}),
	"gsql_kll_merge_int64":           fn2(func(l blobs, n int64) (ints, error) { return kllList(kllMergeOf(l), 'i', n, keyInt) }),
	"gsql_kll_merge_float64":         fn2(func(l blobs, n int64) (floats, error) { return kllList(kllMergeOf(l), 'f', n, keyFloat) }),
	"gsql_kll_merge_point_int64":     fn2(func(l blobs, phi float64) (int64, error) { return kllPoint(kllMergeOf(l), 'i', phi, keyInt) }),
	"gsql_kll_merge_point_float64":   fn2(func(l blobs, phi float64) (float64, error) { return kllPoint(kllMergeOf(l), 'f', phi, keyFloat) }),
	"gsql_kll_extract_int64":         fn2(func(b []byte, n int64) (ints, error) { return kllList(kllOf(b), 'i', n, keyInt) }),
	"gsql_kll_extract_float64":       fn2(func(b []byte, n int64) (floats, error) { return kllList(kllOf(b), 'f', n, keyFloat) }),
	"gsql_kll_extract_point_int64":   fn2(func(b []byte, phi float64) (int64, error) { return kllPoint(kllOf(b), 'i', phi, keyInt) }),
	"gsql_kll_extract_point_float64": fn2(func(b []byte, phi float64) (float64, error) { return kllPoint(kllOf(b), 'f', phi, keyFloat) }),
}

// floatKey maps FLOAT64 to numbers of the same order, NaN being the least.
func floatKey(f float64) uint64 {
	if math.IsNaN(f) {
		return 0
	}
	u := math.Float64bits(f + 0) // -0 is 0
	if u>>63 == 1 {
		return ^u
	}
	return u | 1<<63
}

func keyFloat(k uint64) float64 {
	switch {
	case k == 0:
		return math.NaN()
	case k>>63 == 1:
		return math.Float64frombits(k &^ (1 << 63))
	}
	return math.Float64frombits(^k)
}

func keyInt(k uint64) int64 { return int64(k ^ 1<<63) }

// kll is a quantile sketch: values in order, each with how many inputs it stands for.
type kll struct {
	kind      byte // 'i' INT64, 'f' FLOAT64
	precision int64
	points    []point
}

type point struct {
	key    uint64
	weight uint64
}

// A sketch keeps every value up to kllMost of them. Beyond, neighbours are joined
// until so many are left that no rank is wrong by more than one in kllLeast.
const (
	kllMost  = 1 << 17
	kllLeast = 1 << 14
)

func kllInit[L ~[]any](kind byte, xs L, ws ints, precision int64, key func(any) uint64) ([]byte, error) {
	if precision < 1 || precision > 100000 {
		return nil, fmt.Errorf("KLL precision must be between 1 and 100000, but was %d", precision)
	}
	k := &kll{kind: kind, precision: precision}
	for i, x := range xs {
		w := ws[i].(int64)
		if w < 1 {
			return nil, fmt.Errorf("Error adding value to KLL. Values can not be added with a weight < 1. Weight: %d", w) //nolint:staticcheck // GoogleSQL's words
		}
		k.points = append(k.points, point{key(x), uint64(w)})
	}
	return k.settle().bytes(), nil
}

// settle sorts, joins equal values and bounds their number. The least and the
// greatest value stay.
func (k *kll) settle() *kll {
	slices.SortFunc(k.points, func(a, b point) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	k.join(func(a, b point) bool { return a.key == b.key })
	if len(k.points) > kllMost {
		most := k.total() / kllLeast
		first, last := k.points[0], k.points[len(k.points)-1]
		k.points = k.points[1 : len(k.points)-1]
		k.join(func(a, b point) bool { return a.weight+b.weight <= most })
		k.points = append(append([]point{first}, k.points...), last)
	}
	return k
}

// join puts neighbours into one, of the greater value, while they fit together.
func (k *kll) join(fit func(a, b point) bool) {
	out := k.points[:0]
	for _, p := range k.points {
		if n := len(out); n > 0 && fit(out[n-1], p) {
			out[n-1] = point{p.key, out[n-1].weight + p.weight}
			continue
		}
		out = append(out, p)
	}
	k.points = out
}

func (k *kll) total() uint64 {
	var n uint64
	for _, p := range k.points {
		n += p.weight
	}
	return n
}

const sketchMark = "sluice"

func (k *kll) bytes() []byte {
	b := append([]byte(sketchMark), 'k', k.kind)
	b = binary.AppendVarint(b, k.precision)
	b = binary.AppendUvarint(b, uint64(len(k.points)))
	last := uint64(0)
	for _, p := range k.points {
		b = binary.AppendUvarint(b, p.key-last)
		b = binary.AppendUvarint(b, p.weight)
		last = p.key
	}
	return b
}

var errSketch = errors.New("invalid sketch, or one that was not made by this warehouse")

func kllOf(b []byte) func() (*kll, error) {
	return func() (*kll, error) { return kllParse(b) }
}

func kllParse(b []byte) (*kll, error) {
	const head = len(sketchMark)
	if len(b) < head+2 || string(b[:head]) != sketchMark || b[head] != 'k' || b[head+1] != 'i' && b[head+1] != 'f' {
		return nil, errSketch
	}
	k := &kll{kind: b[head+1]}
	b = b[head+2:]
	var n int
	if k.precision, n = binary.Varint(b); n <= 0 {
		return nil, errSketch
	}
	b = b[n:]
	next := func() (uint64, bool) {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return 0, false
		}
		b = b[n:]
		return v, true
	}
	count, ok := next()
	if !ok || count > uint64(len(b)) {
		return nil, errSketch
	}
	last := uint64(0)
	for range count {
		d, ok1 := next()
		w, ok2 := next()
		if !ok1 || !ok2 {
			return nil, errSketch
		}
		last += d
		k.points = append(k.points, point{last, w})
	}
	return k, nil
}

func kllMergeOf(l blobs) func() (*kll, error) {
	return func() (*kll, error) { return kllMerge(l) }
}

// kllMerge puts sketches of one kind into one, with the least precision of theirs.
func kllMerge(l blobs) (*kll, error) {
	var out *kll
	for _, b := range l {
		k, err := kllParse(b.([]byte))
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = k
			continue
		}
		if out.kind != k.kind {
			return nil, errors.New("KLL sketches of INT64 and of FLOAT64 cannot be merged")
		}
		out.precision = min(out.precision, k.precision)
		out.points = append(out.points, k.points...)
	}
	if out == nil {
		return nil, errNull
	}
	return out.settle(), nil
}

// read opens a sketch of a kind; NULL where it is empty.
func read(open func() (*kll, error), kind byte) (*kll, error) {
	k, err := open()
	switch {
	case err != nil:
		return nil, err
	case k.kind != kind:
		return nil, errors.New("the KLL sketch is of another type than the function")
	case len(k.points) == 0:
		return nil, errNull
	}
	return k, nil
}

// at is the least value up to which so many inputs are.
func (k *kll) at(rank uint64) uint64 {
	var n uint64
	for _, p := range k.points {
		if n += p.weight; n >= rank {
			return p.key
		}
	}
	return k.points[len(k.points)-1].key
}

func kllList[T any](open func() (*kll, error), kind byte, n int64, value func(uint64) T) ([]any, error) {
	if n < 1 {
		return nil, fmt.Errorf("the number of KLL quantiles must be at least 1, but was %d", n)
	}
	k, err := read(open, kind)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, n+1)
	total := k.total()
	for i := range n + 1 {
		hi, lo := bits.Mul64(uint64(i), total)
		rank, rest := bits.Div64(hi, lo, uint64(n))
		if rest > 0 || rank == 0 {
			rank++
		}
		out = append(out, value(k.at(rank)))
	}
	return out, nil
}

func kllPoint[T any](open func() (*kll, error), kind byte, phi float64, value func(uint64) T) (T, error) {
	var none T
	if !(phi >= 0 && phi <= 1) {
		return none, fmt.Errorf("phi must be between 0 and 1, but was %v", phi)
	}
	k, err := read(open, kind)
	if err != nil {
		return none, err
	}
	rank, err := percentileAt(floatRat(phi), int64(k.total()), ceilRat)
	if err != nil {
		return none, err
	}
	return value(k.at(uint64(max(rank, 1)))), nil
}

// An HLL_COUNT sketch holds the hashes themselves up to hllMost of them, and is a
// HyperLogLog of its precision beyond: registers of the longest run of zeroes.
const hllMost = 1 << 12

type hll struct {
	kind      string // the values' type
	precision byte
	hashes    []uint64 // sorted, while registers is nil
	registers []byte
}

func hllInit(values blobs, kind string, precision int64) ([]byte, error) {
	if precision < 10 || precision > 24 {
		return nil, fmt.Errorf("HLL precision must be between 10 and 24, but was %d", precision)
	}
	h := &hll{kind: kind, precision: byte(precision)}
	for _, v := range values {
		f := fnv.New64a()
		f.Write(v.([]byte))
		h.hashes = append(h.hashes, mix(f.Sum64()))
	}
	return h.settle().bytes(), nil
}

// mix spreads a hash's bits: FNV's upper ones depend little on the last bytes.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func (h *hll) settle() *hll {
	slices.Sort(h.hashes)
	h.hashes = slices.Compact(h.hashes)
	if h.registers == nil && len(h.hashes) <= hllMost {
		return h
	}
	if h.registers == nil {
		h.registers = make([]byte, 1<<h.precision)
	}
	for _, x := range h.hashes {
		i := x >> (64 - h.precision)
		run := byte(bits.LeadingZeros64(x<<h.precision|1<<(h.precision-1))) + 1
		h.registers[i] = max(h.registers[i], run)
	}
	h.hashes = nil
	return h
}

func (h *hll) bytes() []byte {
	b := append([]byte(sketchMark), 'h', h.precision, byte(len(h.kind)))
	b = append(b, h.kind...)
	if h.registers != nil {
		return append(append(b, 'r'), h.registers...)
	}
	b = append(b, 'l')
	for _, x := range h.hashes {
		b = binary.BigEndian.AppendUint64(b, x)
	}
	return b
}

func hllParse(b []byte) (*hll, error) {
	const head = len(sketchMark)
	if len(b) < head+3 || string(b[:head]) != sketchMark || b[head] != 'h' {
		return nil, errSketch
	}
	h := &hll{precision: b[head+1]}
	n := int(b[head+2])
	b = b[head+3:]
	if h.precision < 10 || h.precision > 24 || len(b) < n+1 {
		return nil, errSketch
	}
	h.kind, b = string(b[:n]), b[n:]
	switch form := b[0]; {
	case form == 'r' && len(b) == 1+1<<h.precision:
		h.registers = slices.Clone(b[1:])
	case form == 'l' && len(b)%8 == 1:
		for b = b[1:]; len(b) > 0; b = b[8:] {
			h.hashes = append(h.hashes, binary.BigEndian.Uint64(b))
		}
	default:
		return nil, errSketch
	}
	return h, nil
}

func hllMerge(l blobs) ([]byte, error) {
	var out *hll
	for _, b := range l {
		h, err := hllParse(b.([]byte))
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = h
			continue
		}
		if out.kind != h.kind {
			return nil, fmt.Errorf("HLL sketches of %s and of %s cannot be merged", out.kind, h.kind)
		}
		out = out.merge(h)
	}
	if out == nil {
		return nil, errNull
	}
	return out.settle().bytes(), nil
}

// merge brings both sketches to the lesser precision.
func (h *hll) merge(o *hll) *hll {
	if h.precision > o.precision {
		h, o = o, h
	}
	out := &hll{kind: h.kind, precision: h.precision, hashes: append(slices.Clone(h.hashes), o.hashes...), registers: slices.Clone(h.registers)}
	if o.registers == nil {
		return out
	}
	if out.registers == nil {
		out.registers = make([]byte, 1<<out.precision)
	}
	more := o.precision - out.precision
	for i, run := range o.registers {
		if run == 0 {
			continue
		}
		// The bits that fall out of the index come first in the run.
		if low := uint64(i) & (1<<more - 1); low != 0 {
			run = byte(bits.LeadingZeros64(low<<(64-more))) + 1
		} else {
			run += more
		}
		out.registers[i>>more] = max(out.registers[i>>more], run)
	}
	return out
}

func hllExtract(b []byte) (int64, error) {
	h, err := hllParse(b)
	if err != nil {
		return 0, err
	}
	if h.registers == nil {
		return int64(len(h.hashes)), nil
	}
	return h.estimate(), nil
}

// estimate is Ertl's improved estimator ("New cardinality estimation algorithms for
// HyperLogLog sketches", 2017), which needs no table of corrections.
func (h *hll) estimate() int64 {
	m, q := float64(len(h.registers)), 64-int(h.precision)
	counts := make([]float64, q+2)
	for _, r := range h.registers {
		counts[r]++
	}
	z := m * tau(1-counts[q+1]/m)
	for k := q; k >= 1; k-- {
		z = (z + counts[k]) / 2
	}
	z += m * sigma(counts[0]/m)
	return int64(math.Round(m * m / (2 * math.Ln2 * z)))
}

func sigma(x float64) float64 {
	z := x
	for y, last := 1.0, math.NaN(); z != last; y += y {
		x *= x
		last = z
		z += x * y
	}
	return z
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	z := 1 - x
	for y, last := 0.5, math.NaN(); z != last; y /= 2 {
		x = math.Sqrt(x)
		last = z
		z -= (1 - x) * (1 - x) * y
	}
	return z / 3
}
