package hardening

import (
	"maps"
	"slices"
)

// selector is a label selector: every part must hold.
type selector struct {
	parts []requirement
	// broken selectors, which the API refuses, select nothing.
	broken bool
}

// requirement is one condition on a label.
type requirement struct {
	key, operator string
	values        []string
}

// newSelector reads matchLabels and matchExpressions; a selector without either
// selects everything.
func newSelector(v any) selector {
	s := exactSelector(object(v)["matchLabels"])
	for _, item := range list(object(v)["matchExpressions"]) {
		e := object(item)
		r := requirement{key: text(e["key"]), operator: text(e["operator"])}
		for _, value := range list(e["values"]) {
			r.values = append(r.values, text(value))
		}
		s.broken = s.broken || r.key == "" || !slices.Contains([]string{"In", "NotIn", "Exists", "DoesNotExist"}, r.operator)
		s.parts = append(s.parts, r)
	}
	return s
}

// exactSelector reads a mapping of labels to the values they must have.
func exactSelector(v any) selector {
	var s selector
	for _, key := range slices.Sorted(maps.Keys(object(v))) {
		s.parts = append(s.parts, requirement{key: key, operator: "In", values: []string{text(object(v)[key])}})
	}
	return s
}

func (s selector) matches(labels map[string]any) bool {
	if s.broken {
		return false
	}
	return !slices.ContainsFunc(s.parts, func(r requirement) bool { return !r.matches(labels) })
}

func (r requirement) matches(labels map[string]any) bool {
	v, has := labels[r.key]
	switch r.operator {
	case "In":
		return has && slices.Contains(r.values, text(v))
	case "NotIn":
		return !has || !slices.Contains(r.values, text(v))
	case "Exists":
		return has
	default:
		return !has
	}
}

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
		k := [3]string{r.namespace, key, text(v)}
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
