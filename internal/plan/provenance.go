package plan

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// composeLocator finds the place of a value of a Compose model in the file that gave it:
// the strongest file first, then what its service extends, then weaker files. It checks
// that the text found means the value of the model, and is content with the nearest
// ancestor otherwise.
type composeLocator struct {
	set   *set
	model map[string]any
}

// view is a node of one document from which the rest of a path is followed; from is its
// key.
type view struct {
	*layer
	from, node *yaml.Node
	// depth is how many steps of the path lead to node.
	depth int
	// own is true for a main file's own text, not that of a base.
	own bool
}

// trace is how far a view could be followed: to place, whose key is key.
type trace struct {
	view
	place, key *yaml.Node
	grade      source.Grade
	// steps that exist; the path is found when they are all of it.
	steps int
}

// Locate implements source.Locator.
func (l *composeLocator) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 0 {
		return l.top(), source.Exact
	}
	known := l.known(path)
	var best *trace
	for _, v := range l.views(path[:known]) {
		t := l.follow(v, path[:known])
		if t.steps == known && t.grade != source.Parent && known == len(path) {
			return t.location(t.place), t.grade
		}
		if best == nil || better(t, *best) {
			best = &t
		}
	}
	if best == nil {
		return l.top(), source.Parent
	}
	if best.key != nil {
		return best.location(best.key), source.Parent
	}
	return best.location(best.place), source.Parent
}

// top stands for the set as a whole: the first key of its first file.
func (l *composeLocator) top() finding.Location {
	for _, layer := range l.set.layers {
		if layer.main {
			at, _ := layer.doc.Locate(nil)
			return at
		}
	}
	return finding.Top(l.set.files[0])
}

// better prefers the longer trace, then the set's own files, the first of them.
func better(t, than trace) bool {
	if t.steps != than.steps {
		return t.steps > than.steps
	}
	return t.own
}

// known is how many steps of the path exist in the model.
func (l *composeLocator) known(path []any) int {
	for n := len(path); n > 0; n-- {
		parent := dig(l.model, path[:n-1])
		switch p := parent.(type) {
		case map[string]any:
			if _, ok := p[text(path[n-1])]; ok {
				return n
			}
		case []any:
			if i, ok := source.Index(path[n-1]); ok && i >= 0 && i < len(p) {
				return n
			}
		}
	}
	return 0
}

// views are all documents that may hold the path, strongest first.
func (l *composeLocator) views(path []any) (out []view) {
	for _, layer := range slices.Backward(l.set.layers) {
		if layer.doc.Root == nil {
			continue
		}
		if len(path) < 2 || path[0] != "services" && path[0] != "jobs" {
			out = append(out, view{layer: layer, node: layer.doc.Root, own: layer.main})
			continue
		}
		out = append(out, l.chain(layer, text(path[0]), text(path[1]), nil)...)
	}
	return out
}

// chain is a service's own text in a document, then that of the services it extends.
func (l *composeLocator) chain(in *layer, section, name string, seen []*yaml.Node) (out []view) {
	_, services := source.Child(in.doc.Root, section)
	key, node := source.Child(services, name)
	if node == nil || slices.Contains(seen, node) {
		return nil
	}
	out = append(out, view{layer: in, from: key, node: node, depth: 2, own: in.main && seen == nil})
	seen = append(seen, node)
	base, file := extended(node)
	switch {
	case base == "":
		return out
	case file == nil:
		return append(out, l.chain(in, section, base, seen)...)
	}
	p, err := l.set.path(in, file, in.dir)
	if err != nil {
		return out
	}
	for _, d := range slices.Backward(l.set.closure.files[p]) {
		out = append(out, l.chain(l.set.layer(d, in.env, path.Dir(p)), section, base, seen)...)
	}
	return out
}

// location is the place of a node; without one it is the top of the document.
func (t trace) location(n *yaml.Node) finding.Location {
	if n == nil {
		at, _ := t.doc.Locate(nil)
		return at
	}
	return finding.Location{URI: t.doc.Name, Region: t.doc.Region(n)}
}

// follow walks the path through one view.
func (l *composeLocator) follow(v view, path []any) trace {
	t := trace{view: v, place: v.from, key: v.from, grade: source.Exact, steps: v.depth}
	node := source.Deref(v.node)
	for t.steps < len(path) && t.grade == source.Exact {
		next := l.step(&t, node, path)
		if next == nil {
			return t
		}
		node = next
	}
	if t.steps == len(path) && !l.means(&t, node, path) {
		t.grade, t.steps = source.Parent, len(path)-1
	}
	return t
}

// step goes one step down, or all the way where a short form stands for what is left.
// It returns nil when there is nothing to step to.
func (l *composeLocator) step(t *trace, node *yaml.Node, path []any) *yaml.Node {
	step := path[t.steps]
	_, index := source.Index(step)
	var key, value *yaml.Node
	switch {
	case node.Kind == yaml.ScalarNode:
		return t.short(node, path)
	case node.Kind == yaml.MappingNode && index:
		name, _, _ := strings.Cut(text(dig(l.model, path[:t.steps+1])), "=")
		if key, value = source.Child(node, name); value != nil {
			t.grade = source.Item
		}
	case node.Kind == yaml.MappingNode:
		key, value = source.Child(node, step)
	case index:
		value = l.item(t, node, path[:t.steps+1])
	default:
		if value = t.named(node, text(step)); value != nil {
			return t.short(value, path)
		}
	}
	if value == nil {
		return nil
	}
	t.steps++
	target := source.Deref(value)
	t.place, t.key = placeOf(key, value, target), key
	return target
}

// short ends the walk at a scalar that stands for the whole rest of the path.
func (t *trace) short(node *yaml.Node, path []any) *yaml.Node {
	t.place, t.grade, t.steps = node, source.Item, len(path)
	return node
}

// placeOf is what to show for a value: its own text, or the key of a collection.
func placeOf(key, value, target *yaml.Node) *yaml.Node {
	switch {
	case target.Kind == yaml.ScalarNode && (key == nil || target.Value != "" || target.Style != 0):
		return target
	case key != nil:
		return key
	}
	return value
}
