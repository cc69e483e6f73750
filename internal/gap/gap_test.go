package gap_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/gap"
)

// TestRules checks that every kind says what a reader needs, under an id of its own.
func TestRules(t *testing.T) {
	t.Parallel()
	rules := gap.Rules()
	if !slices.IsSortedFunc(rules, func(a, b gap.Rule) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the kinds are not sorted")
	}
	for i, r := range rules {
		if i > 0 && r.ID == rules[i-1].ID {
			t.Errorf("%s is there twice", r.ID)
		}
		if !strings.HasPrefix(r.ID, gap.Prefix) || r.Title == "" || r.Description == "" || r.Remediation == "" {
			t.Errorf("%s is incomplete: %+v", r.ID, r)
		}
		if r.Final && !r.Content {
			t.Errorf("%s is final, but no content decides it", r.ID)
		}
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		gap.NoLockFile: "", gap.ImageNotScanned: "", "compose/privileged": "", "": "",
		gap.NotParsed: "can never be accepted", gap.Crashed: "can never be accepted", "gap/other": "is no kind of gap", "gap/": "is no kind of gap",
	} {
		if got := gap.Refusal(rule); got == "" != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", rule, got, want)
		}
	}
}
