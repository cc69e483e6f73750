package discover

import (
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
	"github.com/stella-ops/assure/internal/plan"
)

const bases = `-- base/kustomization.yaml --
resources: [web.yaml]
-- base/web.yaml --
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: "registry.example.org/web:1"}]
`

// An overlay is judged as it would be applied; its base and patches are not judged alone.
func TestKustomize(t *testing.T) {
	t.Parallel()
	p := buildPlan(t, rendertest.Unpack(bases+"-- prod/kustomization.yaml --\nresources: [../base]\nimages: [{name: registry.example.org/web, digest: 'sha256:"+
		strings.Repeat("a", 64)+"'}]\n"))
	if len(p.Problems) > 0 || len(p.Documents) != 1 || len(p.Images) != 1 {
		t.Fatalf("problems %v, %d documents, images %v", p.Problems, len(p.Documents), p.Images)
	}
	if d := p.Documents[0]; d.Kind != plan.Kubernetes || d.Name != "base/web.yaml" {
		t.Errorf("document %s %s", d.Kind, d.Name)
	}
	if im := p.Images[0]; !strings.Contains(im.Ref, "@sha256:") || im.Location.URI != "prod/kustomization.yaml" {
		t.Errorf("image %+v", im)
	}
}

// A kustomization that does not render blinds the stages; a circle is reported too.
func TestKustomizeProblems(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"remote": "-- kustomization.yaml --\nresources: [github.com/acme/web]\n",
		"circle": "-- a/kustomization.yaml --\nresources: [../b]\n-- b/kustomization.yaml --\nresources: [../a]\n",
	} {
		p := buildPlan(t, rendertest.Unpack(text))
		if len(p.Gaps("hardening")) == 0 || len(p.Gaps("images")) == 0 {
			t.Errorf("%s: problems %v", name, p.Problems)
		}
	}
}
