package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/report"
)

// TestControlsNeedProof has a case for every clause: presence is no proof.
func TestControlsNeedProof(t *testing.T) {
	t.Parallel()
	stage := func(name, rule string, judged, unknown int) report.StageRun {
		return report.StageRun{Name: name, State: report.Passed, Set: finding.Set{
			Rules: []finding.Rule{{ID: rule, Controls: []string{"C"}}}, Judged: map[string]int{rule: judged}, Unknown: map[string]int{rule: unknown},
		}}
	}
	in := func(run report.StageRun, state report.State) report.StageRun {
		run.State = state
		return run
	}
	violated := stage("hardening", "a", 37, 1)
	violated.Set.Findings = []finding.Finding{hit("a", finding.Low, 1)}
	unseenGap := func(run report.StageRun) report.StageRun {
		run.Set.Gaps, run.State = []finding.Gap{unseen(gap.NoVersion)}, report.Degraded
		return run
	}
	accept := []config.Exception{{Rule: gap.NoVersion, Path: "**", Reason: "r", Owner: "o", Expires: day("2027-01-31")}}
	rules, live := stage("hardening", "a", 36, 0), stage("dast", "p", 1, 0)
	for name, tt := range map[string]struct {
		control finding.Control
		in      report.Input
		want    string
	}{
		"proved":                    {finding.Control{}, report.Input{Runs: []report.StageRun{rules}}, "satisfied"},
		"one not seen":              {finding.Control{}, report.Input{Runs: []report.StageRun{stage("hardening", "a", 36, 1)}}, "not-assessed 36 of 37 satisfy it, 1 not seen"},
		"unknown in another stage":  {finding.Control{}, report.Input{Runs: []report.StageRun{rules, stage("images", "i", 0, 2)}}, "not-assessed 36 of 38 satisfy it, 2 not seen"},
		"violated outweighs":        {finding.Control{}, report.Input{Runs: []report.StageRun{violated}}, "not-satisfied"},
		"applies to nothing":        {finding.Control{}, report.Input{Runs: []report.StageRun{stage("hardening", "a", 0, 0)}}, "not-assessed nothing in this repository to judge it by"},
		"another rule has nothing":  {finding.Control{}, report.Input{Runs: []report.StageRun{rules, stage("images", "i", 0, 0)}}, "satisfied"},
		"a skipped stage":           {finding.Control{}, report.Input{Runs: []report.StageRun{rules, in(live, report.Skipped)}}, "satisfied"},
		"only a skipped stage":      {finding.Control{Assessed: []string{"probe"}}, report.Input{Runs: []report.StageRun{in(live, report.Skipped)}}, "not-assessed needs an answer from a live stack"},
		"degraded":                  {finding.Control{}, report.Input{Runs: []report.StageRun{unseenGap(rules)}}, "not-assessed stage hardening: degraded"},
		"error":                     {finding.Control{}, report.Input{Runs: []report.StageRun{rules, in(live, report.Failed)}}, "not-assessed stage dast: error"},
		"accepted":                  {finding.Control{}, report.Input{Exceptions: accept, Runs: []report.StageRun{unseenGap(rules)}}, "not-assessed stage hardening did not see everything: accepted gap/no-version"},
		"existing":                  {finding.Control{}, report.Input{Base: []report.StageRun{unseenGap(rules)}, Unchanged: same("app/requirements.txt"), Runs: []report.StageRun{unseenGap(rules)}}, "not-assessed stage hardening did not see everything: existing gap/no-version"},
		"another stage is blind":    {finding.Control{}, report.Input{Runs: []report.StageRun{rules, blind("deps", unseen(gap.NoVersion))}}, "satisfied"},
		"only a probe proves it":    {finding.Control{Proof: []string{"probe"}}, report.Input{Runs: []report.StageRun{rules, in(live, report.Skipped)}}, "not-assessed needs an answer from a live stack"},
		"the probe proved it":       {finding.Control{Proof: []string{"probe"}}, report.Input{Runs: []report.StageRun{rules, live}}, "satisfied"},
		"the probe had nothing":     {finding.Control{Proof: []string{"probe"}}, report.Input{Runs: []report.StageRun{rules, stage("dast", "p", 0, 0)}}, "not-assessed needs an answer from a live stack"},
		"two proofs":                {finding.Control{Proof: []string{"probe", "registry"}}, report.Input{Runs: []report.StageRun{rules, live}}, "not-assessed needs an answer from the registry"},
		"nobody here can prove it":  {finding.Control{Proof: []string{"host"}}, report.Input{Runs: []report.StageRun{rules}}, "not-assessed needs an answer from the host itself"},
		"a person says so":          {finding.Control{Declared: true}, report.Input{Runs: []report.StageRun{rules}}, "declared"},
		"a person said too little":  {finding.Control{Declared: true}, report.Input{Runs: []report.StageRun{stage("hardening", "a", 1, 1)}}, "not-assessed 1 of 2 satisfy it, 1 not seen"},
		"a person said otherwise":   {finding.Control{Declared: true}, report.Input{Runs: []report.StageRun{violated}}, "not-satisfied"},
		"a person said nothing":     {finding.Control{Declared: true, Assessed: []string{"evidence"}}, report.Input{}, "not-assessed needs an answer from dated evidence in the repository"},
		"a declaration is no proof": {finding.Control{Declared: true, Proof: []string{"probe"}}, report.Input{Runs: []report.StageRun{rules}}, "not-assessed needs an answer from a live stack"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.control.ID = "C"
			tt.in.Now, tt.in.FailOn, tt.in.Controls = now, "new", []finding.Control{tt.control}
			c := report.Build(tt.in).Controls[0]
			if diff := cmp.Diff(tt.want, strings.TrimSpace(string(c.State)+" "+c.Reason)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
