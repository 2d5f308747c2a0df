package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"sluice/runtime/engine"
	"sluice/runtime/notify"
	"sluice/runtime/plan"
)

// smtpVariable names the mail server that alerts go through.
const smtpVariable = "SLUICE_SMTP"

// tellPeople routes alerts of a run to the plan's channels.
func tellPeople(o *engine.Options, s *site) error {
	d := &notify.Dispatcher{Plan: s.plan, Secrets: secretsFromEnvironment(s.plan)}
	if server := os.Getenv(smtpVariable); server != "" {
		smtp, err := notify.ParseSMTP(server)
		if err != nil {
			return fmt.Errorf("%s: %w", smtpVariable, err)
		}
		d.SMTP = smtp
	}
	o.Watchers = append(o.Watchers, notify.NewRouter(s.plan, s.clock))
	o.Send = d
	return nil
}

// secretsFromEnvironment looks a secret up in the variable that it names.
func secretsFromEnvironment(p *plan.Plan) notify.Secrets {
	return func(_ context.Context, name string) (string, error) {
		for _, s := range p.Secrets {
			if s.Name != name {
				continue
			}
			if s.Env == "" {
				return "", fmt.Errorf("secret %s names no environment variable", name)
			}
			value, ok := os.LookupEnv(s.Env)
			if !ok {
				return "", fmt.Errorf("secret %s: the environment variable %s is not set", name, s.Env)
			}
			return value, nil
		}
		return "", fmt.Errorf("there is no secret %s", name)
	}
}

// masker hides the values of the plan's secrets, as far as this process has them.
type masker struct{ replacer *strings.Replacer }

func newMasker(p *plan.Plan) masker {
	var values []string
	for _, s := range p.Secrets {
		if v := os.Getenv(s.Env); s.Env != "" && v != "" {
			values = append(values, v)
		}
	}
	// The longest first, so that no part of one is left when another is its beginning.
	sort.Slice(values, func(i, j int) bool { return len(values[i]) > len(values[j]) })
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v, "***")
	}
	return masker{strings.NewReplacer(pairs...)}
}

// Mask replaces secrets in a text.
func (m masker) Mask(text string) string { return m.replacer.Replace(text) }
