package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/source"
)

func join(path []any, more ...any) []any { return append(path[:len(path):len(path)], more...) }

// dig follows a path through maps and lists; nil when it does not exist.
func dig(v any, path []any) any {
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[fmt.Sprint(step)]
		case []any:
			i, ok := source.Index(step)
			if !ok || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// scalarsAt is the text at a path; none where it is missing or an expression itself.
func scalarsAt(v any, path []any) []string {
	switch x := dig(v, path).(type) {
	case nil, map[string]any, []any:
		return nil
	default:
		if s := text(x); !strings.Contains(s, "${{") {
			return []string{s}
		}
		return nil
	}
}
