package stage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/stage"
)

// fake is a stage whose every answer the test chooses.
type fake struct {
	name string
	skip string
	run  func(ctx context.Context, say func(string)) (finding.Set, error)
}

func (f fake) Name() string           { return f.name }
func (f fake) Skip(*plan.Plan) string { return f.skip }
func (f fake) Run(ctx context.Context, _ *plan.Plan, say func(string)) (finding.Set, error) {
	return f.run(ctx, say)
}

func returns(set finding.Set, err error) func(context.Context, func(string)) (finding.Set, error) {
	return func(context.Context, func(string)) (finding.Set, error) { return set, err }
}

func TestStates(t *testing.T) {
	looked := map[string]int{"files": 2}
	hit := []finding.Finding{{Rule: "r"}}
	gap := finding.Gap{Location: finding.Top("a.lock"), Message: "cannot be read"}
	tests := []struct {
		name  string
		stage fake
		want  report.StageRun
	}{
		{"passed", fake{run: returns(finding.Set{Coverage: looked}, nil)}, report.StageRun{State: report.Passed}},
		{"nothing_to_check", fake{run: returns(finding.Set{Coverage: map[string]int{"files": 0}}, nil)}, report.StageRun{State: report.NothingToCheck}},
		{"findings", fake{run: returns(finding.Set{Findings: hit, Coverage: looked}, nil)}, report.StageRun{State: report.HasFindings}},
		{"a_gap_outweighs_findings", fake{run: returns(finding.Set{Findings: hit, Gaps: []finding.Gap{gap, gap}}, nil)},
			report.StageRun{State: report.Degraded, Reason: "a.lock:1:1: cannot be read (and 1 more)"}},
		{"error_keeps_what_was_found", fake{run: returns(finding.Set{Findings: hit}, errors.New("no database"))},
			report.StageRun{State: report.Failed, Reason: "no database"}},
		{"skipped", fake{skip: "a fork"}, report.StageRun{State: report.Skipped, Reason: "a fork"}},
		{"panic", fake{run: func(context.Context, func(string)) (finding.Set, error) { panic("index out of range") }},
			report.StageRun{State: report.Failed, Reason: "the stage crashed: index out of range; run with --debug and report it"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := stage.Run(t.Context(), []stage.Stage{tt.stage}, &plan.Plan{}, stage.Options{})
			if diff := cmp.Diff(tt.want, got[0], cmpopts.IgnoreFields(report.StageRun{}, "Set", "Duration")); diff != "" {
				t.Errorf("run (-want +got):\n%s", diff)
			}
			if tt.name == "error_keeps_what_was_found" && len(got[0].Set.Findings) != 1 {
				t.Error("the findings before the error are lost")
			}
		})
	}
}

func TestResultsKeepTheListOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stages []stage.Stage
		for i := range 4 {
			stages = append(stages, fake{name: fmt.Sprint(i), run: func(context.Context, func(string)) (finding.Set, error) {
				time.Sleep(time.Duration(4-i) * time.Second)
				return finding.Set{}, nil
			}})
		}
		start := time.Now()
		var names []string
		for _, run := range stage.Run(t.Context(), stages, &plan.Plan{}, stage.Options{}) {
			names = append(names, run.Name)
		}
		if diff := cmp.Diff([]string{"0", "1", "2", "3"}, names); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		if d := time.Since(start); d != 4*time.Second {
			t.Errorf("four stages took %s of fake time: they did not run side by side", d)
		}
	})
}

func TestDeadlines(t *testing.T) {
	polite := func(ctx context.Context, _ func(string)) (finding.Set, error) {
		<-ctx.Done()
		return finding.Set{Findings: []finding.Finding{{Rule: "partial"}}}, fmt.Errorf("scan: %w", ctx.Err())
	}
	deaf := func(context.Context, func(string)) (finding.Set, error) {
		time.Sleep(time.Hour)
		return finding.Set{}, nil
	}
	tests := []struct {
		name    string
		run     func(context.Context, func(string)) (finding.Set, error)
		reason  string
		partial int
	}{
		{"polite", polite, "the stage took longer than 1m0s; see --timeout", 1},
		{"deaf", deaf, "the stage took longer than 1m0s; see --timeout, and it did not stop within 30s", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := stage.Run(t.Context(), []stage.Stage{fake{run: tt.run}}, &plan.Plan{}, stage.Options{Timeout: time.Minute})[0]
				if got.State != report.Failed || got.Reason != tt.reason || len(got.Set.Findings) != tt.partial {
					t.Errorf("got %s %q with %d findings", got.State, got.Reason, len(got.Set.Findings))
				}
				time.Sleep(2 * time.Hour) // let the deaf one end inside the bubble
			})
		})
	}
}

func TestInterruptIsAnErrorWithItsCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupted"))
	got := stage.Run(ctx, []stage.Stage{fake{run: func(ctx context.Context, _ func(string)) (finding.Set, error) {
		return finding.Set{}, ctx.Err()
	}}}, &plan.Plan{}, stage.Options{})[0]
	if got.State != report.Failed || got.Reason != "interrupted" {
		t.Errorf("got %s %q", got.State, got.Reason)
	}
}

func TestOptionsSkipProgressAndDebug(t *testing.T) {
	var mu sync.Mutex
	var heard []string
	var stack string
	stages := []stage.Stage{
		fake{name: "a", run: func(_ context.Context, say func(string)) (finding.Set, error) {
			say("reading")
			panic("boom")
		}},
		fake{name: "b", run: returns(finding.Set{}, nil)},
	}
	runs := stage.Run(t.Context(), stages, &plan.Plan{}, stage.Options{
		Skip: func(name string) string { return map[string]string{"b": "left out by --stages"}[name] },
		Progress: func(s, doing string, done bool) {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, fmt.Sprint(s, " ", doing, " ", done))
		},
		Debug: func(text string) { stack = text },
	})
	if diff := cmp.Diff([]string{"a reading false", "a error true"}, heard); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	if runs[1].State != report.Skipped || runs[1].Reason != "left out by --stages" {
		t.Errorf("b: %s %q", runs[1].State, runs[1].Reason)
	}
	if !strings.Contains(stack, "run_test.go") {
		t.Errorf("debug text does not show where it crashed: %q", stack)
	}
}
