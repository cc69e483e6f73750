package hardening

import (
	"errors"
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// maxComparisons bounds the work of joining objects: a repository with thousands of
// objects needs a tenth of it.
const maxComparisons = 2_000_000

// errTooManyObjects says why objects count as not joined.
var errTooManyObjects = errors.New("its objects select each other in too many ways to follow; split the repository or narrow the selectors")

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

func (r *resource) spec() map[string]any { return object(r.obj["spec"]) }

// cluster are all Kubernetes objects of a plan, joined once a run.
type cluster struct {
	resources  []*resource
	byDocument map[*plan.Document]*resource
	byIdentity map[identity][]*resource
	pods       catalog
	services   catalog
	// views are what is known of namespaces and of all, by overlay.
	views map[string]*view
	// claims are the volume claims that hold a store's data.
	claims map[identity]*resource
	// left is what remains of maxComparisons.
	left int
}

func newCluster(p *plan.Plan, roles map[string]string) *cluster {
	c := &cluster{
		byDocument: map[*plan.Document]*resource{}, byIdentity: map[identity][]*resource{},
		pods: newCatalog(), services: newCatalog(), views: map[string]*view{}, claims: map[identity]*resource{},
		left: maxComparisons,
	}
	for i := range p.Documents {
		if doc := &p.Documents[i]; doc.Kind == plan.Kubernetes {
			c.add(newResource(i, doc, roles), doc)
		}
	}
	c.join()
	c.survey()
	return c
}

func newResource(i int, doc *plan.Document, roles map[string]string) *resource {
	meta := object(doc.Model["metadata"])
	group, _, hasGroup := strings.Cut(text(doc.Model["apiVersion"]), "/")
	r := &resource{
		index: i, dir: path.Dir(doc.Name), kind: text(doc.Model["kind"]), name: text(meta["name"]),
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
	if ns := text(v); ns != "" {
		return ns
	}
	return "default"
}

func (c *cluster) add(r *resource, doc *plan.Document) {
	c.resources = append(c.resources, r)
	c.byDocument[doc] = r
	c.byIdentity[r.identity()] = append(c.byIdentity[r.identity()], r)
	if r.work != nil {
		c.pods.add(r, r.work.labels)
		c.claimed(r, object(lookup(r.obj, podPath(r.obj))))
	}
	if r.kind == "Service" && r.group == "" {
		c.services.add(r, object(object(r.obj["metadata"])["labels"]))
	}
}

// of returns the object that a document holds; one that the plan does not list stands
// alone.
func (c *cluster) of(doc *plan.Document) *resource {
	if r := c.byDocument[doc]; r != nil {
		return r
	}
	return newResource(0, doc, nil)
}

// spend takes n comparisons from the budget; false when it is used up.
func (c *cluster) spend(n int) bool {
	c.left -= n
	return c.left >= 0
}

// selected are the objects of the catalog that from selects in a namespace.
func (c *cluster) selected(from *resource, in catalog, namespace string, s selector, labels func(*resource) map[string]any) []*resource {
	var out []*resource
	for _, r := range in.candidates(namespace, s) {
		if !c.spend(1) {
			return out
		}
		if s.matches(labels(r)) && c.nearest(from, r) {
			out = append(out, r)
		}
	}
	return out
}

func podLabels(r *resource) map[string]any { return r.work.labels }

// named are the objects that from names.
func (c *cluster) named(from *resource, id identity) []*resource {
	var out []*resource
	for _, r := range c.byIdentity[id] {
		if c.nearest(from, r) {
			out = append(out, r)
		}
	}
	return out
}

// nearest tells whether no other document with the same object stands nearer to from.
// The same object twice means that directories describe separate clusters.
func (c *cluster) nearest(from, to *resource) bool {
	if from.overlay != to.overlay && from.overlay != "" && to.overlay != "" {
		return false
	}
	twins := c.byIdentity[to.identity()]
	if len(twins) == 1 || !c.spend(len(twins)) {
		return len(twins) == 1
	}
	near := shared(from.dir, to.dir)
	for _, t := range twins {
		if shared(from.dir, t.dir) > near {
			return false
		}
	}
	return true
}

// shared counts the leading directories that two slash paths share.
func shared(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
