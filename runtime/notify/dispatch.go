package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"sluice/runtime/event"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// Secrets gives the value of a secret of the plan, by its name.
type Secrets func(ctx context.Context, name string) (string, error)

// Dispatcher sends alerts to the channels of a plan. Errors never hold a secret's value; those of class
// task.Permanent are not worth another try.
type Dispatcher struct {
	Plan    *plan.Plan
	Secrets Secrets
	HTTP    *http.Client // http.DefaultClient where nil
	// SlackAPI is the base of Slack's API, with a slash at its end, where a channel's secret is a token; Slack's own where empty.
	SlackAPI string
	// SMTP sends mail; channels of kind email fail where it is nil.
	SMTP *SMTP
}

// Send sends one alert.
func (d *Dispatcher) Send(ctx context.Context, a event.Alert) error {
	i := slices.IndexFunc(d.Plan.Channels, func(c plan.Channel) bool { return c.Name == a.Channel })
	if i < 0 {
		return task.Fail("channel %s is not in the plan any more", a.Channel)
	}
	c := &d.Plan.Channels[i]
	secret := ""
	if c.Secret != "" {
		if d.Secrets == nil {
			return task.Fail("channel %s: no secrets can be read here", c.Name)
		}
		var err error
		if secret, err = d.Secrets(ctx, c.Secret); err != nil {
			return fmt.Errorf("channel %s: secret %s: %w", c.Name, c.Secret, err)
		}
	}
	err := d.send(ctx, c, secret, a)
	if err == nil {
		return nil
	}
	return hide(fmt.Errorf("channel %s: %w", c.Name, err), secret)
}

func (d *Dispatcher) send(ctx context.Context, c *plan.Channel, secret string, a event.Alert) error {
	switch c.Kind {
	case "slack":
		return d.slack(ctx, c, secret, a)
	case "webhook":
		return d.webhook(ctx, c, secret, a)
	case "email":
		if d.SMTP == nil {
			return task.Fail("no mail server is set")
		}
		return d.SMTP.send(ctx, c.To, a, d.Plan.Platform)
	}
	return task.Fail("unknown kind of channel %q", c.Kind)
}

// hide takes a secret out of an error's text: an incoming webhook's URL is in whatever net/http says about it.
func hide(err error, secret string) error {
	text := err.Error()
	if secret == "" || !strings.Contains(text, secret) {
		return err
	}
	return &task.Error{Class: task.ClassOf(err), Err: errors.New(strings.ReplaceAll(text, secret, "…"))}
}

func (d *Dispatcher) client() *http.Client {
	if d.HTTP == nil {
		return http.DefaultClient
	}
	return d.HTTP
}

var colors = map[string]string{Info: "good", Warning: "warning", Error: "danger", Critical: "danger"}

// slack posts to an incoming webhook where the secret is a URL, and by the API where it is a token.
func (d *Dispatcher) slack(ctx context.Context, c *plan.Channel, secret string, a event.Alert) error {
	attachment := slack.Attachment{Color: colors[a.Severity], Fallback: a.Title, Text: escape(a.Text)}
	for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
		attachment.Fields = append(attachment.Fields, slack.AttachmentField{Title: name, Value: escape(a.Fields[name]), Short: len(a.Fields[name]) < 40})
	}
	title := "*" + escape(a.Title) + "*"
	if strings.HasPrefix(secret, "https://") || strings.HasPrefix(secret, "http://") {
		return sorted(slack.PostWebhookCustomHTTPContext(ctx, secret, d.client(),
			&slack.WebhookMessage{Channel: c.Channel, Text: title, Attachments: []slack.Attachment{attachment}}))
	}
	options := []slack.Option{slack.OptionHTTPClient(d.client())}
	if d.SlackAPI != "" {
		options = append(options, slack.OptionAPIURL(d.SlackAPI))
	}
	_, _, err := slack.New(secret, options...).PostMessageContext(ctx, c.Channel,
		slack.MsgOptionText(title, false), slack.MsgOptionAttachments(attachment))
	return sorted(err)
}

// sorted tells what Slack refuses for good from what is worth another try.
func sorted(err error) error {
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return task.Fail("slack: %s", refused.Err)
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok && status.Code >= 400 && status.Code < 500 && status.Code != http.StatusTooManyRequests {
		return task.Fail("slack: %s", status.Status)
	}
	return err
}

// escape writes text so that Slack shows it as it is.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// pageEvent is an event of PagerDuty's Events API, version 2.
type pageEvent struct {
	RoutingKey  string       `json:"routing_key,omitempty"`
	EventAction string       `json:"event_action"`
	DedupKey    string       `json:"dedup_key"`
	Client      string       `json:"client,omitempty"`
	Payload     *pagePayload `json:"payload,omitempty"`
	Links       []pageLink   `json:"links,omitempty"`
}

type pagePayload struct {
	Summary       string            `json:"summary"`
	Source        string            `json:"source"`
	Severity      string            `json:"severity"`
	Component     string            `json:"component,omitempty"`
	CustomDetails map[string]string `json:"custom_details,omitempty"`
}

type pageLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

func (d *Dispatcher) webhook(ctx context.Context, c *plan.Channel, secret string, a event.Alert) error {
	page := pageEvent{RoutingKey: secret, EventAction: "trigger", DedupKey: a.Key, Client: "sluice",
		Payload: &pagePayload{Summary: cut(a.Title, 1024), Source: d.Plan.Platform + "/" + d.Plan.Environment,
			Severity: a.Severity, CustomDetails: maps.Clone(a.Fields)}}
	if page.DedupKey == "" {
		page.DedupKey = a.ID
	}
	if a.Resolve {
		page.EventAction = "resolve"
	}
	if a.Text != "" {
		if page.Payload.CustomDetails == nil {
			page.Payload.CustomDetails = map[string]string{}
		}
		page.Payload.CustomDetails["text"] = a.Text
	}
	if url := a.Fields["runbook_url"]; url != "" {
		page.Links = []pageLink{{url, "runbook"}}
	}
	body, err := json.Marshal(page)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return task.Fail("%v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	switch {
	case resp.StatusCode < 300:
		return nil
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode >= 500:
		return fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return task.Fail("%s: %s", resp.Status, answer)
}

// cut shortens a text to so many bytes, between two characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-3], "") + "…"
}
