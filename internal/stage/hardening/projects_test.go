package hardening_test

import (
	"path/filepath"
	"strings"
	"testing"
)

var projects = filepath.Join("..", "..", "..", "testdata", "projects")

// Every rule fires on the vulnerable project.
func TestEveryRuleFiresOnTheVulnerableProject(t *testing.T) {
	t.Parallel()
	set := judge(t, build(t, filepath.Join(projects, "vulnerable")), "")
	for _, g := range set.Gaps {
		t.Errorf("%s: %s", g.Location, g.Message)
	}
	seen := map[string]bool{}
	for _, f := range set.Findings {
		seen[f.Rule] = true
	}
	for _, r := range engine(t, "").Rules() {
		if !seen[r.ID] && !aboutLoading[r.ID] {
			t.Errorf("%s does not fire", r.ID)
		}
	}
}

// No rule of any profile fires on the hardened project, and the Kubernetes rules judge
// something there.
func TestNoRuleFiresOnTheHardenedProject(t *testing.T) {
	t.Parallel()
	set := judge(t, build(t, filepath.Join(projects, "hardened")), "")
	for _, f := range set.Findings {
		t.Errorf("%s: %s %s", f.Location, f.Rule, f.Message)
	}
	for _, g := range set.Gaps {
		t.Errorf("%s: %s", g.Location, g.Message)
	}
	for _, r := range engine(t, "guide").RulesOf("kubernetes") {
		if set.Judged[r.ID]+set.Unknown[r.ID] == 0 && !strings.HasSuffix(r.ID, "/mounted-plugin-key") {
			t.Errorf("%s judges nothing", r.ID)
		}
	}
}
