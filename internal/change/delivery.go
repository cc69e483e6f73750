package change

import (
	"maps"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// deliverers are the kinds of objects that deploy what lies elsewhere.
var deliverers = [...]string{"Application", "HelmRelease", "Kustomization", "HelmChart"}

// manner are the members of their specifications that say when and how often, not what.
var manner = [...]string{"interval", "retryInterval", "timeout", "syncPolicy", "revisionHistoryLimit", "ignoreDifferences", "info"}

// delivers reports whether a gap is about what the object fetches.
func (t *thing) delivers(g finding.Gap) bool {
	return g.Rule == gap.RemoteSource && slices.Contains(deliverers[:], t.class)
}

// delivery is the part of such an object that decides what is deployed.
func delivery(model any) any {
	object, ok := model.(map[string]any)
	if !ok {
		return model
	}
	object = maps.Clone(object)
	delete(object, "status")
	if spec, ok := object["spec"].(map[string]any); ok {
		object["spec"] = lacking(spec, func(key string) bool { return slices.Contains(manner[:], key) })
	}
	if meta, ok := object["metadata"].(map[string]any); ok {
		notes, _ := meta["annotations"].(map[string]any)
		meta = lacking(meta, func(key string) bool { return key != "name" && key != "namespace" })
		// the image updater takes its orders from annotations
		meta["annotations"] = lacking(notes, func(key string) bool { return !strings.Contains(key, "image-updater") })
		object["metadata"] = meta
	}
	return object
}

// lacking is a copy that lacks some members.
func lacking(m map[string]any, drop func(key string) bool) map[string]any {
	out := map[string]any{}
	for key, value := range m {
		if !drop(key) {
			out[key] = value
		}
	}
	return out
}
