package threats_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestT35_OurOwnWorkflowsArePinned reads what our own pipeline uses of others.
func TestT35_OurOwnWorkflowsArePinned(t *testing.T) {
	names, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	uses, commit := regexp.MustCompile(`(?m)^\s*(?:- )?uses:\s*(\S+)`), regexp.MustCompile(`@[0-9a-f]{40}$`)
	n := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range uses.FindAllStringSubmatch(string(data), -1) {
			if n++; !strings.HasPrefix(use[1], "./") && !commit.MatchString(use[1]) {
				t.Errorf("%s uses %s, which is not a commit", name, use[1])
			}
		}
		if strings.Contains(string(data), "pull_request_target") || !strings.Contains(string(data), "permissions:") {
			t.Errorf("%s has a dangerous trigger, or the permissions that it is given", name)
		}
	}
	if n == 0 {
		t.Error("no use of an action was found")
	}
}
