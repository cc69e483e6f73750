package policy

import (
	"maps"
	"slices"
)

// metadataKey is where Trivy's checks expect the place of a mapping.
const metadataKey = "__defsec_metadata"

// WithPlaces copies an object so that every mapping in it carries the number of its
// place, and returns the places by number: paths from the object. The first place is
// that of the object as a whole.
func WithPlaces(object map[string]any) (copied map[string]any, places [][]any) {
	p := placer{places: [][]any{{"kind"}}}
	return p.mapping(object, nil), p.places
}

type placer struct{ places [][]any }

func (p *placer) value(v any, path []any) any {
	switch x := v.(type) {
	case map[string]any:
		return p.mapping(x, path)
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = p.value(item, append(slices.Clip(path), i))
		}
		return out
	}
	return v
}

func (p *placer) mapping(m map[string]any, path []any) map[string]any {
	out := make(map[string]any, len(m)+1)
	at := 0
	if len(path) > 0 {
		at = len(p.places)
		p.places = append(p.places, path)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out[key] = p.value(m[key], append(slices.Clip(path), key))
	}
	out[metadataKey] = map[string]any{"startline": at}
	return out
}
