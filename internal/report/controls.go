package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// controlStates says for every control what this run knows of it. A control is
// satisfied only when a rule that points to it judged something in a stage that saw
// everything, and none of its rules fired.
func controlStates(controls []finding.Control, r *Report) []ControlState {
	ev := collectEvidence(r)
	states := make([]ControlState, 0, len(controls))
	for _, c := range controls {
		states = append(states, ev.state(c))
	}
	return states
}

// evidence is what the run offers for controls, by control id.
type evidence struct {
	hits   map[string]int
	judged map[string]bool
	// blind holds the reason why a stage with a rule for the control saw less than all.
	blind map[string]string
	known map[string]bool
}

func collectEvidence(r *Report) evidence {
	ev := evidence{map[string]int{}, map[string]bool{}, map[string]string{}, map[string]bool{}}
	for _, run := range r.Stages {
		for _, rule := range run.Set.Rules {
			for _, id := range rule.Controls {
				ev.known[id] = true
				if run.State == Degraded || run.State == Failed {
					ev.blind[id] = fmt.Sprintf("stage %s: %s", run.Name, run.State)
				} else if run.Set.Judged[rule.ID] > 0 {
					ev.judged[id] = true
				}
			}
		}
	}
	for _, f := range r.Findings {
		for _, id := range f.Controls {
			ev.hits[id]++
		}
	}
	return ev
}

func (ev evidence) state(c finding.Control) ControlState {
	s := ControlState{Control: c, Findings: ev.hits[c.ID]}
	switch {
	case s.Findings > 0:
		s.State = NotSatisfied
	case ev.blind[c.ID] != "":
		s.State, s.Reason = NotAssessed, ev.blind[c.ID]
	case ev.judged[c.ID]:
		s.State = Satisfied
	case ev.known[c.ID]:
		s.State, s.Reason = NotAssessed, "nothing in this repository to judge it by"
	default:
		s.State, s.Reason = NotAssessed, unanswered(c)
	}
	return s
}

// unanswered says who could answer a control that no rule of this run points to.
func unanswered(c finding.Control) string {
	words := map[string]string{
		"rule": "a rule", "registry": "the registry", "probe": "a live stack",
		"host": "the host itself", "evidence": "dated evidence in the repository",
	}
	var who []string
	for _, a := range c.Assessed {
		if w := words[a]; w != "" && !slices.Contains(who, w) {
			who = append(who, w)
		}
	}
	if len(who) == 0 {
		return "no stage of this run can answer it"
	}
	return "needs an answer from " + strings.Join(who, " or ")
}
