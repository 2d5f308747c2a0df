package demo

import (
	"slices"
	"time"
)

// plan is what can be bought.
type plan struct {
	id, name, tier string
	price          int64
	months         int
}

var plans = []plan{
	{"basic", "ベーシック", "basic", 1980, 1},
	{"standard", "スタンダード", "standard", 2980, 1},
	{"premium", "プレミアム", "premium", 4980, 1},
	{"family", "ファミリー", "family", 5980, 1},
	{"standard_year", "スタンダード年払い", "standard", 29800, 12},
}

var coupons = []struct {
	code    string
	percent int64
}{{"WELCOME10", 10}, {"HALF", 50}, {"SCHOOL25", 25}}

// bill is a billing event.
type bill struct {
	kind    string // event_type
	at      time.Time
	sub     int // number of the subscription, from 1
	plan    int
	coupon  int   // index, or -1
	amount  int64 // of payments and refunds
	payment int   // number of the payment, from 1; a refund names the one it gives back
	attempt int
	method  string
	reason  string
	ends    time.Time // end of the period that begins
}

// span is a status from a moment on.
type span struct {
	from time.Time
	kind string
}

// statusKinds are the events that change what a member is.
var statusKinds = map[string]bool{
	"trial_started": true, "trial_expired": true, "subscribed": true, "resumed": true,
	"past_due": true, "recovered": true, "cancelled": true,
}

// bill fills in the member's billing events up to the end of day, in order. What
// happens until a day does not depend on how far beyond it one looks.
func (m *member) bill(g *generator, day date) {
	end := (day + 1).start()
	b := biller{r: newRnd(g.seed, forBilling, m.index), end: end, out: m.bills[:0]}
	b.method = pick(&b.r, paymentMethods)
	b.life(m.created)
	slices.SortStableFunc(b.out, func(x, y bill) int { return x.at.Compare(y.at) })
	m.bills, m.status = b.out[:0], m.status[:0]
	last := bill{}
	for _, e := range b.out {
		if !e.at.Before(end) || !m.deleted.IsZero() && !e.at.Before(m.deleted) {
			continue
		}
		m.bills = append(m.bills, e)
		if statusKinds[e.kind] {
			m.status = append(m.status, span{e.at, e.kind})
			last = e
		}
	}
	if !m.deleted.IsZero() && last.kind != "" && last.kind != "cancelled" && last.kind != "trial_expired" {
		last.kind, last.at, last.reason, last.amount = "cancelled", m.deleted, "withdrawn", 0
		m.bills = append(m.bills, last)
		m.status = append(m.status, span{last.at, last.kind})
	}
}

// paying says whether the member paid (or tried) at a moment.
func (m *member) paying(at time.Time) (paying, trial bool) {
	kind := ""
	for _, s := range m.status {
		if s.from.After(at) {
			break
		}
		kind = s.kind
	}
	return kind == "subscribed" || kind == "resumed" || kind == "recovered" || kind == "past_due", kind == "trial_started"
}

// biller lives one member's life with the billing service.
type biller struct {
	r        rnd
	end      time.Time
	out      []bill
	method   string
	sub      int
	payments int
}

func (b *biller) add(e bill) { b.out = append(b.out, e) }

func (b *biller) after(t time.Time, lo, hi int) time.Time {
	return t.Add(time.Duration(b.r.between(lo, hi)) * time.Second)
}

// life is everything from signing up on.
func (b *biller) life(joined time.Time) {
	kind, t := "subscribed", b.after(joined, 60, 3600)
	way := b.r.f()
	if way < 0.2 {
		return // signed up, never bought
	}
	b.sub = 1
	p, coupon := b.choose()
	if way < 0.8 {
		b.add(bill{kind: "trial_started", at: t, sub: 1, plan: p, coupon: coupon, ends: t.AddDate(0, 0, 14)})
		t = t.AddDate(0, 0, 14)
		if b.r.chance(0.3) {
			b.add(bill{kind: "trial_expired", at: t, sub: 1, plan: p, coupon: coupon})
			return
		}
	}
	for t.Before(b.end) {
		gone, back := b.subscription(kind, t, p, coupon)
		if !back || gone.IsZero() {
			return
		}
		t = gone.Add(time.Duration(b.r.between(20*secondsPerDay, 150*secondsPerDay)) * time.Second)
		kind = "resumed"
		b.sub++
		p, coupon = b.choose()
	}
}

func (b *biller) choose() (p, coupon int) {
	p, coupon = b.r.n(len(plans)), -1
	if b.r.chance(0.25) {
		coupon = b.r.n(len(coupons))
	}
	return p, coupon
}

// subscription goes from its beginning to its end, if that comes; back says whether
// the member will return.
func (b *biller) subscription(kind string, start time.Time, p, coupon int) (gone time.Time, back bool) {
	for period, months := 0, 0; ; period++ {
		due := addMonths(start, months)
		if !due.Before(b.end) {
			return time.Time{}, false
		}
		months += plans[p].months
		ends := addMonths(start, months)
		if period == 0 {
			b.add(bill{kind: kind, at: due, sub: b.sub, plan: p, coupon: coupon, ends: ends})
		}
		if gone := b.charge(b.after(due, 2, 40), p, coupon, ends); !gone.IsZero() {
			return gone, b.r.chance(0.3)
		}
		within := int(ends.Sub(due).Seconds()) - 12*secondsPerDay
		leave := b.r.f()
		moment := due.Add(time.Duration(11*secondsPerDay+b.r.n(within)) * time.Second)
		switch {
		case leave < 0.05 || plans[p].months > 1 && leave < 0.25:
			b.add(bill{kind: "cancelled", at: moment, sub: b.sub, plan: p, coupon: coupon, reason: pick(&b.r, cancelReasons)})
			return moment, b.r.chance(0.3)
		case leave > 0.97 && plans[p].months == 1:
			if to := b.r.n(4); to != p {
				p = to
				b.add(bill{kind: "plan_changed", at: moment, sub: b.sub, plan: p, coupon: coupon})
			}
		}
	}
}

// charge asks for a period's money, up to three times; where all fail the
// subscription ends, and gone says when.
func (b *biller) charge(at time.Time, p, coupon int, ends time.Time) (gone time.Time) {
	amount := plans[p].price
	if coupon >= 0 {
		amount = amount * (100 - coupons[coupon].percent) / 100
	}
	for attempt := 1; attempt <= 3; attempt++ {
		b.payments++
		e := bill{at: at, sub: b.sub, plan: p, coupon: coupon, amount: amount, payment: b.payments, attempt: attempt, method: b.method, ends: ends}
		if b.r.chance([...]float64{0.96, 0.7, 0.4}[attempt-1]) {
			e.kind = "payment_succeeded"
			b.add(e)
			if attempt > 1 {
				e.kind, e.at, e.amount = "recovered", at.Add(time.Second), 0
				b.add(e)
			}
			b.refund(e, amount, at)
			return time.Time{}
		}
		e.kind, e.reason = "payment_failed", "declined"
		b.add(e)
		if attempt == 1 {
			e.kind, e.at, e.amount = "past_due", at.Add(time.Second), 0
			b.add(e)
		}
		at = b.after(at, 3*secondsPerDay, 3*secondsPerDay+3600)
	}
	b.add(bill{kind: "cancelled", at: at, sub: b.sub, plan: p, coupon: coupon, reason: "payment"})
	return at
}

// refund gives some payments back within a week, wholly or in part.
func (b *biller) refund(e bill, amount int64, paid time.Time) {
	if !b.r.chance(0.015) {
		return
	}
	if b.r.chance(0.4) {
		amount = amount / 2
	}
	e.kind, e.at, e.amount, e.reason = "refunded", b.after(paid, 1800, 6*secondsPerDay), amount, pick(&b.r, refundReasons)
	b.add(e)
}
