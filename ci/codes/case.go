// Package codes makes the pages of docs/codes: each mistake is made in a copy of
// the reference platform, and what sluice says of it is the page.
package codes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"sluice/compiler/diag"
)

// Case is a mistake: a txtar archive whose comment may hold settings, one a line, and
// whose files change the platform:
//
//	env: prod                  compile for this environment; local where not given
//	generated: generated/local compile into this folder before the mistake is made
//	also: SL3014               codes that follow from the mistake too, besides its own
//	internal: why              no mistake in specifications gives the code
//
//	-- edit sla.cue --
//	<<<<
//	old text, which stands in the file once (blanks may be wider or narrower there)
//	====
//	new text
//	>>>>
//	-- add extra.cue --
//	a file of its own
//	-- remove sql/core/members.sql --
//	-- good --
//	of a lint rule: SQL to be written in the place of that which the added file has
//	-- good cue --
//	the same, but the whole file
type Case struct {
	Code     diag.Code
	Env      string // local where not set
	Settings map[string]string
	Good     string // SQL, or the file with GoodFile, that the rule is content with
	GoodFile bool
	changes  []change
}

// settings are the names that a case's comment may use.
var settings = []string{"env", "generated", "also", "internal"}

type change struct {
	verb, file string
	edits      []edit // of edit
	content    string // of add
}

type edit struct{ old, new string }

var blanks = regexp.MustCompile(`[ \t]+`)

// pattern finds the old text with blanks of any width between its words: formatting a
// file again moves its columns.
func (e edit) pattern() *regexp.Regexp {
	var words []string
	for _, word := range blanks.Split(e.old, -1) {
		words = append(words, regexp.QuoteMeta(word))
	}
	return regexp.MustCompile(strings.Join(words, `[ \t]+`))
}

// Lint reports whether the code is of a rule that only `sluice lint` applies.
func (c *Case) Lint() bool { return strings.HasPrefix(string(c.Code), "SL7") }

// ReadCase reads a case file; its name is the code.
func ReadCase(file string) (*Case, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	c := &Case{Code: diag.Code(strings.TrimSuffix(filepath.Base(file), ".txtar")), Env: "local", Settings: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			c.Settings[key] = strings.TrimSpace(value)
		}
	}
	for key := range c.Settings {
		if !slices.Contains(settings, key) {
			return nil, fmt.Errorf("%s: there is no setting %q", file, key)
		}
	}
	if env := c.Settings["env"]; env != "" {
		c.Env = env
	}
	for _, f := range archive.Files {
		if f.Name == "good" || f.Name == "good cue" {
			c.Good, c.GoodFile = strings.TrimSuffix(string(f.Data), "\n"), f.Name == "good cue"
			continue
		}
		ch := change{content: string(f.Data)}
		var ok bool
		ch.verb, ch.file, ok = strings.Cut(f.Name, " ")
		if !ok || !slices.Contains([]string{"edit", "add", "remove"}, ch.verb) {
			return nil, fmt.Errorf("%s: section %q is none of edit, add, remove FILE", file, f.Name)
		}
		if ch.verb == "edit" {
			if ch.edits, err = parseEdits(ch.content); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, f.Name, err)
			}
		}
		c.changes = append(c.changes, ch)
	}
	return c, nil
}

func parseEdits(text string) ([]edit, error) {
	var out []edit
	for {
		_, rest, ok := strings.Cut(text, "<<<<\n")
		if !ok {
			break
		}
		old, rest, ok := strings.Cut(rest, "====\n")
		if !ok {
			return nil, fmt.Errorf("an edit has no ====")
		}
		new, rest, ok := strings.Cut(rest, ">>>>")
		if !ok {
			return nil, fmt.Errorf("an edit has no >>>>")
		}
		out = append(out, edit{old: strings.TrimSuffix(old, "\n"), new: strings.TrimSuffix(new, "\n")})
		text = rest
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no edits")
	}
	return out, nil
}

// inlineSQL is SQL in a CUE string of several lines, with its indent.
var inlineSQL = regexp.MustCompile(`(?s)(\tsql: """\n)(.*?)(\n\t+""")`)

// bad is the SQL that the mistake is in: of the file that the case adds.
func (c *Case) bad() string {
	m := inlineSQL.FindStringSubmatch(c.changes[len(c.changes)-1].content)
	if m == nil {
		return ""
	}
	var out []string
	for line := range strings.Lines(m[2]) {
		out = append(out, strings.TrimLeft(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return strings.Join(out, "\n")
}

// Mended is the case with its good SQL in the place of the bad.
func (c *Case) Mended() *Case {
	out := *c
	out.changes = slices.Clone(c.changes)
	last := &out.changes[len(out.changes)-1]
	if c.GoodFile {
		last.content = c.Good + "\n"
		return &out
	}
	good := "\t\t" + strings.ReplaceAll(strings.ReplaceAll(c.Good, "\n", "\n\t\t"), "\n\t\t\n", "\n\n")
	place := inlineSQL.FindStringSubmatchIndex(last.content)
	last.content = last.content[:place[4]] + good + last.content[place[5]:]
	return &out
}

// Apply makes the mistake in a copy of the platform.
func (c *Case) Apply(root string) error {
	for _, ch := range c.changes {
		name := filepath.Join(root, filepath.FromSlash(ch.file))
		switch ch.verb {
		case "remove":
			if err := os.Remove(name); err != nil {
				return err
			}
		case "add":
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(name, []byte(ch.content), 0o644); err != nil {
				return err
			}
		case "edit":
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text := string(data)
			for i := range ch.edits {
				e := &ch.edits[i]
				found := e.pattern().FindAllStringIndex(text, -1)
				if len(found) != 1 {
					return fmt.Errorf("%s: the text to change stands %d times in it, not once:\n%s", ch.file, len(found), e.old)
				}
				// The page shows whole lines, as the file has them.
				start := strings.LastIndexByte(text[:found[0][0]], '\n') + 1
				before, old, rest := text[start:found[0][0]], text[found[0][0]:found[0][1]], text[found[0][1]:]
				after, _, _ := strings.Cut(rest, "\n")
				text = text[:found[0][0]] + e.new + rest
				e.old, e.new = before+old+after, before+e.new+after
			}
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// Page is the code's page: why it is a mistake, the mistake, what sluice says.
func (c *Case) Page(info diag.CodeInfo, said string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n%s\n", info.Code, info.Title, info.Explain)
	if why := c.Settings["internal"]; why != "" {
		fmt.Fprintf(&b, "\n## No example\n\n%s\n", why)
		return b.String()
	}
	if rule, ok := diag.RuleOf(string(info.Code)); ok {
		c.rule(&b, rule)
	}
	fmt.Fprintf(&b, "\n## The mistake\n")
	if c.Settings["env"] != "" {
		fmt.Fprintf(&b, "\nThe platform is compiled with `--env %s`.\n", c.Env)
	}
	if c.Lint() {
		fmt.Fprintf(&b, "\n`sluice lint` finds it.\n")
	}
	if dir := c.Settings["generated"]; dir != "" {
		fmt.Fprintf(&b, "\nThe platform was compiled into `%s` before this change.\n", dir)
	}
	for _, ch := range c.changes {
		switch ch.verb {
		case "remove":
			fmt.Fprintf(&b, "\n`%s` is removed.\n", ch.file)
		case "add":
			fmt.Fprintf(&b, "\nA new file, `%s`:\n\n```%s\n%s```\n", ch.file, language(ch.file), ended(ch.content))
		case "edit":
			fmt.Fprintf(&b, "\nIn `%s`:\n\n```diff\n", ch.file)
			for _, e := range ch.edits {
				writeDiff(&b, e)
			}
			fmt.Fprintf(&b, "```\n")
		}
	}
	fmt.Fprintf(&b, "\n## What sluice says\n\n```\n%s```\n", ended(said))
	return b.String()
}

// rule is what the page of a lint rule has beside the others.
func (c *Case) rule(b *strings.Builder, r diag.Rule) {
	fmt.Fprintf(b, "\nRule `%s`, ", r.Name)
	if r.Default == "off" {
		fmt.Fprint(b, "off unless `lint: rules` sets it. ")
	} else {
		fmt.Fprintf(b, "severity %s unless `lint: rules` sets another. ", r.Default)
	}
	if r.Fixable {
		fmt.Fprint(b, "`sluice lint --fix` mends it where no comment would be lost.\n")
	} else {
		fmt.Fprint(b, "There is no autofix: what is meant is for the author to say.\n")
	}
	switch {
	case c.GoodFile:
		fmt.Fprintf(b, "\n## Bad\n\n```cue\n%s\n```\n\n## Good\n\n```cue\n%s\n```\n", strings.TrimSuffix(c.changes[len(c.changes)-1].content, "\n"), c.Good)
	case c.Good != "":
		fmt.Fprintf(b, "\n## Bad\n\n```sql\n%s\n```\n\n## Good\n\n```sql\n%s\n```\n", c.bad(), c.Good)
	}
}

// writeDiff prints an edit line by line; lines that both texts begin or end with are
// context.
func writeDiff(b *strings.Builder, e edit) {
	old, new := lines(e.old), lines(e.new)
	first := 0
	for first < len(old) && first < len(new) && old[first] == new[first] {
		first++
	}
	last := 0
	for last < len(old)-first && last < len(new)-first && old[len(old)-1-last] == new[len(new)-1-last] {
		last++
	}
	write := func(mark string, list []string) {
		for _, line := range list {
			b.WriteString(mark + line + "\n")
		}
	}
	write(" ", old[:first])
	write("-", old[first:len(old)-last])
	write("+", new[first:len(new)-last])
	write(" ", old[len(old)-last:])
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func ended(s string) string { return strings.TrimSuffix(s, "\n") + "\n" }

func language(file string) string { return strings.TrimPrefix(filepath.Ext(file), ".") }
