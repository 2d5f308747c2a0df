// Package codes makes the pages of docs/codes: each mistake is made in a copy of
// the reference platform, and what sluice says of it is the page.
package codes

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"sluice/compiler/diag"
)

// Case is a mistake: a txtar archive whose comment may hold settings, one a line
// ("env: prod"), and whose files change the platform:
//
//	-- edit sla.cue --
//	<<<<
//	old text, which stands in the file once
//	====
//	new text
//	>>>>
//	-- add extra.cue --
//	a file of its own
//	-- remove sql/core/members.sql --
type Case struct {
	Code     diag.Code
	Env      string // local where not set
	Settings map[string]string
	changes  []change
}

type change struct {
	verb, file string
	edits      []edit // of edit
	content    string // of add
}

type edit struct{ old, new string }

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
	if env := c.Settings["env"]; env != "" {
		c.Env = env
	}
	for _, f := range archive.Files {
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
			for _, e := range ch.edits {
				if n := strings.Count(text, e.old); n != 1 {
					return fmt.Errorf("%s: the text to change stands %d times in it, not once:\n%s", ch.file, n, e.old)
				}
				text = strings.Replace(text, e.old, e.new, 1)
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
	fmt.Fprintf(&b, "\n## The mistake\n")
	for _, ch := range c.changes {
		switch ch.verb {
		case "remove":
			fmt.Fprintf(&b, "\n`%s` is removed.\n", ch.file)
		case "add":
			fmt.Fprintf(&b, "\nA new file, `%s`:\n\n```%s\n%s```\n", ch.file, language(ch.file), ended(ch.content))
		case "edit":
			fmt.Fprintf(&b, "\nIn `%s`:\n\n```diff\n", ch.file)
			for _, e := range ch.edits {
				writeLines(&b, "-", e.old)
				writeLines(&b, "+", e.new)
			}
			fmt.Fprintf(&b, "```\n")
		}
	}
	fmt.Fprintf(&b, "\n## What sluice says\n\n```\n%s```\n", ended(said))
	return b.String()
}

func writeLines(b *strings.Builder, mark, text string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(ended(text)) {
		b.WriteString(mark + line)
	}
}

func ended(s string) string { return strings.TrimSuffix(s, "\n") + "\n" }

func language(file string) string { return strings.TrimPrefix(filepath.Ext(file), ".") }
