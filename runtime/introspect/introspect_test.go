package introspect

import "testing"

func TestSelection(t *testing.T) {
	for _, c := range []struct {
		include, exclude []string
		name             string
		want             bool
	}{
		{nil, nil, "public.a", true},
		{[]string{"public.*"}, nil, "public.a", true},
		{[]string{"public.*"}, nil, "other.a", false},
		{[]string{"a*"}, nil, "other.abc", true},
		{[]string{"a*"}, nil, "abc", true},
		{nil, []string{"*_log"}, "public.access_log", false},
		{[]string{"public.*"}, []string{"public.a"}, "public.a", false},
	} {
		s := Selection{Include: c.include, Exclude: c.exclude}
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		if got := s.Has(c.name); got != c.want {
			t.Errorf("%+v %s: %v", s, c.name, got)
		}
	}
	if (Selection{Include: []string{"[a"}}).Check() == nil {
		t.Error("[a is no pattern")
	}
}

func TestClass(t *testing.T) {
	for name, want := range map[string]string{
		"email": "personal", "e_mail": "personal", "emailAddress": "personal", "phone_number": "personal", "full_name": "personal", "name": "personal", "last_name_kana": "personal",
		"first_name": "personal", "ip": "personal", "zip_code": "personal", "user_agent": "personal", "password_hash": "sensitive", "card_token": "sensitive", "my_number": "sensitive",
		"plan_name": "", "file_name": "", "country_name": "", "email_id": "", "id": "", "amount": "", "rename": "", "shipping": "", "description": "", "named": "", "recipient": "",
	} {
		if got := (Column{Name: name, Type: "STRING"}).Class(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := (Column{Name: "email_confirmed", Type: "BOOL"}).Class(); got != "" {
		t.Errorf("a BOOL is %s", got)
	}
	if got := (Column{Name: "birth_date", Type: "DATE"}).Class(); got != "personal" {
		t.Errorf("a birth date is %q", got)
	}
}

func TestCursor(t *testing.T) {
	table := Table{Key: []string{"id"}, Columns: []Column{{Name: "id", Type: "INT64"}, {Name: "modified_at", Type: "DATE"}, {Name: "Updated_At", Type: "TIMESTAMP"}}}
	if got := table.Cursor(); got != "Updated_At" {
		t.Errorf("%q", got)
	}
	table.Key = nil
	if got := table.Cursor(); got != "" {
		t.Errorf("%q without a key", got)
	}
}

func TestTypeText(t *testing.T) {
	c := Column{Repeated: true, Fields: []Column{{Name: "a", Type: "INT64"}, {Name: "first name", Fields: []Column{{Name: "1`", Type: "ARRAY<STRING>"}}}}}
	if got, want := c.TypeText(), "ARRAY<STRUCT<a INT64, `first name` STRUCT<`1\\`` ARRAY<STRING>>>>"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
