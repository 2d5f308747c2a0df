package event

// Status is where a task stands.
type Status string

const (
	Waiting   Status = "waiting"   // for inputs, a time, a pool, or the next attempt
	Running   Status = "running"   // an attempt is under way
	Succeeded Status = "succeeded" // it has done its work
	Warned    Status = "warned"    // a warning check found something; nothing is held up
	Skipped   Status = "skipped"   // not today; as good as succeeded
	Failed    Status = "failed"    // no attempt is left
	Blocked   Status = "blocked"   // something upstream failed
	Canceled  Status = "canceled"  // given up
)

// Statuses lists every status in the order in which a task comes to them.
func Statuses() []Status {
	return []Status{Waiting, Running, Succeeded, Warned, Skipped, Failed, Blocked, Canceled}
}

// Ended reports whether nothing more will happen to a task of itself.
func (s Status) Ended() bool { return s != Waiting && s != Running }

// Satisfied reports whether what comes after the task may start.
func (s Status) Satisfied() bool { return s == Succeeded || s == Warned || s == Skipped }

// Dead reports whether the task ended in a way that blocks what comes after it.
func (s Status) Dead() bool { return s == Failed || s == Blocked || s == Canceled }

// Transition is one row of the task's life: an event of kind On takes it From … To.
type Transition struct {
	From Status
	On   Kind
	To   Status
	When string // for people: when that happens
}

// Transitions is all that can happen to a task. Apply follows it and refuses
// everything else; the documentation is drawn from it.
func Transitions() []Transition { return transitions }

var transitions = []Transition{
	{Waiting, AttemptStarted, Running, "inputs are there, its time has come, and its pool has room"},
	{Waiting, AttemptResumed, Running, "the same, for an attempt that was interrupted"},
	{Waiting, TaskSkipped, Skipped, "its calendar or weekdays leave the day out, or somebody skips it"},
	{Waiting, TaskBlocked, Blocked, "a task upstream failed"},
	{Waiting, TaskFailed, Failed, "it can never run: its pool has no room in any window"},
	{Waiting, TaskCanceled, Canceled, "the run is canceled"},
	{Waiting, TaskMarked, Succeeded, "somebody vouches for it"},
	{Waiting, TasksReset, Waiting, "somebody runs it again: a wait for the next attempt ends"},

	{Running, TaskSucceeded, Succeeded, "the attempt committed"},
	{Running, TaskWarned, Warned, "a warning check found something, or could not look"},
	{Running, TaskSkipped, Skipped, "the environment leaves the work out"},
	{Running, AttemptFailed, Waiting, "the attempt failed and another is left"},
	{Running, TaskFailed, Failed, "the attempt failed and none is left, or a blocking check found something"},
	{Running, AttemptInterrupted, Waiting, "the process ended; the attempt is taken up again"},
	{Running, TaskCanceled, Canceled, "the run is canceled"},

	{Succeeded, TasksReset, Waiting, "somebody runs it again"},
	{Warned, TasksReset, Waiting, "somebody runs it again"},
	{Skipped, TasksReset, Waiting, "somebody runs it again"},
	{Failed, TasksReset, Waiting, "somebody runs it again"},
	{Blocked, TasksReset, Waiting, "somebody runs it, or what blocked it, again"},
	{Canceled, TasksReset, Waiting, "somebody runs it again"},

	{Warned, TaskMarked, Succeeded, "somebody vouches for it"},
	{Failed, TaskMarked, Succeeded, "somebody vouches for it"},
	{Failed, TaskSkipped, Skipped, "somebody skips it"},
	{Blocked, TaskMarked, Succeeded, "somebody vouches for it"},
	{Blocked, TaskSkipped, Skipped, "somebody skips it"},
	{Canceled, TaskMarked, Succeeded, "somebody vouches for it"},
	{Canceled, TaskSkipped, Skipped, "somebody skips it"},
}

type move struct {
	from Status
	on   Kind
}

// moves is transitions by what they start from.
var moves = func() map[move]Status {
	m := make(map[move]Status, len(transitions))
	for _, t := range transitions {
		m[move{t.From, t.On}] = t.To
	}
	return m
}()
