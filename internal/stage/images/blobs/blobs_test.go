package blobs

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
)

// TestMatch checks that a signature beside a file is none of the files that need one.
func TestMatch(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{}
	for _, name := range []string{"a.dll", "a.dll.sig", "b.dll.sig", "c/d.dll", "c/d.dll.sigstore.json", "e.txt"} {
		p.Files = append(p.Files, plan.File{Name: name})
	}
	c := Check{Plan: p, Set: &finding.Set{}}
	if d := cmp.Diff([]string{"a.dll", "b.dll.sig", "c/d.dll"}, c.match([]string{"**/*.dll", "**/*.dll.*"})); d != "" {
		t.Error(d)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, r := range Rules() {
		if severityOf(r.ID) != r.Severity || r.Title == "" || r.Remediation == "" {
			t.Errorf("%+v", r)
		}
	}
}
