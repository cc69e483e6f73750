// Package pod finds the specifications of pods inside of Kubernetes objects, and what is
// wrong with their types.
package pod

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Pod is one specification of pods inside of an object.
type Pod struct {
	// Path leads to it.
	Path []any
	// Spec is what holds for all of its containers.
	Spec    map[string]any
	Members []Member
	// Part is true when something else completes it: its lack of a setting says nothing.
	Part bool
}

// Member is one container of a pod.
type Member struct {
	Name string
	// Sort is the key under which it stands.
	Sort string
	Path []any
	Body map[string]any
}

// deploysNothing are the groups whose objects hold pods as patterns or schemas.
var deploysNothing = regexp.MustCompile(`(^|\.)(kyverno\.io|gatekeeper\.sh|apiextensions\.k8s\.io|policy\.sigstore\.dev)$`)

// Find returns the pods of an object, that of a well-known kind first. Custom resources
// hold pods in places of their own, so every place is looked at.
func Find(obj map[string]any) []Pod {
	if deploysNothing.MatchString(group(obj)) {
		return nil
	}
	f := &finder{known: container.PodPath(obj)}
	if f.known != nil {
		f.plain(f.known, value.Object(value.Lookup(obj, f.known)))
	}
	for _, key := range value.Keys(obj) {
		if key != "status" {
			f.walk([]any{key}, obj[key])
		}
	}
	return f.pods
}

// group is the API group of an object, empty for the core.
func group(obj map[string]any) string {
	name, _, ok := strings.Cut(value.Text(obj["apiVersion"]), "/")
	if !ok {
		return ""
	}
	return name
}

type finder struct {
	known []any
	pods  []Pod
}

func (f *finder) walk(path []any, v any) {
	switch n := v.(type) {
	case []any:
		for i, item := range n {
			f.walk(value.Under(path, i), item)
		}
	case map[string]any:
		if f.known != nil && slices.Equal(path, f.known) {
			return
		}
		if f.workflow(path, n) || f.task(path, n) || f.custom(path, n) {
			return
		}
		for _, key := range value.Keys(n) {
			f.walk(value.Under(path, key), n[key])
		}
	}
}

// custom takes a mapping with containers for a pod when one of them has an image.
func (f *finder) custom(path []any, spec map[string]any) bool {
	if !anyImage(spec["containers"]) {
		return false
	}
	f.plain(path, spec)
	return true
}

func (f *finder) plain(path []any, spec map[string]any) {
	p := Pod{Path: path, Spec: spec}
	for _, sort := range []string{"initContainers", "containers", "ephemeralContainers"} {
		p.list(path, spec, sort)
	}
	f.pods = append(f.pods, p)
}

// list adds the containers of a list.
func (p *Pod) list(path []any, from map[string]any, sort string) {
	for i, v := range value.List(from[sort]) {
		body, at := value.Object(v), value.Under(path, sort, i)
		p.Members = append(p.Members, Member{named(body, nil, called(at)), sort, at, body})
	}
}

// anyImage reports whether some item of a list names an image.
func anyImage(v any) bool {
	items, _ := v.([]any)
	return slices.ContainsFunc(items, hasImage)
}

func hasImage(v any) bool {
	ref, _ := value.Object(v)["image"].(string)
	return ref != ""
}
