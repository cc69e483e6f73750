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

// TestMalformedObjects keeps judging what is right and says exactly what is not.
func TestMalformedObjects(t *testing.T) {
	t.Parallel()
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  template:\n    spec:\n"
	for name, tt := range map[string]struct {
		text         string
		gaps, judged []string
		unsure       string
	}{
		"security context": {
			head + "      containers:\n        - {name: web, image: web, securityContext: [privileged]}\n        - {name: log, image: log, securityContext: {privileged: true}}\n",
			[]string{"gap/object-malformed a.yaml:8 [Deployment/shop/web] securityContext must be a mapping, but it is a list"},
			[]string{"9 kubernetes/privileged"}, "kubernetes/privileged",
		},
		"volumes": {
			head + "      containers: [{name: web, image: web}]\n      hostNetwork: true\n      volumes:\n        data: {hostPath: {path: /}}\n",
			[]string{"gap/object-malformed a.yaml:9 [Deployment/shop] volumes must be a list, but it is a mapping"},
			[]string{"8 kubernetes/host-namespace"}, "kubernetes/host-path",
		},
		"no pod": {
			head[:len(head)-1] + " [x]\n",
			[]string{"gap/object-malformed a.yaml:6 [Deployment/shop] spec must be a mapping, but it is a list"}, []string{}, "kubernetes/privileged",
		},
		"custom": {
			"apiVersion: x.org/v1\nkind: Cache\nmetadata: {name: shop}\nspec:\n  replicas: 2\n  image: x\n  resources: {}\n",
			[]string{"gap/custom-workload a.yaml:6 [Cache/shop] a controller makes pods of this in a way that no rule knows"}, []string{}, "kubernetes/privileged",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := repository(t, map[string]string{"a.yaml": tt.text})
			set := judge(t, p, "strict")
			if diff := cmp.Diff(tt.gaps, gapLines(set)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.judged, hits(lines(set), "kubernetes/privileged", "kubernetes/host-namespace")); diff != "" {
				t.Error(diff)
			}
			if set.Unknown[tt.unsure] == 0 {
				t.Errorf("%s is sure", tt.unsure)
			}
		})
	}
}

// TestPodsOfCustomResources judges containers wherever a custom resource holds them.
func TestPodsOfCustomResources(t *testing.T) {
	t.Parallel()
	const privileged = "{name: c, image: x, securityContext: {privileged: true}}"
	for name, tt := range map[string]struct{ text, want string }{
		"workflow":  {"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: a}\nspec:\n  templates:\n    - {name: t, script: " + privileged + "}\n", "6 kubernetes/privileged"},
		"cron":      {"apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: a}\nspec:\n  workflowSpec:\n    hostNetwork: true\n    templates: [{name: t, container: {image: x}}]\n", "6 kubernetes/host-namespace"},
		"task":      {"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: a}\nspec:\n  steps:\n    - " + privileged + "\n", "6 kubernetes/privileged"},
		"rollout":   {"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a}\nspec:\n  template:\n    spec: {containers: [" + privileged + "]}\n", "6 kubernetes/privileged"},
		"clone set": {"apiVersion: apps.kruise.io/v1alpha1\nkind: CloneSet\nmetadata: {name: a}\nspec:\n  template:\n    spec: {containers: [" + privileged + "]}\n", "6 kubernetes/privileged"},
		"revision":  {"apiVersion: serving.knative.dev/v1\nkind: Revision\nmetadata: {name: a}\nspec:\n  timeoutSeconds: 3\n  containers: [" + privileged + "]\n", "6 kubernetes/privileged"},
		"template":  {"apiVersion: v1\nkind: PodTemplate\nmetadata: {name: a}\ntemplate:\n  metadata: {}\n  spec: {containers: [" + privileged + "]}\n", "6 kubernetes/privileged"},
		"second":    {"apiVersion: x.org/v1\nkind: Gang\nmetadata: {name: a}\nspec:\n  one: {containers: [{name: b, image: x}]}\n  two: {hostPID: true, containers: [{name: b, image: x}]}\n", "6 kubernetes/host-namespace"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := judge(t, repository(t, map[string]string{"a.yaml": tt.text}), "guide")
			if diff := cmp.Diff([]string{tt.want}, hits(lines(set), "kubernetes/privileged", "kubernetes/host-namespace")); diff != "" || len(set.Gaps) > 0 {
				t.Error(diff, set.Gaps)
			}
		})
	}
}
