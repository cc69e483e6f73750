package hardening_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// overlays are two kustomizations of one base, of which dev adds a weakness.
func overlays() map[string]string {
	return map[string]string{
		"base/kustomization.yaml":    "resources: [app.yaml]\n",
		"base/app.yaml":              object("Deployment", "backend", "replicas: 2", pods("{app: backend}", "{name: backend, image: acme/backend, securityContext: {privileged: true}}")),
		"dev/kustomization.yaml":     "namePrefix: dev-\nresources: [../base]\npatches: [{path: patch.yaml}]\n",
		"dev/patch.yaml":             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: backend}\nspec: {template: {spec: {hostNetwork: true}}}\n",
		"prod/kustomization.yaml":    "namePrefix: prod-\nresources: [../base, pdb.yaml]\n",
		"prod/pdb.yaml":              object("PodDisruptionBudget", "b", "minAvailable: 1", "selector: {matchLabels: {app: backend}}"),
		"staging/kustomization.yaml": "resources: [../base, 'https://example.com/x.yaml']\n",
	}
}

// A line that several overlays share is one finding that names them; what an overlay
// adds stands in its own file.
func TestOverlays(t *testing.T) {
	t.Parallel()
	set := judge(t, repository(t, overlays()), "strict")
	var got []string
	for _, line := range strings.Split(lines(set), "\n") {
		for _, rule := range []string{"kubernetes/privileged ", "kubernetes/host-namespace "} {
			if strings.Contains(line, rule) {
				got = append(got, line)
			}
		}
	}
	want := []string{
		"base/app.yaml:6:137: critical kubernetes/privileged [Deployment/dev-backend/backend] container backend runs privileged (rendered by dev, prod, staging)",
		"dev/patch.yaml:4:39: high kubernetes/host-namespace [Deployment/dev-backend] Deployment dev-backend shares a namespace of its node (hostNetwork) (rendered by dev)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(set.Gaps) != 1 || set.Gaps[0].Location.String() != "staging/kustomization.yaml:1:22" {
		t.Errorf("gaps %v", set.Gaps)
	}
}

// What one overlay has does not count for another.
func TestOverlaysAreClusters(t *testing.T) {
	t.Parallel()
	files := overlays()
	delete(files, "staging/kustomization.yaml")
	want := []string{"base/app.yaml [Deployment/dev-backend] no PodDisruptionBudget selects Deployment dev-backend (rendered by dev)"}
	if diff := cmp.Diff(want, fired(t, "disruption-budget", files)); diff != "" {
		t.Error(diff)
	}
}

// A policy of one overlay closes no other's namespace; one that stands in a plain
// manifest may close every overlay's.
func TestOverlaysHaveTheirOwnNamespaces(t *testing.T) {
	t.Parallel()
	deny := object("NetworkPolicy", "deny", "podSelector: {}", "policyTypes: [Ingress, Egress]")
	files := overlays()
	delete(files, "staging/kustomization.yaml")
	files["prod/pdb.yaml"] = deny
	want := []string{"base/app.yaml [Namespace/default] namespace default denies no traffic into its pods or out of its pods by default (rendered by dev)"}
	if diff := cmp.Diff(want, fired(t, "default-deny", files)); diff != "" {
		t.Error(diff)
	}
	files["deny.yaml"] = deny
	if diff := cmp.Diff([]string(nil), fired(t, "default-deny", files)); diff != "" {
		t.Error(diff)
	}
}
