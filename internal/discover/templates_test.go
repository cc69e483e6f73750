package discover

import (
	"testing"

	"github.com/stella-ops/assure/internal/discover/render/rendertest"
)

func TestTemplates(t *testing.T) {
	const deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ name }}}\n"
	checkAll(t, map[string]recognition{
		"Jinja":              {"-- k8s/a.yaml.j2 --\n" + deployment, []string{"template-not-rendered k8s/a.yaml.j2:1"}},
		"Go":                 {"-- compose.yml.tmpl --\nservices:\n  web:\n    image: {{ .Image }}\n", []string{"template-not-rendered compose.yml.tmpl:1"}},
		"no ending":          {"-- k8s/a.yaml --\n" + deployment, []string{"template-not-rendered k8s/a.yaml:1"}},
		"broken braces":      {"-- k8s/a.yaml --\napiVersion: v1\nkind: Pod\n{{- if .x\nspec: {}\n", []string{"template-not-rendered k8s/a.yaml:1"}},
		"one for each place": {"-- a/1.yaml --\n" + deployment + "-- a/2.yaml --\n" + deployment + "-- b/1.yaml.j2 --\n" + deployment, []string{"template-not-rendered a/1.yaml:1", "template-not-rendered b/1.yaml.j2:1"}},
		"a Dockerfile":       {"-- Dockerfile.tmpl --\nFROM {{ .Base }}\nRUN x\n", []string{"template-not-rendered Dockerfile.tmpl:1"}},
		"mail":               {"-- mail.yaml.j2 --\nsubject: Dear {{ name }}\n", nil},
		"settings":           {"-- settings.yaml --\ngreeting: {{ name }}\n", nil},
	})
}

// TestTemplateMessage counts the files that one gap speaks for.
func TestTemplateMessage(t *testing.T) {
	t.Parallel()
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ x }}}\n"
	p := buildPlan(t, rendertest.Unpack("-- a/1.yaml --\n"+pod+"-- a/2.yaml --\n"+pod))
	const want = "2 files of this directory hold template marks, so what they deploy is decided elsewhere and was not judged"
	if len(p.Problems) != 1 || p.Problems[0].Message != want {
		t.Errorf("%v", p.Problems)
	}
}
