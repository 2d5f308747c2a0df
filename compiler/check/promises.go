package check

import (
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// promises checks that each SLA is a promise to somebody, that somebody is told when
// it breaks, and that whoever is told finds out what to do.
func (j *judge) promises() {
	for _, s := range j.m.SLAs {
		node := "sla." + s.Name
		if len(s.Spec.Stakeholders) == 0 {
			j.diags.Warnf(diag.SLAWithoutStakeholders, s.Spec.At, "the SLA %q names no stakeholders", s.Name).
				WithNode(node).WithHint(`say who relies on it: stakeholders: ["…"]`)
		}
		if len(s.Spec.Escalation) == 0 {
			j.diags.Warnf(diag.SLAWithoutEscalation, s.Spec.At, "nobody is told when the SLA %q is broken", s.Name).
				WithNode(node).WithHint(`add escalation: [{after: "0m", notify: ["…"]}]`)
		}
		if len(s.Tasks) > 0 && s.Spec.Runbook == nil && !hasRunbook(s) {
			j.diags.Warnf(diag.SLAWithoutRunbook, s.Spec.At, "neither the SLA %q nor %q has a runbook", s.Name, s.Target).
				WithNode(node).WithHint("add runbook: steps: [\"…\"] to one of them")
		}
		j.escalation(s, node)
	}
}

func hasRunbook(s *model.SLA) bool {
	for _, t := range s.Tasks {
		var r *spec.Runbook
		switch {
		case t.Node != s.Target:
		case t.Table != nil && t.Table.Spec != nil:
			r = t.Table.Spec.Runbook
		case t.Check != nil:
			r = t.Check.Spec.Runbook
		case t.Export != nil:
			r = t.Export.Spec.Runbook
		case t.Model != nil:
			r = t.Model.Spec.Runbook
		}
		if r != nil {
			return true
		}
	}
	return false
}

func (j *judge) escalation(s *model.SLA, node string) {
	steps := s.Spec.Escalation
	for i, step := range steps {
		if i > 0 && step.After.V <= steps[i-1].After.V {
			at := step.After.At
			if !step.After.Set {
				at = step.At
			}
			j.diags.Warnf(diag.EscalationOrder, at, "step %d of the escalation of %q comes %s after the deadline, no later than the step before it (%s)",
				i+1, s.Name, span(step.After.V), span(steps[i-1].After.V)).
				WithNode(node).WithHint("sort the steps by their delay, and merge those with the same")
		}
		for _, receiver := range step.Notify {
			team := j.m.Teams[receiver.V]
			if team == nil || j.m.Channels[receiver.V] != nil || len(team.Channels) > 0 || len(team.Members) > 0 {
				continue
			}
			j.diags.Warnf(diag.SilentReceiver, receiver.At, "the team %q has neither channels nor members, so nobody would be told", receiver.V).
				WithNode(node).WithRelated(team.At, "%q is declared here", receiver.V).
				WithHint("give the team a channel, or name one here")
		}
	}
}
