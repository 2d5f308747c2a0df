package demo

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

type subscriptionRow struct {
	ID        int64      `json:"subscription_id"`
	Member    int64      `json:"member_id"`
	Plan      string     `json:"plan_id"`
	Status    string     `json:"status"`
	Coupon    *string    `json:"coupon_code"`
	Started   time.Time  `json:"started_at"`
	Ends      *time.Time `json:"current_period_end"`
	Cancelled *time.Time `json:"cancelled_at"`
	Updated   time.Time  `json:"updated_at"`
}

type billRow struct {
	ID           int64     `json:"billing_log_id"`
	Member       int64     `json:"member_id"`
	Subscription int64     `json:"subscription_id"`
	Kind         string    `json:"event_type"`
	Plan         string    `json:"plan_id"`
	Amount       *int64    `json:"amount_yen"`
	Occurred     time.Time `json:"occurred_at"`
	Logged       time.Time `json:"logged_at"`
	Key          string    `json:"idempotency_key"`
	Payload      *string   `json:"payload"`
}

type paymentRow struct {
	ID           int64     `json:"payment_id" parquet:"payment_id"`
	Subscription int64     `json:"subscription_id" parquet:"subscription_id"`
	Member       int64     `json:"member_id" parquet:"member_id"`
	Plan         string    `json:"plan_id" parquet:"plan_id,dict"`
	Amount       int64     `json:"amount_yen" parquet:"amount_yen"`
	Method       string    `json:"method" parquet:"method,dict"`
	Status       string    `json:"status" parquet:"status,dict"`
	Paid         time.Time `json:"paid_at" parquet:"paid_at,timestamp(microsecond)"`
	Updated      time.Time `json:"updated_at" parquet:"updated_at,timestamp(microsecond)"`
}

type refundRow struct {
	ID       int64     `json:"refund_id"`
	Payment  int64     `json:"payment_id"`
	Amount   int64     `json:"amount_yen"`
	Reason   *string   `json:"reason"`
	Refunded time.Time `json:"refunded_at"`
}

type settlement struct {
	day    date
	method string
}

type settledSum struct{ count, amount int64 }

// billing writes what the member's billing events left in four tables.
func (t *memberTables) billing(g *generator, m *member) {
	sub := subscriptionRow{}
	refunded := map[int]time.Time{}
	for _, e := range m.bills {
		if e.kind == "refunded" {
			refunded[e.payment] = e.at
		}
	}
	flush := func() {
		if sub.ID != 0 && g.due(sub.Updated) {
			t.subscriptions.write(sub)
		}
	}
	for k, e := range m.bills {
		t.bill(g, m, k, e)
		if id := m.id*10 + int64(e.sub); id != sub.ID {
			flush()
			sub = subscriptionRow{ID: id, Member: m.id, Started: e.at, Updated: e.at}
			if e.coupon >= 0 {
				sub.Coupon = ptr(coupons[e.coupon].code)
			}
		}
		applyBill(&sub, e)
		switch e.kind {
		case "payment_succeeded", "payment_failed":
			t.payment(g, m, e, refunded[e.payment])
		case "refunded":
			row := refundRow{ID: m.paymentID(e.payment)*10 + 1, Payment: m.paymentID(e.payment), Amount: e.amount, Refunded: e.at}
			if e.payment%3 != 0 {
				row.Reason = ptr(e.reason)
			}
			if g.due(e.at) {
				t.refunds.write(row)
			}
		}
	}
	flush()
}

func (m *member) paymentID(n int) int64 { return m.id*1000 + int64(n) }

// applyBill is what the application does to a subscription on an event.
func applyBill(s *subscriptionRow, e bill) {
	if e.kind == "refunded" {
		return
	}
	s.Plan, s.Updated = plans[e.plan].id, e.at
	switch e.kind {
	case "trial_started":
		s.Status, s.Ends = "trialing", ptr(e.ends)
	case "trial_expired":
		s.Status, s.Ends = "expired", nil
	case "subscribed", "resumed", "recovered":
		s.Status, s.Ends = "active", ptr(e.ends)
	case "payment_succeeded":
		s.Ends = ptr(e.ends)
	case "past_due":
		s.Status = "past_due"
	case "cancelled":
		s.Status, s.Ends, s.Cancelled = "cancelled", nil, ptr(e.at)
	}
}

// bill writes an event's log line, and what the log's producers make of it: delays,
// repetitions, cut payloads.
func (t *memberTables) bill(g *generator, m *member, k int, e bill) {
	r := newRnd(g.seed, forLog, m.index, k)
	row := billRow{
		ID: m.id*1000 + int64(k)*2, Member: m.id, Subscription: m.id*10 + int64(e.sub), Kind: e.kind, Plan: plans[e.plan].id,
		Occurred: e.at, Logged: e.at.Add(time.Duration(r.between(200, 4000)) * time.Millisecond),
		Key: fmt.Sprintf("%d-%d", m.id, k),
	}
	if e.amount != 0 {
		row.Amount = ptr(e.amount)
	}
	if r.chance(0.01) {
		row.Logged = e.at.Add(time.Duration(r.between(600, 26*3600)) * time.Second)
	}
	if r.chance(0.02) {
		row.Kind = " " + e.kind + " "
	}
	payload := fmt.Sprintf(`{"method":%q,"attempt":"%d","reason":%q,"会員":%d}`, e.method, e.attempt, e.reason, m.id)
	switch broken := r.f(); {
	case broken < 0.005:
		row.Payload = ptr(payload[:len(payload)/2])
	case broken > 0.99:
	default:
		row.Payload = ptr(payload)
	}
	if g.due(row.Logged) {
		t.bills.write(row)
	}
	if !r.chance(0.012) {
		return
	}
	// The producer tries again: another line, the same event.
	row.ID++
	row.Logged = row.Logged.Add(time.Duration(r.between(1, 90)) * time.Second)
	if g.due(row.Logged) {
		t.bills.write(row)
		t.bills.write(row)
	}
}

func (t *memberTables) payment(g *generator, m *member, e bill, refunded time.Time) {
	row := paymentRow{
		ID: m.paymentID(e.payment), Subscription: m.id*10 + int64(e.sub), Member: m.id, Plan: plans[e.plan].id,
		Amount: e.amount, Method: e.method, Status: "succeeded", Paid: e.at, Updated: e.at,
	}
	if e.kind == "payment_failed" {
		row.Status = "failed"
	} else {
		if day := dayOf(e.at); day > g.day-60 {
			k := settlement{day, e.method}
			sum := t.settled[k]
			t.settled[k] = settledSum{sum.count + 1, sum.amount + e.amount}
		}
		if !refunded.IsZero() {
			row.Status, row.Updated = "refunded", refunded
		}
	}
	if g.due(row.Updated) {
		t.payments.write(row)
	}
}

// settle writes what the payment provider tells accounting: the last sixty days.
func (t *memberTables) settle(g *generator) {
	type settlementRow struct {
		Day    date   `json:"settlement_date"`
		Method string `json:"method"`
		Count  int64  `json:"payment_count"`
		Amount int64  `json:"amount_yen"`
	}
	s := newSink[settlementRow](g, layout{"finance", "daily_settlements", "csv", "none", 1})
	keys := slices.SortedFunc(maps.Keys(t.settled), func(a, b settlement) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.method, b.method))
	})
	for _, k := range keys {
		s.write(settlementRow{k.day, k.method, t.settled[k].count, t.settled[k].amount})
	}
}
