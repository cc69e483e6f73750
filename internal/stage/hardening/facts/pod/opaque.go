package pod

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// containerKeys are keys that stand beside an image where a controller makes pods of it.
var containerKeys = [...]string{
	"args", "command", "driver", "env", "envFrom", "executor", "podSecurityContext", "ports", "resources", "securityContext", "volumeMounts",
}

// values are keys below which stand settings of a chart, which is judged where it is rendered.
var values = [...]string{"metadata", "status", "values", "valuesObject"}

// Opaque are the parts of a custom resource from which a controller makes pods in a way
// of its own, so that no rule can judge them.
func Opaque(obj map[string]any, pods []Pod) []Flaw {
	g := group(obj)
	if !strings.Contains(g, ".") || deploysNothing.MatchString(g) {
		return nil
	}
	c := &checker{}
	c.seek(nil, obj, pods)
	return c.flaws
}

func (c *checker) seek(path []any, v any, pods []Pod) {
	if len(path) > 0 && slices.ContainsFunc(pods, func(p Pod) bool { return slices.Equal(p.Path, path) }) {
		return
	}
	switch n := v.(type) {
	case []any:
		for i, item := range n {
			c.seek(value.Under(path, i), item, pods)
		}
	case map[string]any:
		if at := podLike(n); at != "" {
			c.note(value.Under(path, at), "a controller makes pods of this in a way that no rule knows")
			return
		}
		for _, key := range value.Keys(n) {
			if !slices.Contains(values[:], key) {
				c.seek(value.Under(path, key), n[key], pods)
			}
		}
	}
}

// podLike is the key that makes a mapping look like a pod or a container; empty when
// none does.
func podLike(m map[string]any) string {
	for _, key := range []string{"hostIPC", "hostNetwork", "hostPID"} {
		if m[key] == true {
			return key
		}
	}
	if value.Object(m["securityContext"])["privileged"] == true {
		return "securityContext"
	}
	if hasImage(m) && slices.ContainsFunc(containerKeys[:], func(key string) bool { return m[key] != nil }) {
		return "image"
	}
	return ""
}
