package report

import (
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

// Report is the outcome of a run. Reporters read it and never change it.
type Report struct {
	Tool   Tool
	Target Target
	// Time is when the run began.
	Time time.Time
	// Verdict is the answer, and Reasons say in sentences why it is not pass.
	Verdict Verdict
	Reasons []string
	// FailOn and Threshold are the gate that was applied.
	FailOn    string
	Threshold config.Threshold
	// BaselineReason says why findings could not be compared with the base commit;
	// empty when they were, or when nobody asked.
	BaselineReason string
	// Stages are the runs in list order.
	Stages []StageRun
	// Rules are all rules of all stages, sorted by id.
	Rules []finding.Rule
	// Findings are merged, sorted by place; those with an exception are among them.
	Findings []Finding
	// Fixed are findings of the base commit that are gone.
	Fixed []Finding
	// Gaps are what was not seen, sorted by place; those that do not count are among them.
	Gaps []Gap
	// Ledger is the fate of every file in every stage that ran, by stage, then by file;
	// Files counts the files over all stages.
	Ledger     []finding.Entry
	Files      Files
	Controls   []ControlState
	Exceptions Exceptions
	// Pending are the changes of the policy that hold once the change under test is merged.
	Pending []finding.Change
	// Adopted is true when the change under test brings the first configuration, which
	// counts already where it does not loosen the built-in policy.
	Adopted  bool
	Database *finding.Database
	Counts   Counts
}

// Tool identifies the program.
type Tool struct{ Name, Version string }

// Target identifies what was assessed, and how it is judged.
type Target struct {
	Root, Commit, Ref, Event string
	// Base is the commit that findings are compared with.
	Base string
	// Trust is proposal or trusted, and Reason why this is not the plain case.
	Trust, Reason string
	// Policy is where the policy comes from, and PolicyCommit the commit, empty for the
	// tree under test and the built-in policy.
	Policy, PolicyCommit string
}

// Verdict is the answer of the gate.
type Verdict string

// The verdicts, with exit codes 0, 1 and 2.
const (
	Pass  Verdict = "pass"
	Fail  Verdict = "fail"
	Error Verdict = "error"
)

// Class says how a finding relates to the base commit.
type Class string

// The classes of a finding. Introduced also holds when there is no base to compare;
// newly disclosed are vulnerabilities that the base commit has too, but that became known
// only after it.
const (
	Introduced     Class = "introduced"
	NewlyDisclosed Class = "newly-disclosed"
	Existing       Class = "existing"
	Fixed          Class = "fixed"
)

// Finding is a stage's finding with what the report knows about it.
type Finding struct {
	finding.Finding
	// Stage that found it.
	Stage string
	Class Class
	// Fingerprint is the identity across commits.
	Fingerprint string
	// Controls that it fails, from its rule.
	Controls []string
	// Exception that accepts it, nil when it counts.
	Exception *config.Exception
	// Gates is true when this finding alone fails the gate.
	Gates bool
}

// ControlState is what a run says about one control.
type ControlState struct {
	finding.Control
	State ControlResult
	// Findings counts the hits against the control.
	Findings int
	// Reason says why it was not assessed.
	Reason string
}

// ControlResult is the state of a control in a run.
type ControlResult string

// The states of a control. An excepted finding leaves its control not satisfied. Declared
// means that a person says so and nothing can check it; it is never counted as satisfied.
const (
	Satisfied    ControlResult = "satisfied"
	NotSatisfied ControlResult = "not-satisfied"
	Declared     ControlResult = "declared"
	NotAssessed  ControlResult = "not-assessed"
)

// Exceptions sorts the configured exceptions by what became of them.
type Exceptions struct {
	// Used accepted at least one finding or gap.
	Used []config.Exception
	// Expired no longer hold.
	Expired []config.Exception
	// Unused matched nothing.
	Unused []config.Exception
	// Pending were added by the change under test and do not count yet.
	Pending []config.Exception
}

// Counts are the numbers of findings that no exception accepts, and of gaps.
type Counts struct {
	Critical, High, Medium, Low, Info int
	// Introduced counts those that the change brings.
	Introduced int
	// Excepted counts the accepted ones.
	Excepted int
	// Gaps counts the gaps that degrade a stage.
	Gaps int
}

// Of returns the count for a severity.
func (c Counts) Of(s finding.Severity) int {
	return [...]int{c.Info, c.Low, c.Medium, c.High, c.Critical}[s]
}
