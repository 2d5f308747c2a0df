// Package docs runs the examples of README.md and docs/: what a page shows is what
// the program prints.
//
// An example is a fenced block of the language console. A line that begins with "$ "
// is a command, run by the shell; the lines after it are what it prints on stdout (and on
// stderr where the command says 2>&1). The blocks of one page share a folder and run
// from top to bottom. "$ cat > FILE <<'EOF'" and the like work as in a shell.
package docs

import (
	"regexp"
	"strings"
)

// Page is a Markdown page in pieces.
type Page struct{ pieces []piece }

// piece is text between commands, or one command with its output.
type piece struct {
	text    string // as it stands in the page; of a command: the lines with $ and >
	command string // what the shell runs; empty for text
	output  string // what the page says it prints
}

// Parse splits a page at its commands.
func Parse(markdown string) Page {
	var p Page
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			p.pieces = append(p.pieces, piece{text: text.String()})
			text.Reset()
		}
	}
	lines := strings.SplitAfter(markdown, "\n")
	inside := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case !inside && strings.TrimSpace(line) == "```console":
			inside = true
		case inside && strings.TrimSpace(line) == "```":
			inside = false
		case inside && strings.HasPrefix(line, "$ "):
			flush()
			c := piece{text: line, command: strings.TrimPrefix(line, "$ ")}
			if mark := heredoc.FindStringSubmatch(line); mark != nil {
				for i+1 < len(lines) {
					i++
					c.text += lines[i]
					c.command += lines[i]
					if strings.TrimSpace(lines[i]) == mark[1] {
						break
					}
				}
			}
			for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "```" && !strings.HasPrefix(lines[i+1], "$ ") {
				i++
				c.output += lines[i]
			}
			p.pieces = append(p.pieces, c)
			continue
		}
		text.WriteString(line)
	}
	flush()
	return p
}

var heredoc = regexp.MustCompile(`<<'?([A-Z]+)'?\s*$`)

// Commands lists the page's commands in order.
func (p Page) Commands() []string {
	var out []string
	for _, x := range p.pieces {
		if x.command != "" {
			out = append(out, x.command)
		}
	}
	return out
}

// Run runs every command and returns the page with what they really print, and
// the commands whose output is another than the page says, in what does not vary.
func (p Page) Run(run func(command string) (output string, err error)) (markdown string, wrong []Difference, err error) {
	var b strings.Builder
	for _, x := range p.pieces {
		b.WriteString(x.text)
		if x.command == "" {
			continue
		}
		got, err := run(x.command)
		if err != nil {
			return "", nil, err
		}
		// A blank line before the next command is the page's, not the program's.
		gap := ""
		if strings.HasSuffix(x.output, "\n\n") && strings.TrimSpace(x.output) != "" || x.output == "\n" {
			gap = "\n"
		}
		got = strings.Trim(got, "\n")
		if got != "" {
			got += "\n"
		}
		if steady(got) == steady(x.output) {
			b.WriteString(x.output)
			continue
		}
		wrong = append(wrong, Difference{Command: strings.TrimSpace(x.command), Page: x.output, Got: got})
		b.WriteString(got + gap)
	}
	return b.String(), wrong, nil
}

// Difference is an example that is not true any more.
type Difference struct{ Command, Page, Got string }

// varying are the parts of an output that are another at each run or on each
// machine: durations, clock times, digests, folders.
var varying = []*regexp.Regexp{
	regexp.MustCompile(`~?\b\d\d:\d\d(:\d\d)?\b`),
	regexp.MustCompile(`\b\d+h(\d+m)?\b|\b\d+m(\d+s)?\b|\b[\d.]+m?s\b|\b[\d.]+ s\b`),
	regexp.MustCompile(`\b[0-9a-f]{12}\b`),
	regexp.MustCompile(`/tmp/\S+`),
	regexp.MustCompile(`go1\.\d+(\.\d+)?`),
}

// steady is an output without what varies and without the width of columns.
func steady(s string) string {
	for _, v := range varying {
		s = v.ReplaceAllString(s, "·")
	}
	var lines []string
	for line := range strings.Lines(strings.Trim(s, "\n")) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}
