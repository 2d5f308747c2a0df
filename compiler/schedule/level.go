package schedule

import "sluice/compiler/model"

// Level plans when each task starts, between its earliest and its latest start. The
// plan is to start everything as early as it can: nothing that a promise depends on
// is ever put off for the sake of a lower peak.
func Level(table *model.Timetable) {
	for id, slot := range table.ByTask {
		slot.Planned = slot.Earliest
		table.ByTask[id] = slot
	}
}
