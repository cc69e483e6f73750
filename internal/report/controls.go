package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
)

// controlStates says for every control what this run knows of it.
func controlStates(controls []finding.Control, r *Report) []ControlState {
	evidence := collectEvidence(r)
	states := make([]ControlState, 0, len(controls))
	for _, c := range controls {
		e := evidence[c.ID]
		s := ControlState{Control: c, Findings: e.hits}
		s.State, s.Reason = e.state(c)
		states = append(states, s)
	}
	return states
}

// evidence is what the run offers for one control.
type evidence struct {
	hits int
	// known is true when a rule of a stage that ran points to the control.
	known bool
	// blind is why a stage with such a rule saw less than all.
	blind string
	// proved and unknown count the subjects that its rules decided, and could not.
	proved, unknown int
	// by are the stages that proved something.
	by []string
}

func collectEvidence(r *Report) map[string]evidence {
	all := map[string]evidence{}
	for _, run := range r.Stages {
		if run.State == Skipped {
			continue
		}
		blind := blindness(run, r.Gaps)
		for _, rule := range run.Set.Rules {
			for _, id := range rule.Controls {
				all[id] = all[id].with(run, rule.ID, blind)
			}
		}
	}
	for _, f := range r.Findings {
		for _, id := range f.Controls {
			e := all[id]
			e.hits++
			all[id] = e
		}
	}
	return all
}

// blindness is why the stage proves nothing; empty when it saw everything. A gap that was
// accepted, or that is older than the change, is still not seen.
func blindness(run StageRun, gaps []Gap) string {
	if run.State == Degraded || run.State == Failed {
		return fmt.Sprintf("stage %s: %s", run.Name, run.State)
	}
	all := gapsOf(run.Name, gaps, func(Gap) bool { return true })
	if len(all) == 0 {
		return ""
	}
	what := "existing"
	if all[0].Exception != nil {
		what = "accepted"
	}
	return fmt.Sprintf("stage %s did not see everything: %s %s", run.Name, what, all[0].Rule)
}

func (e evidence) with(run StageRun, rule, blind string) evidence {
	e.known = true
	if e.blind == "" {
		e.blind = blind
	}
	e.unknown += run.Set.Unknown[rule]
	if n := run.Set.Judged[rule]; n > 0 {
		e.proved += n
		e.by = append(e.by, run.Name)
	}
	return e
}

// state asks for proof: nothing violated, nothing unseen, and something that was judged.
func (e evidence) state(c finding.Control) (ControlResult, string) {
	missing := e.missing(c.Proof)
	switch {
	case e.hits > 0:
		return NotSatisfied, ""
	case e.blind != "":
		return NotAssessed, e.blind
	case e.unknown > 0:
		return NotAssessed, fmt.Sprintf("%d of %d satisfy it, %d not seen", e.proved, e.proved+e.unknown, e.unknown)
	case e.known && e.proved == 0:
		return NotAssessed, "nothing in this repository to judge it by"
	case !e.known:
		return NotAssessed, unanswered(c.Assessed, " or ")
	case len(missing) > 0:
		return NotAssessed, unanswered(missing, " and ")
	case c.Declared:
		return Declared, ""
	}
	return Satisfied, ""
}

// missing are those of the words without an answer of a stage that can give it.
func (e evidence) missing(proof []string) []string {
	stages := map[string][]string{
		"rule": {"deps", "hardening", "images"}, "evidence": {"hardening"}, "registry": {"images"}, "probe": {"dast"}, "host": {"host"},
	}
	return slices.DeleteFunc(slices.Clone(proof), func(word string) bool {
		return slices.ContainsFunc(stages[word], func(s string) bool { return slices.Contains(e.by, s) })
	})
}

// unanswered says whose answer a control needs.
func unanswered(assessed []string, or string) string {
	words := map[string]string{
		"rule": "a rule", "registry": "the registry", "probe": "a live stack",
		"host": "the host itself", "evidence": "dated evidence in the repository",
	}
	var who []string
	for _, a := range assessed {
		if w := words[a]; w != "" && !slices.Contains(who, w) {
			who = append(who, w)
		}
	}
	if len(who) == 0 {
		return "no stage of this run can answer it"
	}
	return "needs an answer from " + strings.Join(who, or)
}
