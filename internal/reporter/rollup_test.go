package reporter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// TestRollUp shows four or more findings of one subject at one place as one line, and
// leaves alone what differs in anything that a reader must see.
func TestRollUp(t *testing.T) {
	t.Parallel()
	one := func(rule string, line int, change func(*report.Finding)) report.Finding {
		f := report.Finding{Stage: "hardening", Class: report.Introduced}
		f.Rule, f.Subject, f.Message, f.Severity = rule, "web", rule+" is wrong", finding.High
		f.Location = finding.Location{URI: "compose.yaml", Region: finding.Region{StartLine: line, StartColumn: 3, EndLine: line, EndColumn: 6}}
		if change != nil {
			change(&f)
		}
		return f
	}
	list := []report.Finding{
		one("a", 2, nil), one("x", 9, nil), one("b", 2, nil), one("c", 2, nil), one("b", 2, nil), one("d", 2, nil),
		one("e", 2, func(f *report.Finding) { f.Subject = "db" }),
		one("f", 2, func(f *report.Finding) { f.Class = report.Existing }),
		one("k", 2, func(f *report.Finding) { f.Severity = finding.Critical }),
		one("l", 2, func(f *report.Finding) { f.Gates = true }),
		one("g", 3, nil), one("h", 3, nil), one("i", 3, nil),
	}
	lines, counts := rollUp(list)
	var got []string
	for _, l := range lines {
		got = append(got, l.Message)
	}
	want := []string{
		"5 findings here, also b, c, d: a is wrong", "x is wrong", "e is wrong", "f is wrong", "k is wrong", "l is wrong", "g is wrong", "h is wrong", "i is wrong",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{5, 1, 1, 1, 1, 1, 1, 1, 1}, counts); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(list[0].Message, "here") {
		t.Error("the report itself was changed")
	}
}
