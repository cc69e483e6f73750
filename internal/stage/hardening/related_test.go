package hardening_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
)

// A finding points also to what brought its value there.
func TestRelatedPlaces(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{
		"compose.yaml": `x-open: &open
  privileged: true
services:
  web:
    <<: *open
    image: web
  db:
    image: postgres
    privileged: false
    environment: {POSTGRES_PASSWORD: "${DB:-x}"}
`,
		"compose.override.yaml": "services: {db: {privileged: true}}\n",
		".env":                  "# store\nDB=hunter2\n",
		"pod.yaml": `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: a
      securityContext: &open {privileged: true}
    - name: b
      securityContext: *open
`,
	})
	got := map[string][]string{}
	for _, f := range judge(t, p, "strict").Findings {
		if !strings.HasSuffix(f.Rule, "/privileged") && f.Rule != "compose/store-password-literal" {
			continue
		}
		at := f.Rule + " " + f.Subject
		for _, r := range f.Related {
			got[at] = append(got[at], r.Location.String()+" "+r.Message)
		}
	}
	want := map[string][]string{
		"compose/privileged web":            {"compose.yaml:5:9 anchor open is used here"},
		"compose/privileged db":             {"compose.yaml:9:17 the value here is overridden"},
		"compose/store-password-literal db": {".env:2:1 variable DB is set here"},
		"kubernetes/privileged Pod/p/b":     {"pod.yaml:9:24 anchor open is used here"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, f := range judge(t, p, "strict").Findings {
		for i, r := range f.Related {
			if r.Location == f.Location || slices.ContainsFunc(f.Related[:i], func(o finding.Related) bool { return o.Location == r.Location }) {
				t.Errorf("%s %s names %s twice", f.Rule, f.Location, r.Location)
			}
		}
	}
}
