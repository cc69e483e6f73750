package kubernetes_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/discover/kubernetes"
	"github.com/stella-ops/assure/internal/source"
)

func TestParametersOfImages(t *testing.T) {
	type image struct {
		Ref, Raw   string
		Unresolved []string
	}
	for name, tt := range map[string]struct {
		text string
		want []image
	}{
		"tekton default": {
			"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  params: [{name: builder, default: acme/b:1}]\n  steps: [{name: s, image: $(params.builder)}]\n",
			[]image{{"acme/b:1", "$(params.builder)", nil}},
		},
		"tekton without default": {
			"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  params: [{name: tag}]\n  steps: [{name: s, image: \"acme/b:$(params.tag)\"}]\n",
			[]image{{"acme/b:$(params.tag)", "acme/b:$(params.tag)", []string{"tag"}}},
		},
		"argo value": {
			"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  arguments: {parameters: [{name: tag, value: \"2\"}]}\n  templates: [{name: a, container: {image: \"acme/w:{{workflow.parameters.tag}}\"}}]\n",
			[]image{{"acme/w:2", "acme/w:{{workflow.parameters.tag}}", nil}},
		},
		"openshift template": {
			"apiVersion: template.openshift.io/v1\nkind: Template\nparameters: [{name: TAG, value: \"3\"}]\nobjects:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec: {containers: [{name: c, image: \"acme/o:${TAG}\"}]}\n",
			[]image{{"acme/o:3", "acme/o:3", nil}},
		},
		"no parameter": {
			"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: \"acme/p:1\"}]}\n",
			[]image{{"acme/p:1", "acme/p:1", nil}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			docs, err := source.Parse("a.yaml", []byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			model, _ := source.Decode(docs[0].Root, source.Scalar).(map[string]any)
			var got []image
			for _, d := range kubernetes.Objects(kubernetes.Origin{Name: "a.yaml", Files: []string{"a.yaml"}, At: docs[0]}, nil, model) {
				for _, im := range kubernetes.Images(d) {
					got = append(got, image{im.Ref, im.Raw, im.Unresolved})
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
