package workload

import (
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// resource is one Kubernetes object of the plan with what it is joined to.
type resource struct {
	// index is the document's place in the plan.
	index int
	dir   string
	// overlay is the kustomization that rendered it: overlays describe separate clusters.
	overlay                      string
	kind, group, namespace, name string
	obj                          map[string]any
	// work is set for an object that makes pods.
	work *workload
	// product is the store that a Service leads to.
	product string
	related related
}

// identity is what makes two documents the same object.
type identity struct{ kind, group, namespace, name string }

func (r *resource) identity() identity { return identity{r.kind, r.group, r.namespace, r.name} }

func (r *resource) spec() map[string]any { return value.Object(r.obj["spec"]) }

func newResource(i int, doc *plan.Document, roles map[string]string) *resource {
	meta := value.Object(doc.Model["metadata"])
	group, _, hasGroup := strings.Cut(value.Text(doc.Model["apiVersion"]), "/")
	r := &resource{
		index: i, dir: path.Dir(doc.Name), kind: value.Text(doc.Model["kind"]), name: value.Text(meta["name"]),
		namespace: namespaceOf(meta["namespace"]), obj: doc.Model, related: newRelated(), overlay: doc.Overlay,
	}
	if doc.Overlay != "" {
		r.dir = doc.Overlay
	}
	if hasGroup {
		r.group = group
	}
	r.work = newWorkload(r, roles)
	r.product = storeBehind(doc.Model)
	return r
}

// namespaceOf is a namespace as written; an object that names none is in default.
func namespaceOf(v any) string {
	if ns := value.Text(v); ns != "" {
		return ns
	}
	return "default"
}
