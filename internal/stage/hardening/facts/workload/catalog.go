package workload

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

// catalog finds labelled objects without looking at each of them.
type catalog struct {
	// inside are the objects of a namespace, pairs those with a label of that value.
	inside map[string][]*resource
	pairs  map[[3]string][]*resource
}

func newCatalog() catalog {
	return catalog{inside: map[string][]*resource{}, pairs: map[[3]string][]*resource{}}
}

func (c catalog) add(r *resource, labels map[string]any) {
	c.inside[r.namespace] = append(c.inside[r.namespace], r)
	for key, v := range labels {
		k := [3]string{r.namespace, key, value.Text(v)}
		c.pairs[k] = append(c.pairs[k], r)
	}
}

// candidates are the objects of the namespace that a selector may select: those with
// the rarest label that it asks for.
func (c catalog) candidates(namespace string, s selector) []*resource {
	best := c.inside[namespace]
	for _, r := range s.parts {
		if r.operator == "In" && len(r.values) == 1 {
			if found := c.pairs[[3]string{namespace, r.key, r.values[0]}]; len(found) < len(best) {
				best = found
			}
		}
	}
	return best
}
