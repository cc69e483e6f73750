package workload

import (
	"errors"
	"fmt"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// maxComparisons bounds the work of joining objects: a repository with thousands of
// objects needs a tenth of it.
const maxComparisons = 2_000_000

// ErrTooMany is why objects count as not joined.
var ErrTooMany = errors.New("the Kubernetes objects select each other in too many ways to follow, so some were judged alone; split the repository or narrow the selectors")

// Cluster are all Kubernetes objects of a plan, joined once a run.
type Cluster struct {
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

func newCluster(p *plan.Plan, roles map[string]string) *Cluster {
	c := &Cluster{
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

func (c *Cluster) add(r *resource, doc *plan.Document) {
	c.resources = append(c.resources, r)
	c.byDocument[doc] = r
	c.byIdentity[r.identity()] = append(c.byIdentity[r.identity()], r)
	if r.work != nil {
		c.pods.add(r, r.work.labels)
		c.claimed(r, value.Object(value.Lookup(r.obj, container.PodPath(r.obj))))
	}
	if r.kind == "Service" && r.group == "" {
		c.services.add(r, value.Object(value.Object(r.obj["metadata"])["labels"]))
	}
}

// of returns the object that a document holds; one that the plan does not list stands
// alone.
func (c *Cluster) of(doc *plan.Document) *resource {
	if r := c.byDocument[doc]; r != nil {
		return r
	}
	return newResource(0, doc, nil)
}

// spend takes n comparisons from the budget; false when it is used up.
func (c *Cluster) spend(n int) bool {
	c.left -= n
	return c.left >= 0
}

// selected are the objects of the catalog that from selects in a namespace.
func (c *Cluster) selected(from *resource, in catalog, namespace string, s selector, labels func(*resource) map[string]any) []*resource {
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
func (c *Cluster) named(from *resource, id identity) []*resource {
	var out []*resource
	for _, r := range c.byIdentity[id] {
		if c.nearest(from, r) {
			out = append(out, r)
		}
	}
	return out
}

// Join joins the plan's Kubernetes objects. They are hostile text like all else: a
// panic must not cost the documents of other kinds. The objects are returned with the
// error as well.
func Join(p *plan.Plan, roles map[string]string) (c *Cluster, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = newCluster(&plan.Plan{}, nil), fmt.Errorf("the program failed while it joined the Kubernetes objects: %v", r)
			c.left = -1
		}
	}()
	if c = newCluster(p, roles); !c.Whole() {
		err = ErrTooMany
	}
	return c, err
}

// Whole reports whether every join was followed to its end.
func (c *Cluster) Whole() bool { return c.left >= 0 }
