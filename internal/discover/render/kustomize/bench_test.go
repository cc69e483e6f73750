package kustomize

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

// shop is a base with n workloads and an overlay with a patch for each tenth.
func shop(n int) map[string]string {
	var base, overlay, web strings.Builder
	base.WriteString("resources: [web.yaml]\n")
	overlay.WriteString("resources: [../base]\nnamespace: shop\nnamePrefix: prod-\ncommonLabels: {team: a}\nimages: [{name: acme/app, newTag: '2'}]\npatches:\n")
	for i := range n {
		fmt.Fprintf(&web, "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-%d}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: web, image: 'acme/app:1', envFrom: [{configMapRef: {name: c-%d}}]}\n", i, i)
		fmt.Fprintf(&web, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c-%d}\ndata: {a: b}\n", i)
		if i%10 == 0 {
			fmt.Fprintf(&overlay, "- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web-%d}\n    spec: {replicas: 3}\n", i)
		}
	}
	return map[string]string{"base/kustomization.yaml": base.String(), "base/web.yaml": web.String(), "o/kustomization.yaml": overlay.String()}
}

func BenchmarkRender(b *testing.B) {
	for _, n := range []int{1, 20, 200} {
		b.Run(fmt.Sprint(2*n, " objects"), func(b *testing.B) {
			tree := rendertest.Repository(b, shop(n))
			for b.Loop() {
				if out := Render(b.Context(), tree, "o"); len(out.Problems) > 0 || len(out.Objects) != 2*n {
					b.Fatal(out.Problems)
				}
			}
		})
	}
}

// BenchmarkLocate finds every value of what was rendered.
func BenchmarkLocate(b *testing.B) {
	out := Render(b.Context(), rendertest.Repository(b, shop(20)), "o")
	for b.Loop() {
		for _, o := range out.Objects {
			rendertest.Leaves(o.Model, nil, func(path []any, _ any) { o.Locator.Locate(path) })
		}
	}
}
