package engine

import "testing"

func TestNearest(t *testing.T) {
	for _, c := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"plann", []string{"email", "plan"}, "plan"},
		{"emial", []string{"email", "mail"}, "email"},
		{"EMAIL", []string{"email"}, ""},
		{"x", []string{"y"}, ""},
		{"member_id", []string{"memberid", "member_ids"}, "memberid"},
		{"", nil, ""},
	} {
		if got := Nearest(c.name, c.candidates); got != c.want {
			t.Errorf("Nearest(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}
