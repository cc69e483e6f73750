package kustomize

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// locator finds places of a rendered object's values: the last instruction that has the
// value, be it a patch or a setting of a kustomization, else the object's own document.
// What is nowhere in the sources stands at the nearest part of the object.
type locator struct {
	entry *kust
	doc   *source.Doc
	kind  string
	// called are the object's name in its source and as rendered.
	called []string
	// base is the object in its source file, below root; nil for a generated one.
	base *source.Doc
	root *yaml.Node
	// made is what generated the object, nil for one from a file.
	made *generator
	// layers are the kustomizations that may have changed it, the last first.
	layers []*kust
}

// locator finds out where an object came from. An object whose origin was lost stands
// at the kustomization.
func (c *closure) locator(k *kust, doc *source.Doc, model map[string]any, from *resource.Origin) *locator {
	meta := render.Map(model["metadata"])
	l := &locator{entry: k, doc: doc, kind: render.Text(model["kind"]), called: []string{render.Text(meta["name"])}}
	name := ""
	switch {
	case from == nil:
	case from.Path != "":
		name = path.Join(k.dir, from.Path)
		l.fromFile(c, name)
		name = path.Dir(name)
	case from.ConfiguredIn != "":
		dir := path.Dir(path.Join(k.dir, from.ConfiguredIn))
		name = dir
		l.generated(c.kusts[dir])
	}
	l.layers = k.layers(name)
	return l
}

// fromFile finds the document; the library's name of it is file/index.
func (l *locator) fromFile(c *closure, name string) {
	f := c.files[path.Dir(name)]
	i, err := strconv.Atoi(path.Base(name))
	if f == nil || err != nil || i < 0 || i >= len(f.docs) {
		return
	}
	l.base, l.root = f.docs[i], source.Deref(f.docs[i].Root)
	if _, items := source.Child(l.root, "items"); items != nil && items.Kind == yaml.SequenceNode {
		l.root = l.item(items)
	}
	if n := nodeAt(l.root, []any{"metadata", "name"}); n != nil && n.Value != l.called[0] {
		l.called = append(l.called, n.Value)
	}
}

// item is the member of a List that the object was made of: the longest name that its
// own contains.
func (l *locator) item(items *yaml.Node) (best *yaml.Node) {
	long := -1
	for _, item := range items.Content {
		_, kind := source.Child(item, "kind")
		name := nodeAt(item, []any{"metadata", "name"})
		if name == nil || kind != nil && kind.Value != l.kind || !strings.Contains(l.called[0], name.Value) || len(name.Value) <= long {
			continue
		}
		best, long = source.Deref(item), len(name.Value)
	}
	return best
}

// reaches tells whether a kustomization takes an object from a file, or generates it in
// a directory.
func (k *kust) reaches(name string) bool {
	if k.dir == name || slices.Contains(k.resources, name) {
		return true
	}
	for _, list := range [...][]*kust{k.bases, k.components} {
		if slices.ContainsFunc(list, func(sub *kust) bool { return sub.reaches(name) }) {
			return true
		}
	}
	return false
}

// layers are the kustomizations that change what comes from a file, the last first.
func (k *kust) layers(name string) (out []*kust) {
	out = append(out, k)
	for _, sub := range slices.Backward(k.components) {
		out = append(out, sub.layers(name)...)
	}
	for _, sub := range k.bases {
		if sub.reaches(name) {
			out = append(out, sub.layers(name)...)
		}
	}
	return out
}

// file is the one that the object stands in.
func (l *locator) file() string {
	switch {
	case l.base != nil:
		return l.base.Name
	case l.made != nil:
		return l.made.kust.name
	}
	return l.entry.name
}

// files are all that made the object.
func (l *locator) files() []string {
	names := []string{l.file()}
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, k := range l.layers {
		add(k.name)
		for _, p := range k.patches {
			for _, d := range p.docs {
				if p.hits(d, l.kind, l.called) {
					add(d.Name)
				}
			}
		}
	}
	return names
}

// Locate implements source.Locator.
func (l *locator) Locate(path []any) (finding.Location, source.Grade) {
	nodes := []*yaml.Node{l.doc.Root}
	for _, step := range path {
		_, next := source.Child(nodes[len(nodes)-1], step)
		if next == nil {
			break
		}
		nodes = append(nodes, next)
	}
	known := len(nodes) - 1
	missing := known < len(path)
	if missing {
		if at, ok := l.removed(path[:known+1], nodes); ok {
			return at, source.Item
		}
	}
	for n := known; n > 0; n-- {
		at, grade, ok := l.value(path[:n], nodes[:n+1], missing || n < known)
		switch {
		case !ok:
		case missing && grade != source.Rendered:
			return at, source.Parent
		case n < known:
			return at, source.Rendered
		default:
			return at, grade
		}
	}
	at := l.self()
	if missing {
		return at, source.Parent
	}
	return at, l.grade(len(path))
}

// grade is that of the place of the whole object.
func (l *locator) grade(steps int) source.Grade {
	switch {
	case steps > 0 || l.base == nil && l.made == nil:
		return source.Rendered
	case l.made != nil:
		return source.Item
	}
	return source.Exact
}

// self is the place of the object as a whole.
func (l *locator) self() finding.Location {
	switch {
	case l.root != nil:
		if key, n := source.Child(l.root, "kind"); key != nil {
			return at(l.base, key, n)
		}
		return at(l.base, nil, l.root)
	case l.made != nil:
		return l.made.self()
	}
	return l.entry.at()
}

// at is the place of a value: a scalar's own text, the key of everything else.
func at(d *source.Doc, key, n *yaml.Node) finding.Location {
	own := source.Deref(n)
	if key != nil && (own.Kind != yaml.ScalarNode || own.Value == "" && own.Style == 0) {
		n = key
	}
	return finding.Location{URI: d.Name, Region: d.Region(source.Deref(n))}
}

// value finds the place of an existing value. For the key alone any source that has it
// will do, the object's own first.
func (l *locator) value(path []any, nodes []*yaml.Node, keyOnly bool) (finding.Location, source.Grade, bool) {
	own := l.own(path, nodes)
	last := source.Deref(nodes[len(nodes)-1])
	switch {
	case !own.found():
	case keyOnly || last.Kind != yaml.ScalarNode:
		return own.at, source.Exact, true
	case own.same:
		return own.at, own.grade, true
	}
	for _, k := range l.layers {
		if at, grade, ok := l.layer(k, path, nodes, keyOnly); ok {
			return at, grade, true
		}
	}
	switch {
	case !own.found():
		return finding.Location{}, "", false
	case len(path) > 0 && path[len(path)-1] == "name" && strings.Contains(last.Value, own.text) && own.text != "":
		return own.at, source.Item, true
	}
	return own.at, source.Rendered, true
}

// Related names the object's own value where something else overrides it.
func (l *locator) Related(path []any) (out []finding.Related) {
	nodes := []*yaml.Node{l.doc.Root}
	for _, step := range path {
		_, next := source.Child(nodes[len(nodes)-1], step)
		if next == nil {
			return nil
		}
		nodes = append(nodes, next)
	}
	if own := l.own(path, nodes); own.found() && !own.same {
		if at, _ := l.Locate(path); at != own.at {
			out = append(out, finding.Related{Location: own.at, Message: "the value here is overridden"})
		}
	}
	return out
}

// spot is what a source says for a path.
type spot struct {
	at    finding.Location
	grade source.Grade
	// same is true when it is the value that was rendered.
	same bool
	text string
}

func (s spot) found() bool { return s.grade != "" }

// own looks into the object's own source.
func (l *locator) own(path []any, nodes []*yaml.Node) spot {
	if l.made != nil {
		return l.made.value(path)
	}
	if l.root == nil {
		return spot{}
	}
	key, n := walk(l.root, path, nodes)
	if n == nil {
		return spot{}
	}
	return spot{at(l.base, key, n), source.Exact, same(n, nodes[len(nodes)-1]), source.Deref(n).Value}
}

// same tells whether two nodes mean the same; lists and mappings are compared by kind.
func same(a, b *yaml.Node) bool {
	a, b = source.Deref(a), source.Deref(b)
	if a.Kind != b.Kind {
		return false
	}
	return a.Kind != yaml.ScalarNode || a.Value == b.Value || render.Text(render.Scalar(a)) == render.Text(render.Scalar(b))
}
