package container

import "github.com/stella-ops/assure/internal/stage/hardening/facts/value"

// podPaths lead to the pod's specification in objects that make pods, custom ones
// included.
var podPaths = [][]any{
	{"spec", "jobTemplate", "spec", "template", "spec"},
	{"spec", "template", "spec"},
	{"template", "spec"},
}

// PodPath finds the pod's specification; a Pod is one itself.
func PodPath(obj map[string]any) []any {
	paths := podPaths
	if value.Text(obj["kind"]) == "Pod" {
		paths = [][]any{{"spec"}}
	}
	for _, p := range paths {
		if len(value.List(value.Object(value.Lookup(obj, p))["containers"])) > 0 {
			return p
		}
	}
	return nil
}
