package notify

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/url"
	"slices"
	"strings"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/task"
)

// SMTP is a mail server.
type SMTP struct {
	Addr     string // host:port
	From     string
	Username string // no login where empty
	Password string
	TLS      bool // from the first byte, as on port 465; otherwise STARTTLS where the server offers it
}

// ParseSMTP reads smtp://user:password@host:port?from=address, or smtps:// for TLS from the first byte. Errors hold no
// part of it.
func ParseSMTP(text string) (*SMTP, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, fmt.Errorf("the mail server is not of the form smtp://user:password@host:port?from=address")
	}
	s := &SMTP{Addr: u.Host, From: u.Query().Get("from"), TLS: u.Scheme == "smtps"}
	if u.Port() == "" {
		port := "587"
		if s.TLS {
			port = "465"
		}
		s.Addr = net.JoinHostPort(u.Hostname(), port)
	}
	if u.User != nil {
		s.Username = u.User.Username()
		s.Password, _ = u.User.Password()
	}
	if s.From == "" {
		s.From = s.Username
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		return nil, fmt.Errorf("the mail server is given without an address to send from: add ?from=address")
	}
	return s, nil
}

func (s *SMTP) send(ctx context.Context, to []string, a event.Alert, platform string) error {
	host, _, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return task.Fail("mail server: %v", err)
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	if s.TLS {
		conn = tls.Client(conn, &tls.Config{ServerName: host})
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	defer client.Close()
	if offered, _ := client.Extension("STARTTLS"); offered && !s.TLS {
		if err := client.StartTLS(&tls.Config{ServerName: host}); err != nil {
			return err
		}
	}
	if s.Username != "" {
		if err := client.Auth(smtp.PlainAuth("", s.Username, s.Password, host)); err != nil {
			return hide(fmt.Errorf("mail server refuses the login: %w", err), s.Password)
		}
	}
	if err := client.Mail(s.From); err != nil {
		return err
	}
	for _, address := range to {
		if err := client.Rcpt(address); err != nil {
			return err
		}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter(s.From, to, a, platform, time.Now())); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	// The letter is on its way; a server that is rude about the good-bye changes nothing.
	_ = client.Quit()
	return nil
}

// letter is an alert as a plain-text message.
func letter(from string, to []string, a event.Alert, platform string, at time.Time) []byte {
	var b strings.Builder
	subject := strings.Join(strings.Fields("["+platform+"] "+a.Title), " ")
	fmt.Fprintf(&b, "From: %s\r\nTo: %s\r\nSubject: %s\r\nDate: %s\r\n", from, strings.Join(to, ", "),
		mime.QEncoding.Encode("utf-8", subject), at.Format(time.RFC1123Z))
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	body := quotedprintable.NewWriter(&b)
	fmt.Fprintf(body, "%s\r\n", a.Title)
	if a.Text != "" {
		fmt.Fprintf(body, "\r\n%s\r\n", a.Text)
	}
	fmt.Fprint(body, "\r\n")
	for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
		fmt.Fprintf(body, "%s: %s\r\n", name, a.Fields[name])
	}
	body.Close()
	return []byte(b.String())
}
