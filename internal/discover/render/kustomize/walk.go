package kustomize

import (
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/source"
)

// walk follows a path of the rendered object in a source of it. Nodes are the rendered
// ones on the way; list items are found by what tells them apart, because patches and
// sources hold them at other indexes.
func walk(n *yaml.Node, path []any, nodes []*yaml.Node) (key, value *yaml.Node) {
	value = n
	for i, step := range path {
		index, isIndex := source.Index(step)
		list := source.Deref(value)
		if list == nil {
			return nil, nil
		}
		if isIndex && list.Kind == yaml.SequenceNode {
			key, value = nil, counterpart(list, source.Deref(nodes[i]), index)
		} else {
			key, value = source.Child(list, step)
		}
		if value == nil {
			return nil, nil
		}
	}
	return key, value
}

// identities are the keys that tell items of a list apart, in Kubernetes' own objects.
var identities = [...]string{"name", "mountPath", "devicePath", "containerPort", "port", "key", "ip", "topologyKey", "uid", "host", "path"}

// counterpart finds the item of a source's list that became the rendered item.
func counterpart(from, rendered *yaml.Node, index int) *yaml.Node {
	want := rendered.Content[index]
	if id, value := identity(want); id != "" {
		for _, item := range from.Content {
			if _, v := source.Child(item, id); v != nil && same(v, value) {
				return item
			}
		}
		if id != "name" && len(from.Content) == len(rendered.Content) {
			return from.Content[index]
		}
		return nil
	}
	if len(from.Content) == len(rendered.Content) && same(from.Content[index], want) {
		return from.Content[index]
	}
	for _, item := range from.Content {
		if equal(item, want) {
			return item
		}
	}
	return nil
}

func identity(n *yaml.Node) (string, *yaml.Node) {
	for _, key := range identities {
		if _, v := source.Child(n, key); v != nil && source.Deref(v).Kind == yaml.ScalarNode {
			return key, v
		}
	}
	return "", nil
}

// equal compares two values in full.
func equal(a, b *yaml.Node) bool {
	a, b = source.Deref(a), source.Deref(b)
	if !same(a, b) || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if a.Kind == yaml.MappingNode {
			if i%2 == 1 {
				continue
			}
			_, other := source.Child(b, a.Content[i].Value)
			if other == nil || !equal(a.Content[i+1], other) {
				return false
			}
			continue
		}
		if !equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// matches compares a path of an object with one of its fields, as replacements write
// them: bracketed steps and stars stand for any item.
func matches(path []any, field []string) bool {
	if len(path) != len(field) {
		return false
	}
	for i, step := range path {
		if field[i] != render.Text(step) && !wild(field[i]) {
			return false
		}
	}
	return true
}
