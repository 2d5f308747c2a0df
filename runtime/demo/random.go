package demo

import "math/bits"

// rnd is a splitmix64 generator. It is seeded by what it decides about (a member,
// a day, a table), never by the order of calls, so that any day of any size can be
// made without the days before it.
type rnd struct{ s uint64 }

// What a generator decides about; part of its seed.
const (
	forMember uint64 = iota + 1
	forBilling
	forLog
	forStudy
	forQuiz
	forEvents
	forRequests
	forContact
	forTicket
	forClass
	forDocument
	forSchool
	forOrder
	forRating
	forCost
	forError
	forRate
	forIdentity
	forAnonymous
)

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// newRnd seeds a generator with what it is for.
func newRnd(seed, what uint64, keys ...int) rnd {
	s := mix(seed*0x9e3779b97f4a7c15 + what)
	for _, k := range keys {
		s = mix(s ^ (uint64(k)+0x9e3779b97f4a7c15)*0xff51afd7ed558ccd)
	}
	return rnd{s}
}

func (r *rnd) next() uint64 {
	r.s += 0x9e3779b97f4a7c15
	return mix(r.s)
}

// n is in [0, max).
func (r *rnd) n(max int) int {
	hi, _ := bits.Mul64(r.next(), uint64(max))
	return int(hi)
}

// between is in [lo, hi].
func (r *rnd) between(lo, hi int) int { return lo + r.n(hi-lo+1) }

// f is in [0, 1).
func (r *rnd) f() float64 { return float64(r.next()>>11) / (1 << 53) }

// chance is true with probability p.
func (r *rnd) chance(p float64) bool { return r.f() < p }

// pick takes one of a list.
func pick[T any](r *rnd, list []T) T { return list[r.n(len(list))] }
