package report

import "fmt"

// decide answers the question of the gate. A run that could not see everything is an
// error even when it found something, because what it did not see may be worse.
func decide(r *Report) (Verdict, []string) {
	verdict, reasons := Pass, []string(nil)
	for _, run := range r.Stages {
		if run.State == Failed || run.State == Degraded {
			verdict = Error
			reasons = append(reasons, fmt.Sprintf("stage %s: %s: %s", run.Name, run.State, run.Reason))
		}
	}
	bySeverity, exploited := 0, 0
	for _, f := range r.Findings {
		switch {
		case f.Gates && r.Threshold.Meets(f.Severity):
			bySeverity++
		case f.Gates:
			exploited++
		}
	}
	if verdict == Pass && bySeverity+exploited > 0 {
		verdict = Fail
	}
	if bySeverity > 0 {
		reasons = append(reasons, gateReason(r, bySeverity)+fmt.Sprintf(" at severity %s or above", r.Threshold))
	}
	if exploited > 0 {
		reasons = append(reasons, gateReason(r, exploited)+" of lower severity that is exploited or likely to be")
	}
	return verdict, reasons
}

func gateReason(r *Report, n int) string {
	what := "findings"
	if n == 1 {
		what = "finding"
	}
	if r.FailOn == "new" {
		what = "new " + what
	}
	return fmt.Sprintf("%d %s", n, what)
}

// ExitCode is 0 for pass, 1 for fail and 2 for error.
func (v Verdict) ExitCode() int {
	switch v {
	case Pass:
		return 0
	case Fail:
		return 1
	default:
		return 2
	}
}
