package demo

import (
	"fmt"
	"strings"
	"time"
)

type customField struct {
	Name  string  `json:"name"`
	Value *string `json:"value"`
}

type contactRow struct {
	ID       string        `json:"contact_id"`
	External *string       `json:"external_id"`
	Email    *string       `json:"email"`
	Stage    string        `json:"stage"`
	Owner    *string       `json:"owner_name"`
	OptedOut *bool         `json:"opted_out"`
	Fields   []customField `json:"custom_fields"`
	Updated  time.Time     `json:"updated_at"`
}

type ticketRow struct {
	ID           string     `json:"ticket_id"`
	Contact      *string    `json:"contact_id"`
	Category     *string    `json:"category"`
	Status       string     `json:"status"`
	Tags         []string   `json:"tags"`
	Satisfaction *int64     `json:"satisfaction"`
	Opened       time.Time  `json:"opened_at"`
	Closed       *time.Time `json:"closed_at"`
	Updated      time.Time  `json:"updated_at"`
}

const ticketHistory = 120

// crm writes the member's contact and tickets. All contacts are read every day.
func (t *memberTables) crm(g *generator, m *member) {
	r := newRnd(g.seed, forContact, m.index)
	if r.chance(0.35) {
		return // the CRM does not know everybody
	}
	row := contactRow{ID: fmt.Sprintf("c-%06d", m.index), Fields: []customField{}}
	switch form := r.n(20); {
	case form < 9:
		row.External = ptr(fmt.Sprintf("M-%08d", m.id))
	case form < 14:
		row.External = ptr(fmt.Sprintf("m%d", m.id))
	case form < 18:
		row.External = ptr(fmt.Sprint(m.id))
	case form < 19:
		row.External = ptr("不明")
	}
	if !r.chance(0.1) {
		email := m.email()
		if r.chance(0.2) {
			email = " " + strings.ToUpper(email)
		}
		row.Email = ptr(email)
	}
	for d := m.joined; d <= g.day; d += date(40 + r.n(90)) {
		if stale := r.chance(0.02); stale && d > m.joined && d > g.day-20 {
			t.contacts.write(row) // the page before the change is still served
		}
		row.Updated, row.Stage = d.at(r.n(secondsPerDay)), pick(&r, stages)
		if row.Updated.Before(m.created) {
			row.Updated = m.created
		}
		row.OptedOut, row.Owner = nil, nil
		if o := r.f(); o < 0.05 {
			row.OptedOut = ptr(true)
		} else if o < 0.8 {
			row.OptedOut = ptr(false)
		}
		if r.chance(0.6) {
			row.Owner = ptr(pick(&r, colleagues))
		}
		row.Fields = []customField{}
		if r.chance(0.7) {
			row.Fields = append(row.Fields, customField{"segment", ptr(pick(&r, contactSegments))})
		}
		if r.chance(0.3) {
			row.Fields = append(row.Fields, customField{"備考", nil})
		}
	}
	t.contacts.write(row)
	if r.chance(0.004) {
		t.contacts.write(row)
	}
	t.supportTickets(g, m, row.ID)
}

// supportTickets writes tickets in the state of the day's end.
func (t *memberTables) supportTickets(g *generator, m *member, contact string) {
	from := g.day - 7
	if g.first {
		from = max(m.joined, g.day-ticketHistory)
	}
	for d := max(from, m.joined); d <= g.day; d++ {
		r := newRnd(g.seed, forTicket, m.index, int(d))
		if !r.chance(0.004) {
			continue
		}
		row := ticketRow{ID: fmt.Sprintf("t-%d-%d", m.index, d), Contact: ptr(contact), Status: "open", Tags: []string{}, Opened: d.at(r.n(secondsPerDay))}
		if row.Opened.Before(m.created) {
			continue
		}
		if kind := pick(&r, ticketKinds); kind != "" {
			row.Category = ptr(kind)
		}
		if r.chance(0.05) {
			row.Contact = nil
		}
		for _, tag := range ticketTags {
			if r.chance(0.15) {
				row.Tags = append(row.Tags, tag)
			}
		}
		row.Updated = row.Opened
		closed := row.Opened.Add(time.Duration(r.between(10, 6*24*60)) * time.Minute)
		satisfaction := r.n(8)
		if r.chance(0.9) && closed.Before((g.day + 1).start()) {
			row.Status, row.Closed, row.Updated = "closed", ptr(closed), closed
			if satisfaction >= 1 && satisfaction <= 5 {
				row.Satisfaction = ptr(int64(satisfaction))
			}
		}
		if !g.due(row.Updated) {
			continue
		}
		t.tickets.write(row)
		if r.chance(0.01) {
			t.tickets.write(row) // a page was fetched twice
		}
	}
}
