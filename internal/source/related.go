package source

import (
	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
)

// Passed are the aliases on one step down from a node, as Child takes it: those of merge
// keys, and the value itself when it is one.
func Passed(n *yaml.Node, step any) (aliases []*yaml.Node) {
	n = Deref(n)
	_, value := Child(n, step)
	if value == nil {
		return nil
	}
	for from := n; from != nil && from.Kind == yaml.MappingNode; {
		alias, next := mergedFrom(from, value)
		if alias != nil {
			aliases = append(aliases, alias)
		}
		from = next
	}
	if value.Kind == yaml.AliasNode {
		aliases = append(aliases, value)
	}
	return aliases
}

// mergedFrom finds the merge source of n that holds a value, and the alias by which n
// names it; both are nil when the value is n's own.
func mergedFrom(n, value *yaml.Node) (alias, from *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i+1] == value {
			return nil, nil
		}
	}
	for _, ref := range mergeRefs(n) {
		if from := Deref(ref); holds(from, value, 0) {
			if ref.Kind == yaml.AliasNode {
				alias = ref
			}
			return alias, from
		}
	}
	return nil, nil
}

func holds(n, value *yaml.Node, depth int) bool {
	if depth > maxDepth {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i+1] == value {
			return true
		}
	}
	for _, from := range mergeSources(n) {
		if holds(from, value, depth+1) {
			return true
		}
	}
	return false
}

// Shadowed are the values that a mapping's merge sources have for a key and that a
// stronger one overrides, strongest first.
func Shadowed(n *yaml.Node, name string) (values []*yaml.Node) {
	n = Deref(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	_, used := member(n, name, 0)
	for _, from := range mergeSources(n) {
		if _, v := member(from, name, 0); v != nil && v != used {
			values = append(values, v)
		}
	}
	return values
}

// Related are the further places that explain the value of a path: where the aliases
// stand that brought it there, or the anchor behind one, and what it overrides.
func (d *Doc) Related(path []any) (out []finding.Related) {
	at, _ := d.Locate(path)
	node := Deref(d.Root)
	var shadowed []*yaml.Node
	for _, step := range path {
		_, value := Child(node, step)
		if value == nil {
			return out
		}
		for _, alias := range Passed(node, step) {
			out = append(out, d.Used(alias, at))
		}
		shadowed = nil
		if name, ok := step.(string); ok {
			shadowed = Shadowed(node, name)
		}
		node = Deref(value)
	}
	for _, v := range shadowed {
		if v.Kind == yaml.ScalarNode {
			out = append(out, finding.Related{Location: d.at(v), Message: "the value here is overridden"})
		}
	}
	return out
}

// Used says where an alias stands; when that is the place at, or beside it, it says
// where its anchor stands instead.
func (d *Doc) Used(alias *yaml.Node, at finding.Location) finding.Related {
	use := d.at(alias)
	if at.URI == use.URI && at.Region.StartLine == use.Region.StartLine {
		return finding.Related{Location: d.anchored(alias.Alias), Message: "anchor " + alias.Value + " is defined here"}
	}
	return finding.Related{Location: use, Message: "anchor " + alias.Value + " is used here"}
}

// anchored is the place of a node's anchor.
func (d *Doc) anchored(n *yaml.Node) finding.Location {
	start := d.text.yamlOffset(n.Line, n.Column)
	if start >= len(d.text.data) || d.text.data[start] != '&' {
		return d.at(n)
	}
	return finding.Location{URI: d.Name, Region: d.text.region(start, start+1+len(n.Anchor))}
}
