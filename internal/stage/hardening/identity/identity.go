// Package identity names places in documents by what stands there, so that the name stays
// the same when the document is written, ordered or placed differently.
package identity

import (
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// Of names the place that a path leads to in a model: its keys, the items of lists by their
// content, and the value itself where that is what may be exchanged. Sources of mounts below
// the root are relative to it, wherever the repository lies.
func Of(root string, model any, path []any) string {
	var name strings.Builder
	var keys []string
	v := model
	for _, step := range path {
		switch s := step.(type) {
		case string:
			keys, v = append(keys, s), value.Object(v)[s]
			name.WriteString("." + s)
		case int:
			v = at(v, s)
			if item := itemName(root, keys, v); item != "" {
				name.WriteString("[" + item + "]")
			}
		}
	}
	if len(path) > 0 && !isIndex(path[len(path)-1]) {
		name.WriteString(worth(keys, v))
	}
	return strings.TrimPrefix(name.String(), ".")
}

func at(v any, i int) any {
	if l := value.List(v); i >= 0 && i < len(l) {
		return l[i]
	}
	return nil
}

func isIndex(step any) bool {
	_, is := step.(int)
	return is
}

// guarded are the keys below which values are mostly secrets: the key has to do.
var guarded = []string{"environment", "env", "data", "stringData", "args", "command", "entrypoint", "test", "lines"}

// worth is the value with an equals sign, where exchanging it makes another finding. A switch
// is there or not, the name of the object is its subject's, and the version of an image is
// none of its name.
func worth(keys []string, v any) string {
	last := keys[len(keys)-1]
	if slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(guarded, k) }) || container.IsSecretKey(last) {
		return ""
	}
	if _, is := v.(bool); is || slices.Equal(keys, []string{"metadata", "name"}) {
		return ""
	}
	text := strings.TrimSpace(value.Text(v))
	if last == "image" || last == "from" {
		text = withoutVersion(text)
	}
	if strings.Trim(text, "0.") == "" || slices.Contains([]string{"false", "no", "off", "null", "none"}, strings.ToLower(text)) {
		return ""
	}
	return "=" + short(text)
}

// withoutVersion is the name of an image, or of whatever ends in a version.
func withoutVersion(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndex(ref, ":"); colon > strings.LastIndex(ref, "/") {
		ref = ref[:colon]
	}
	return ref
}
