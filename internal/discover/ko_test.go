package discover

import "testing"

// TestKoReferencesAreBuilt keeps references that ko replaces from being taken for
// images that a registry should have.
func TestKoReferencesAreBuilt(t *testing.T) {
	p := buildPlan(t, map[string]string{
		"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - {name: a, image: ko://example.org/cmd}\n    - {name: b, image: nginx}\n",
	})
	if len(p.Images) != 2 || !p.Images[0].Built || p.Images[1].Built {
		t.Errorf("images: %+v", p.Images)
	}
}
