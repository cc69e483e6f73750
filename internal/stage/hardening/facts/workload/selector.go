package workload

import (
	"maps"
	"slices"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
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
	s := exactSelector(value.Object(v)["matchLabels"])
	for _, item := range value.List(value.Object(v)["matchExpressions"]) {
		e := value.Object(item)
		r := requirement{key: value.Text(e["key"]), operator: value.Text(e["operator"])}
		for _, val := range value.List(e["values"]) {
			r.values = append(r.values, value.Text(val))
		}
		s.broken = s.broken || r.key == "" || !slices.Contains([]string{"In", "NotIn", "Exists", "DoesNotExist"}, r.operator)
		s.parts = append(s.parts, r)
	}
	return s
}

// exactSelector reads a mapping of labels to the values they must have.
func exactSelector(v any) selector {
	var s selector
	for _, key := range slices.Sorted(maps.Keys(value.Object(v))) {
		s.parts = append(s.parts, requirement{key: key, operator: "In", values: []string{value.Text(value.Object(v)[key])}})
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
		return has && slices.Contains(r.values, value.Text(v))
	case "NotIn":
		return !has || !slices.Contains(r.values, value.Text(v))
	case "Exists":
		return has
	default:
		return !has
	}
}
