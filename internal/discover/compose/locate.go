package compose

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// Locator finds the place of a value of a Compose model in the file that gave it:
// the strongest file first, then what its service extends, then weaker files. It checks
// that the text found means the value of the model, and is content with the nearest
// ancestor otherwise.
type Locator struct {
	Set   *Set
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
	// bases are the extends by which a service got here.
	bases []finding.Location
}

// trace is how far a view could be followed: to place, whose key is key.
type trace struct {
	view
	place, key *yaml.Node
	grade      source.Grade
	// steps that exist; the path is found when they are all of it.
	steps int
	// end is the node that the steps lead to.
	end *yaml.Node
	// note is called with each node and step on the way, when set.
	note func(node *yaml.Node, step any, value *yaml.Node)
}

// Locate implements source.Locator.
func (l *Locator) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 0 {
		return l.top(), source.Exact
	}
	known := l.known(path)
	if known == len(path) {
		if best, _, found := l.best(path); found {
			return best.location(best.place), best.grade
		}
	}
	best := l.deepest(path[:known])
	if best == nil {
		return l.top(), source.Parent
	}
	if best.key != nil {
		return best.location(best.key), source.Parent
	}
	return best.location(best.place), source.Parent
}

// Node is the document and the node that hold the value of a path.
func (l *Locator) Node(path []any) (*source.Doc, *yaml.Node, bool) {
	t, _, found := l.best(path)
	if !found || t.end == nil {
		return nil, nil, false
	}
	return t.doc, t.end, true
}

// best follows a path that the model has, and tells whether its value was found; weaker
// are the views that the value's own one overrides.
func (l *Locator) best(path []any) (best *trace, weaker []view, found bool) {
	views := l.views(path)
	for i, v := range views {
		t := l.follow(v, path)
		if t.steps == len(path) && t.grade != source.Parent {
			return &t, views[i+1:], true
		}
		if best == nil || better(t, *best) {
			best = &t
		}
	}
	return best, nil, false
}

// deepest finds where something that is missing belongs: the nearest ancestor, in the
// file that says it first.
func (l *Locator) deepest(path []any) (best *trace) {
	for _, v := range l.views(path) {
		if t := l.follow(v, path); best == nil || better(t, *best) {
			best = &t
		}
	}
	return best
}

// top stands for the set as a whole: the first key of its first file.
func (l *Locator) top() finding.Location {
	for _, layer := range l.Set.layers {
		if layer.main {
			at, _ := layer.doc.Locate(nil)
			return at
		}
	}
	return finding.Top(l.Set.Files[0])
}

// better prefers the longer trace, then the set's own files, the first of them.
func better(t, than trace) bool {
	if t.steps != than.steps {
		return t.steps > than.steps
	}
	return t.own
}

// known is how many steps of the path exist in the model.
func (l *Locator) known(path []any) int {
	for n := len(path); n > 0; n-- {
		parent := decoded.At(l.model, path[:n-1])
		switch p := parent.(type) {
		case map[string]any:
			if _, ok := p[decoded.Text(path[n-1])]; ok {
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
func (l *Locator) views(path []any) (out []view) {
	for _, layer := range slices.Backward(l.Set.layers) {
		if layer.doc.Root == nil {
			continue
		}
		if len(path) < 2 || path[0] != "services" && path[0] != "jobs" {
			out = append(out, view{layer: layer, node: layer.doc.Root, own: layer.main})
			continue
		}
		c := chain{set: l.Set, section: decoded.Text(path[0]), seen: map[*yaml.Node]bool{}}
		c.follow(layer, decoded.Text(path[1]), nil)
		out = append(out, c.views...)
	}
	return out
}

// chain gathers a service's own text in a document, then that of the services it extends.
type chain struct {
	set     *Set
	section string
	seen    map[*yaml.Node]bool
	views   []view
}

func (c *chain) follow(in *layer, name string, bases []finding.Location) {
	_, services := source.Child(in.doc.Root, c.section)
	key, node := source.Child(services, name)
	if node == nil || c.seen[node] {
		return
	}
	c.seen[node] = true
	c.views = append(c.views, view{layer: in, from: key, node: node, depth: 2, own: in.main && bases == nil, bases: bases})
	base, file := extended(node)
	if base == "" {
		return
	}
	extends, _ := source.Child(node, "extends")
	bases = append(slices.Clip(bases), finding.Location{URI: in.doc.Name, Region: in.doc.Region(extends)})
	if file == nil {
		c.follow(in, base, bases)
		return
	}
	p, err := c.set.path(in, file, in.dir)
	if err != nil {
		return
	}
	for _, d := range slices.Backward(c.set.read[p]) {
		l := c.set.layer(d, in.env, path.Dir(p))
		l.via = in.via
		c.follow(l, base, bases)
	}
}

// location is the place of a node; without one it is the top of the document.
func (t trace) location(n *yaml.Node) finding.Location {
	if n == nil {
		at, _ := t.doc.Locate(nil)
		return at
	}
	return finding.Location{URI: t.doc.Name, Region: t.doc.Region(n)}
}

// follow walks the path through one view and checks what it finds.
func (l *Locator) follow(v view, path []any) trace {
	t := l.walk(v, path, nil)
	if t.steps == len(path) && t.end != nil && !l.means(&t, t.end, path) {
		t.grade, t.steps = source.Parent, len(path)-1
	}
	return t
}

// walk goes as far down the path as a view does.
func (l *Locator) walk(v view, path []any, note func(node *yaml.Node, step any, value *yaml.Node)) trace {
	t := trace{view: v, place: v.from, key: v.from, grade: source.Exact, steps: v.depth, note: note}
	node := source.Deref(v.node)
	for t.steps < len(path) && t.grade == source.Exact {
		next := l.step(&t, node, path)
		if next == nil {
			return t
		}
		node = next
	}
	t.end = node
	return t
}

// step goes one step down, or all the way where a short form stands for what is left.
// It returns nil when there is nothing to step to.
func (l *Locator) step(t *trace, node *yaml.Node, path []any) *yaml.Node {
	step := path[t.steps]
	_, index := source.Index(step)
	var key, value *yaml.Node
	switch {
	case node.Kind == yaml.ScalarNode:
		return t.short(node, path)
	case node.Kind == yaml.MappingNode && index:
		name, _, _ := strings.Cut(decoded.Text(decoded.At(l.model, path[:t.steps+1])), "=")
		if key, value = source.Child(node, name); value != nil {
			t.grade = source.Item
		}
	case node.Kind == yaml.MappingNode:
		key, value = source.Child(node, step)
	case index:
		value = l.item(t, node, path[:t.steps+1])
	default:
		if value = t.named(node, decoded.Text(step)); value != nil {
			return t.short(value, path)
		}
	}
	if value == nil {
		return nil
	}
	if t.note != nil {
		t.note(node, step, value)
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
