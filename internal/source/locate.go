package source

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// Locate finds the place of a path: a scalar's own text, the key of a mapping or list,
// the first line of a list item. A missing path yields its nearest existing ancestor.
func (d *Doc) Locate(path []any) (finding.Location, Grade) {
	if d.Root == nil {
		return finding.Top(d.Name), Parent
	}
	parent, place := d.anchor(), d.anchor()
	node := Deref(d.Root)
	for _, step := range path {
		key, value := Child(node, step)
		if value == nil {
			return d.at(parent), Parent
		}
		node = Deref(value)
		parent, place = value, value
		if key != nil {
			parent, place = key, key
		}
		if node.Kind == yaml.ScalarNode && (key == nil || !empty(node)) {
			place = node
		}
	}
	return d.at(place), Exact
}

// anchor is what stands for the document as a whole: its first key.
func (d *Doc) anchor() *yaml.Node {
	if n := Deref(d.Root); n.Kind == yaml.MappingNode && len(n.Content) > 0 {
		return n.Content[0]
	}
	return d.Root
}

func (d *Doc) at(n *yaml.Node) finding.Location {
	return finding.Location{URI: d.Name, Region: d.Region(n)}
}

// Region is the text of a node: all of a scalar, the first line of a collection.
func (d *Doc) Region(n *yaml.Node) finding.Region { return d.text.node(n) }

// empty tells a scalar without text, such as the value of "key:".
func empty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&quoted == 0
}

// Child takes one step down from a node: into a mapping by key, with aliases resolved
// and merge keys obeyed, or into a list by index. The key is nil for a list item; both
// are nil when there is no such child.
func Child(n *yaml.Node, step any) (key, value *yaml.Node) {
	n = Deref(n)
	if n == nil {
		return nil, nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		return member(n, fmt.Sprint(step), 0)
	case yaml.SequenceNode:
		if i, ok := Index(step); ok && i >= 0 && i < len(n.Content) {
			return nil, n.Content[i]
		}
	}
	return nil, nil
}

// member finds a key of a mapping: its own first, then those of its merge sources in
// order (YAML merge key, type-independent draft of 2005).
func member(n *yaml.Node, name string, depth int) (key, value *yaml.Node) {
	if depth > maxDepth {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := Deref(n.Content[i]); k.Value == name && !merge(k) {
			return n.Content[i], n.Content[i+1]
		}
	}
	for _, from := range mergeSources(n) {
		if key, value := member(from, name, depth+1); key != nil {
			return key, value
		}
	}
	return nil, nil
}

// mergeSources are the mappings that n takes further keys from, strongest first.
func mergeSources(n *yaml.Node) (from []*yaml.Node) {
	for _, ref := range mergeRefs(n) {
		from = append(from, Deref(ref))
	}
	return from
}

// mergeRefs are the merge sources as n names them: aliases or mappings.
func mergeRefs(n *yaml.Node) (refs []*yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !merge(n.Content[i]) {
			continue
		}
		switch v := Deref(n.Content[i+1]); v.Kind {
		case yaml.MappingNode:
			refs = append(refs, n.Content[i+1])
		case yaml.SequenceNode:
			for _, item := range v.Content {
				if Deref(item).Kind == yaml.MappingNode {
					refs = append(refs, item)
				}
			}
		}
	}
	return refs
}

func merge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && key.Style&quoted == 0
}

// Index reads a path step as a list index, whatever number type a rule's result
// arrived in.
func Index(step any) (int, bool) {
	switch v := step.(type) {
	case int:
		return v, true
	case int64:
		return int(v), true
	case float64:
		return int(v), v == math.Trunc(v)
	case json.Number:
		i, err := strconv.Atoi(v.String())
		return i, err == nil
	}
	return 0, false
}

// Keys are the keys of a mapping, those of merge sources included, each once.
func Keys(n *yaml.Node) []string {
	n = Deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	return memberNames(n, map[string]bool{})
}

func memberNames(n *yaml.Node, seen map[string]bool) (names []string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := Deref(n.Content[i]); !merge(k) && !seen[k.Value] {
			seen[k.Value] = true
			names = append(names, k.Value)
		}
	}
	for _, from := range mergeSources(n) {
		names = append(names, memberNames(from, seen)...)
	}
	return names
}
