// Package report turns what the stages returned into one report: merged, excepted,
// classified, sorted and judged. It is pure: time and context are arguments.
package report

import (
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// State is how a stage ended.
type State string

// The six states. Error and Degraded never count as a pass.
const (
	Passed         State = "passed"
	HasFindings    State = "findings"
	NothingToCheck State = "nothing-to-check"
	Skipped        State = "skipped"
	Degraded       State = "degraded"
	Failed         State = "error"
)

// StageRun is one stage's outcome.
type StageRun struct {
	Name  string
	State State
	// Reason explains skipped, degraded and error; empty otherwise.
	Reason string
	// Set is what the stage returned; after an error it may be partial.
	Set finding.Set
	// Files counts the fates of files; the report fills it in from its ledger.
	Files    FileCounts
	Duration time.Duration
}
