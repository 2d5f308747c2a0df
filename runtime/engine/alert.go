package engine

import (
	"context"
	"fmt"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/task"
)

const (
	maxSending    = 4                // alerts on their way at once
	sendTimeout   = 30 * time.Second // of one try
	sendAttempts  = 6
	firstSendWait = 5 * time.Second // doubles with each try
)

// send sends an alert that is due. When its end is journaled it is never sent again; if the process dies
// in between, it is sent once more: told twice is better than not told.
func (l *loop) send(ctx context.Context, id string) {
	if l.sending[id] || len(l.sending) == maxSending || l.aborting {
		return
	}
	l.sending[id] = true
	alert := l.s.Alerts[id].Alert
	go func() {
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		l.sent <- sending{id, l.trySend(ctx, alert)}
	}()
}

func (l *loop) trySend(ctx context.Context, a event.Alert) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the sender panicked: %v", r)
		}
	}()
	return l.o.Send.Send(ctx, a)
}

// afterSend is the event of an alert that was sent or not.
func (l *loop) afterSend(r sending) event.Event {
	delete(l.sending, r.id)
	e := event.Event{Kind: event.AlertSent, Alert: &event.Alert{ID: r.id}}
	if r.err == nil {
		return e
	}
	e.Kind, e.Message = event.AlertFailed, l.mask(r.err.Error())
	if tries := l.s.Alerts[r.id].Attempts; tries+1 < sendAttempts && task.ClassOf(r.err) != task.Permanent {
		e.Until = l.now().Add(firstSendWait << tries).UTC().Truncate(time.Microsecond)
	}
	return e
}

// alertsOpen reports whether somebody is still to be told something.
func (l *loop) alertsOpen() bool {
	if l.o.Send == nil {
		return false
	}
	for _, a := range l.s.Alerts {
		if a.Open() {
			return true
		}
	}
	return false
}
