package plan_test

import (
	"testing"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

func TestPlaceOfImage(t *testing.T) {
	for _, tt := range []struct {
		kind          plan.Kind
		subject, want string
	}{
		{plan.Dockerfile, "0", ""}, {plan.Dockerfile, "web/2", "web"}, {plan.Dockerfile, "build", "build"},
		{plan.Workflow, "job test/step 3", "job test"}, {plan.Compose, "web/2", "web/2"}, {plan.Kubernetes, "Pod/p/1", "Pod/p/1"},
	} {
		if got := (plan.Image{Kind: tt.kind, Subject: tt.subject}).Place(); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.kind, tt.subject, got, tt.want)
		}
	}
}

// places locates a namespace in a file of its own.
type places struct{ object, namespace string }

func (p places) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) > 1 {
		return finding.Top(p.namespace), source.Exact
	}
	return finding.Top(p.object), source.Exact
}

// A namespace counts when the object's own file names it.
func TestNamespace(t *testing.T) {
	object := func(namespace any) map[string]any {
		return map[string]any{"kind": "Pod", "metadata": map[string]any{"name": "p", "namespace": namespace}}
	}
	for name, tt := range map[string]struct {
		doc  plan.Document
		want string
	}{
		"none":        {plan.Document{Model: object(nil)}, ""},
		"no metadata": {plan.Document{Model: map[string]any{}}, ""},
		"default":     {plan.Document{Model: object("default")}, ""},
		"own":         {plan.Document{Model: object("shop")}, "shop"},
		"written":     {plan.Document{Model: object("shop"), Overlay: "prod", Locator: places{"a", "a"}}, "shop"},
		"given":       {plan.Document{Model: object("shop"), Overlay: "prod", Locator: places{"a", "k"}}, ""},
	} {
		if got := tt.doc.Namespace(); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
