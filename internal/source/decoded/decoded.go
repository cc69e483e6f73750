// Package decoded reads values that were decoded from YAML or JSON: maps, lists and scalars.
package decoded

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/source"
)

// Join returns the path with further steps, never sharing memory.
func Join(path []any, more ...any) []any { return append(path[:len(path):len(path)], more...) }

// At follows a path through maps and lists; nil when it does not exist.
func At(v any, path []any) any {
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

// Text is a value as it prints; nothing is empty.
func Text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Keys are the keys of a mapping, sorted.
func Keys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Scalars is the text at a path; none where it is missing or an expression itself.
func Scalars(v any, path []any) []string {
	switch x := At(v, path).(type) {
	case nil, map[string]any, []any:
		return nil
	default:
		if s := Text(x); !strings.Contains(s, "${{") {
			return []string{s}
		}
		return nil
	}
}
