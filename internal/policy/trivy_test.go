package policy_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/policies"
)

// replicas is a check as Trivy's users write them, with a helper of its own.
const replicas = `# METADATA
# title: Single replica
# description: One replica is no replica.
# scope: package
# related_resources:
# - https://example.org/replicas
# schemas:
# - input: schema["kubernetes"]
# custom:
#   id: ACME-0001
#   avd_id: AVD-ACME-0001
#   severity: LOW
#   short_code: single-replica
#   recommended_action: Run two.
#   input:
#     selector:
#     - type: kubernetes
package user.kubernetes.ACME0001

import rego.v1

import data.lib.kubernetes

deny contains res if {
	kubernetes.workload
	input.spec.replicas < 2
	res := result.new(sprintf("%s has %d replica", [input.metadata.name, input.spec.replicas]), input.spec)
}
`

const helper = `# METADATA
# custom:
#   library: true
#   input:
#     selector:
#     - type: kubernetes
package lib.kubernetes

import rego.v1

workload if input.kind == "Deployment"
`

// old is a check in the syntax of Rego before 1.0.
const old = `# METADATA
# title: No default namespace
# scope: package
# custom:
#   id: ACME-0002
#   severity: HIGH
#   recommended_action: Name a namespace.
#   input:
#     selector:
#     - type: kubernetes
package user.kubernetes.ACME0002

deny[msg] {
	not input.metadata.namespace
	msg := "no namespace"
}
`

func trivyPack(files map[string]string) policy.Pack {
	fsys := fstest.MapFS{}
	for name, data := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return policy.Pack{Name: "site", Dir: "rules/site", FS: fsys}
}

func deployment(namespace bool) map[string]any {
	meta := map[string]any{"name": "web"}
	if namespace {
		meta["namespace"] = "web"
	}
	return map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta,
		"spec": map[string]any{"replicas": 1, "template": map[string]any{"spec": map[string]any{}}},
	}
}

func TestTrivyChecks(t *testing.T) {
	t.Parallel()
	e := load(t, "guide", trivyPack(map[string]string{"checks/replicas.rego": replicas, "lib/kubernetes.rego": helper, "kubernetes/namespace.rego": old}))
	if !e.WantsPlaces("kubernetes") || e.WantsPlaces("compose") {
		t.Error("only the Kubernetes checks want places")
	}
	object := deployment(false)
	in := map[string]any{"object": object, "facts": map[string]any{"containers": []any{}}, "params": map[string]any{"profile": "guide"}}
	in["object_with_places"], in["places"] = policy.WithPlaces(object)
	out, err := e.Eval(t.Context(), "kubernetes", in)
	if err != nil {
		t.Fatal(err)
	}
	var got []policy.Result
	for _, r := range out.Results {
		if strings.HasPrefix(r.Rule, "site/") {
			got = append(got, r)
		}
	}
	want := []policy.Result{
		{Rule: "site/kubernetes/acme-0001", Message: "web has 1 replica", Path: []any{"spec"}, Identity: []string{"web has 1 replica"}},
		{Rule: "site/kubernetes/acme-0002", Message: "no namespace", Path: []any{"kind"}, Identity: []string{"no namespace"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, r := range e.RulesOf("kubernetes") {
		if r.ID == "site/kubernetes/acme-0001" && (r.Severity != finding.Low || r.Remediation != "Run two." || r.HelpURI != "https://example.org/replicas") {
			t.Errorf("rule is incomplete: %+v", r)
		}
	}
	if len(e.Passed()) > 0 {
		t.Errorf("passed over: %v", e.Passed())
	}
}

// A check for one kind of object leaves the others alone.
func TestTrivySubtypes(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]bool{"deployment": true, "Service": false} {
		check := strings.Replace(old, "- type: kubernetes", "- type: kubernetes\n#       subtypes:\n#       - kind: "+kind, 1)
		e := load(t, "guide", trivyPack(map[string]string{"kubernetes/namespace.rego": check}))
		object := deployment(false)
		in := map[string]any{"object": object, "facts": map[string]any{"containers": []any{}}}
		in["object_with_places"], in["places"] = policy.WithPlaces(object)
		out, err := e.Eval(t.Context(), "kubernetes", in)
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(out.Results, func(r policy.Result) bool { return r.Rule == "site/kubernetes/acme-0002" })
		if got != want {
			t.Errorf("limited to %s: fired %v", kind, got)
		}
	}
}

func TestTrivyChecksThatDoNotLoad(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, passed, fails string
	}{
		{"another type", strings.Replace(replicas, "- type: kubernetes", "- type: dockerfile", 1), "it selects dockerfile; only checks of type kubernetes", ""},
		{"withdrawn", strings.Replace(replicas, "#   severity", "#   deprecated: true\n#   severity", 1), "withdrawn", ""},
		{"no selector", strings.Replace(replicas, "- type: kubernetes", "", 1), "it selects no type of input", ""},
		{"severity", strings.Replace(replicas, "LOW", "UGLY", 1), "", "rules/site/checks/a.rego:1: custom.severity: "},
		{"no deny", strings.Replace(replicas, "deny contains", "warn contains", 1), "", "the check has no deny set"},
		{"helper is missing", replicas, "", "rules/site/checks/a.rego:22: nothing in the packs provides data.lib.kubernetes"},
		{"data", strings.Replace(replicas, "data.lib.kubernetes", "data.k8s", 1), "it needs data.k8s, which Trivy provides", ""},
		{"network", strings.Replace(strings.Replace(replicas, "import data.lib.kubernetes", "", 1), "kubernetes.workload", `http.send({"url": "https://example.org", "method": "get"})`, 1), "", "undefined function http.send"},
		{"not Rego", "package user.kubernetes.x\n\ndeny {{", "", "rules/site/checks/a.rego:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, err := policy.Load(policies.FS, []policy.Pack{trivyPack(map[string]string{"checks/a.rego": tt.file})}, "guide")
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) {
					t.Errorf("got %v, want %s", err, tt.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(e.Passed()) != 1 || !strings.Contains(e.Passed()[0], tt.passed) {
				t.Errorf("passed over: %v, want %s", e.Passed(), tt.passed)
			}
		})
	}
}

func TestWithPlaces(t *testing.T) {
	t.Parallel()
	got, places := policy.WithPlaces(map[string]any{"kind": "Pod", "spec": map[string]any{"containers": []any{map[string]any{"name": "a"}}}})
	at := func(n int) map[string]any { return map[string]any{"startline": n} }
	want := map[string]any{
		"kind": "Pod", "__defsec_metadata": at(0),
		"spec": map[string]any{"__defsec_metadata": at(1), "containers": []any{map[string]any{"name": "a", "__defsec_metadata": at(2)}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]any{{"kind"}, {"spec"}, {"spec", "containers", 0}}, places); diff != "" {
		t.Error(diff)
	}
}
