package pod

import (
	"fmt"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Flaw is a value of a type that the API server refuses.
type Flaw struct {
	Path    []any
	Message string
}

// maxFlaws bounds what is said about one object.
const maxFlaws = 20

// wayToPod are the keys on the way to the pod of the kinds that always have one.
var wayToPod = map[string][]string{
	"/Pod": {"spec"}, "/PodTemplate": {"template", "spec"}, "/ReplicationController": {"spec", "template", "spec"},
	"apps/DaemonSet": {"spec", "template", "spec"}, "apps/Deployment": {"spec", "template", "spec"},
	"apps/ReplicaSet": {"spec", "template", "spec"}, "apps/StatefulSet": {"spec", "template", "spec"},
	"batch/CronJob": {"spec", "jobTemplate", "spec", "template", "spec"}, "batch/Job": {"spec", "template", "spec"},
}

// Flaws are the malformed parts of an object: of its pods, or of what rules read in its
// kind.
func Flaws(obj map[string]any, pods []Pod) []Flaw {
	c := &checker{}
	c.check([]any{"metadata"}, obj["metadata"], metaShape)
	if s, ok := kinds[group(obj)+"/"+value.Text(obj["kind"])]; ok {
		c.check([]any{}, obj, s)
	}
	c.way(obj)
	for _, p := range pods {
		if p.Part {
			c.check(p.Path, value.Lookup(obj, p.Path), podless)
			for _, m := range p.Members {
				c.check(m.Path, value.Lookup(obj, m.Path), stepShape)
			}
			continue
		}
		c.check(p.Path, value.Lookup(obj, p.Path), podShape)
	}
	return c.flaws
}

type checker struct{ flaws []Flaw }

func (c *checker) note(path []any, message string) {
	if len(c.flaws) < maxFlaws {
		c.flaws = append(c.flaws, Flaw{path, message})
	}
}

// way checks that a kind that always has a pod leads to one with containers.
func (c *checker) way(obj map[string]any) {
	keys, ok := wayToPod[group(obj)+"/"+value.Text(obj["kind"])]
	if !ok || container.PodPath(obj) != nil {
		return
	}
	at, n := []any{}, obj
	for _, key := range keys {
		at = value.Under(at, key)
		v, there := n[key]
		if n = value.Object(v); n == nil {
			c.note(at, fmt.Sprintf("%s must be a mapping, but it is %s", key, kindOf(v, there)))
			return
		}
	}
	at = value.Under(at, "containers")
	v, there := n["containers"]
	if items, ok := v.([]any); !ok || len(items) == 0 {
		c.note(at, "containers must be a list with a container, but it is "+kindOf(v, there))
	}
}

// check compares a value with a shape; nothing at all fits every one.
func (c *checker) check(path []any, v any, s shape) {
	if v == nil {
		return
	}
	if !s.fits(v) {
		c.note(path, fmt.Sprintf("%s must be %s, but it is %s", called(path), s.word, kindOf(v, true)))
		return
	}
	for _, key := range value.Keys(value.Object(v)) {
		if inner, ok := s.entries[key]; ok {
			c.check(value.Under(path, key), value.Object(v)[key], inner)
		}
	}
	if s.item != nil {
		for i, item := range value.List(v) {
			c.item(value.Under(path, i), item, *s.item)
		}
	}
}

// item checks an item of a list, which cannot be nothing.
func (c *checker) item(path []any, v any, s shape) {
	if v == nil {
		c.note(path, fmt.Sprintf("%s must be %s, but it is empty", called(path), s.word))
	}
	c.check(path, v, s)
}

func (s shape) fits(v any) bool {
	switch v.(type) {
	case map[string]any:
		return s.word == opaque.word
	case []any:
		return s.item != nil
	case string:
		return s.word == text.word
	case bool:
		return s.word == boolean.word
	}
	_, whole := value.Integer(v)
	return s.word == integer.word && whole
}

// called is the last key of a path, with the index behind it.
func called(path []any) string {
	name := ""
	for _, step := range path[max(0, len(path)-2):] {
		if key, ok := step.(string); ok {
			name = key
		} else {
			name = fmt.Sprintf("%s[%v]", name, step)
		}
	}
	return name
}

func kindOf(v any, there bool) string {
	switch n := v.(type) {
	case nil:
		if there {
			return "empty"
		}
		return "missing"
	case map[string]any:
		return "a mapping"
	case []any:
		if len(n) == 0 {
			return "an empty list"
		}
		return "a list"
	case string:
		return "a text"
	case bool:
		return fmt.Sprint(n)
	}
	return "a number"
}
