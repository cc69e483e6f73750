package source

import (
	"fmt"
	"math"

	"go.yaml.in/yaml/v4"
)

// Value is the document as JSON-like values: map[string]any, []any, string, bool, int,
// float64 and nil, with aliases and merge keys resolved. Parse has bounded its size. A
// scalar that contradicts its own tag (!!int abc) is an *Error.
func (d *Doc) Value() (any, error) {
	var first error
	value := Decode(d.Root, func(n *yaml.Node) any {
		v, err := decodeScalar(n)
		if err != nil && first == nil {
			first = &Error{Location: d.at(n), Message: fmt.Sprintf("%q is not a %s", n.Value, n.Tag)}
		}
		return v
	})
	return value, first
}

// Decode turns a node of a parsed document into values; scalar decides about leaves.
func Decode(n *yaml.Node, scalar func(*yaml.Node) any) any {
	n = Deref(n)
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := make(map[string]any, len(n.Content)/2)
		decodeMapping(n, out, scalar)
		return out
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, item := range n.Content {
			out[i] = Decode(item, scalar)
		}
		return out
	}
	return scalar(n)
}

// decodeMapping adds the members that out does not have yet: own keys come first, so
// that a merge source never overrides them.
func decodeMapping(n *yaml.Node, out map[string]any, scalar func(*yaml.Node) any) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := Deref(n.Content[i])
		if _, ok := out[key.Value]; !ok && !merge(key) {
			out[key.Value] = Decode(n.Content[i+1], scalar)
		}
	}
	for _, from := range mergeSources(n) {
		decodeMapping(from, out, scalar)
	}
}

// Scalar is the value of a leaf by the YAML 1.2 core schema. What JSON cannot express
// (dates, binary, not-a-number) stays the text as written.
func Scalar(n *yaml.Node) any {
	v, _ := decodeScalar(n)
	return v
}

func decodeScalar(n *yaml.Node) (any, error) {
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value, fmt.Errorf("decode scalar: %w", err)
	}
	return plainValue(n, v), nil
}

func plainValue(n *yaml.Node, v any) any {
	switch x := v.(type) {
	case nil, bool, int, string:
		return x
	case int64:
		return int(x)
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return n.Value
		}
		return x
	}
	return n.Value
}
