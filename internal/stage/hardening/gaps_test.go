package hardening_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/hardening"
)

const twoObjects = `kind: ConfigMap
apiVersion: v1
metadata: {name: settings}
---
kind: Pod
apiVersion: v1
metadata: {name: shop}
spec: {containers: [{name: web, image: web}]}
`

// gapLines are a set's gaps as rule, place, subject and the message's beginning.
func gapLines(set finding.Set) (out []string) {
	for _, g := range set.Gaps {
		message, _, _ := strings.Cut(g.Message, ":")
		out = append(out, fmt.Sprintf("%s %s:%d [%s] %s", g.Rule, g.Location.URI, g.Location.Region.StartLine, g.Subject, message))
	}
	slices.Sort(out)
	return out
}

func TestSlowRules(t *testing.T) {
	t.Parallel()
	endless := labPack("count([1 | some i in numbers.range(1, 9000); some j in numbers.range(1, 9000); i + j == 0]) == 0")
	p := repository(t, map[string]string{"pod.yaml": twoObjects, "compose.yaml": "services: {web: {image: web}}\n"})
	set, err := hardening.New(engine(t, "baseline", endless), config.Hardening{}).Within(2*time.Second).Run(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"gap/not-evaluated compose.yaml:1 [] compose.yaml was not judged"}, gapLines(set)); diff != "" {
		t.Error(diff)
	}
	if _, ok := set.Seen["compose.yaml"]; ok || !strings.Contains(set.Gaps[0].Message, "did not finish within 2s") {
		t.Errorf("%v %v", set.Seen, set.Gaps)
	}
}

// broken panics when it is asked for a place.
type broken struct{}

func (broken) Locate([]any) (finding.Location, source.Grade) { panic("no places") }

func TestCrashIsAGap(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{"pod.yaml": twoObjects, "compose.yaml": "services: {web: {image: web}}\n"})
	p.Config = nil
	for i := range p.Documents {
		if p.Documents[i].Kind == plan.Compose || p.Documents[i].Model["kind"] == "Pod" {
			p.Documents[i].Locator = broken{}
		}
	}
	set := judge(t, p, "strict")
	want := []string{
		"gap/crashed compose.yaml:1 [] the program failed while it judged compose.yaml",
		"gap/crashed pod.yaml:1 [Pod/shop] the program failed while it judged Pod/shop",
	}
	if diff := cmp.Diff(want, gapLines(set)); diff != "" {
		t.Error(diff)
	}
}

func TestFailingRuleIsAGap(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{"compose.yaml": "services: {web: {image: web, user: seven}}\n"})
	set := judge(t, p, "baseline", labPack("to_number(service.user) == 8"))
	if diff := cmp.Diff([]string{"gap/not-evaluated compose.yaml:1 [] compose.yaml was not judged"}, gapLines(set)); diff != "" {
		t.Error(diff)
	}
	if rule, ok := gap.Lookup(set.Gaps[0].Rule); !ok || rule.Final {
		t.Errorf("kind %+v", rule)
	}
}

// TestSeen lists what was judged, and nothing that no rule read.
func TestSeen(t *testing.T) {
	t.Parallel()
	p := repository(t, map[string]string{
		"compose.yaml":             "services: {web: {image: web}}\n",
		"compose.override.yml":     "services: {web: {user: '7'}}\n",
		"k8s/pod.yaml":             twoObjects,
		"k8s/map.yaml":             "kind: ConfigMap\napiVersion: v1\nmetadata: {name: other}\n",
		"chart/Chart.yaml":         "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
		"chart/values.yaml":        "image: web\n",
		"chart/templates/p.yaml":   "kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec: {containers: [{name: web, image: {{ .Values.image }}}]}\n",
		"Dockerfile":               "FROM scratch\nUSER 7\n",
		"SECURITY.md":              "# Security\n\nWrite to security@example.org.\n",
		"notes.md":                 "# Notes\n",
		".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n",
		"main.go":                  "package main\n",
	})
	seen := judge(t, p, "strict").Seen
	for _, file := range []string{
		"compose.yaml", "compose.override.yml", "k8s/pod.yaml", "chart/templates/p.yaml", "chart/values.yaml", "Dockerfile", "SECURITY.md",
		".github/workflows/ci.yml",
	} {
		if !strings.HasSuffix(seen[file], "rules") && !strings.HasSuffix(seen[file], "1 rule") {
			t.Errorf("%s: %q", file, seen[file])
		}
	}
	for _, file := range []string{"main.go", "k8s/none.yaml"} {
		if by, ok := seen[file]; ok {
			t.Errorf("%s: %s", file, by)
		}
	}
}
