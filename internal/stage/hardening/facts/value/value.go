// Package value reads decoded YAML and JSON: mappings, lists, scalars and paths into
// them.
package value

import (
	"fmt"
	"maps"
	"slices"
)

// Name is the name of a Kubernetes object.
func Name(model map[string]any) string { return Text(Object(model["metadata"])["name"]) }

// Objects returns v as a mapping whose values are mappings, so that rules need not ask
// whether a network or volume without settings is null.
func Objects(v any) map[string]any {
	out := map[string]any{}
	for k, item := range Object(v) {
		out[k] = map[string]any{}
		if m := Object(item); m != nil {
			out[k] = m
		}
	}
	return out
}

// Object returns v as a mapping, nil when it is none.
func Object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// List returns v as a list; a single value is a list of one, nothing an empty one.
func List(v any) []any {
	switch l := v.(type) {
	case nil:
		return []any{}
	case []any:
		return l
	case []string:
		out := make([]any, len(l))
		for i, s := range l {
			out[i] = s
		}
		return out
	default:
		return []any{v}
	}
}

// Text returns a scalar as written in YAML, empty for nothing.
func Text(v any) string {
	switch s := v.(type) {
	case nil, map[string]any, []any:
		return ""
	case string:
		return s
	default:
		return fmt.Sprint(s)
	}
}

// Texts returns v as a mapping of texts.
func Texts(v any) map[string]string {
	out := map[string]string{}
	for k, item := range Object(v) {
		out[k] = Text(item)
	}
	return out
}

// Keys are the sorted keys of a mapping.
func Keys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
