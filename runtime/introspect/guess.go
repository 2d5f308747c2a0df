package introspect

import (
	"slices"
	"strings"
)

// cursors are names of columns that usually grow with every change, best first.
var cursors = []string{"updated_at", "modified_at", "last_modified", "updated", "modified", "update_time", "modified_time", "updated_on", "updatedat", "lastmodified", "last_updated"}

// Cursor guesses the column that grows with every change, for incremental loads; empty
// where none looks like it, or where no key tells rows apart.
func (t Table) Cursor() string {
	if len(t.Key) == 0 {
		return ""
	}
	for _, name := range cursors {
		for _, c := range t.Columns {
			if strings.EqualFold(c.Name, name) && (c.Type == "TIMESTAMP" || c.Type == "DATETIME") {
				return c.Name
			}
		}
	}
	return ""
}

// personal are words of names of columns that hold personal data; sensitive those of
// data that needs more care.
var (
	personal = []string{"email", "mail", "phone", "telephone", "mobile", "fax", "name", "firstname", "lastname", "surname", "fullname", "kana", "nickname",
		"address", "street", "zip", "zipcode", "postcode", "postal", "birthday", "birthdate", "birth", "dob", "gender", "sex", "ip", "latitude", "longitude", "useragent"}
	sensitive = []string{"password", "passwd", "secret", "token", "ssn", "passport", "iban", "creditcard", "cvv", "salary", "diagnosis", "religion", "mynumber"}
	// things are words in front of "name" of what has no privacy.
	things = []string{"table", "column", "file", "product", "item", "course", "plan", "event", "host", "class", "category", "tag", "role", "city", "country",
		"region", "state", "store", "shop", "company", "campaign", "job", "task", "step", "domain", "type", "display", "schema", "currency", "brand", "page"}
)

// Class guesses the class of a column's data by its name: personal, sensitive, or
// empty. It is a suggestion for people to judge.
func (c Column) Class() string {
	words := wordsOf(c.Name)
	has := func(list []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) }) ||
			slices.Contains(list, strings.Join(words, ""))
	}
	switch {
	case c.Type == "BOOL", c.Type == "DATE" && !has([]string{"birth", "birthday", "birthdate", "dob"}):
		return ""
	case has(sensitive):
		return "sensitive"
	case !has(personal):
		return ""
	case len(words) > 1 && words[len(words)-1] == "name" && slices.Contains(things, words[len(words)-2]):
		return ""
	case len(words) > 1 && words[len(words)-1] == "id":
		return ""
	}
	return "personal"
}

// wordsOf cuts snake_case and camelCase into lower-case words.
func wordsOf(name string) []string {
	var words []string
	start := 0
	add := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(name[start:end]))
		}
	}
	for i := 0; i < len(name); i++ {
		upper := name[i] >= 'A' && name[i] <= 'Z'
		lowerBefore := i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z'
		switch {
		case name[i] == '_' || name[i] == '-' || name[i] == ' ':
			add(i)
			start = i + 1
		case upper && lowerBefore:
			add(i)
			start = i
		}
	}
	add(len(name))
	return words
}
