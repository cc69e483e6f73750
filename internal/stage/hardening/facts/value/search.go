package value

import (
	"slices"
	"strings"
)

// Find is the path of the first text that contains part; nil when there is none.
func Find(v any, base []any, part string) []any {
	switch n := v.(type) {
	case string:
		if strings.Contains(n, part) {
			return base
		}
	case map[string]any:
		for _, k := range Keys(n) {
			if at := Find(n[k], Under(base, k), part); at != nil {
				return at
			}
		}
	case []any:
		for i, item := range n {
			if at := Find(item, Under(base, i), part); at != nil {
				return at
			}
		}
	}
	return nil
}

// HasKey reports whether a mapping anywhere in v has the key.
func HasKey(v any, key string) bool {
	switch n := v.(type) {
	case map[string]any:
		for k, item := range n {
			if k == key || HasKey(item, key) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(n, func(item any) bool { return HasKey(item, key) })
	}
	return false
}
