package kustomize

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/source"
)

// notes are the annotations by which the renderer says where an object came from.
var notes = []string{"config.kubernetes.io/origin", "alpha.config.kubernetes.io/transformations"}

// object turns a rendered resource into an object with places.
func (s *set) object(file string, r *resource.Resource) (render.Object, error) {
	model, err := decode(r)
	if err != nil {
		return render.Object{}, err
	}
	origin := file
	if o, err := r.GetOrigin(); err == nil && o != nil {
		for _, p := range []string{o.Path, o.ConfiguredIn} {
			if name := path.Join(path.Dir(file), p); p != "" && s.files[name].docs != nil {
				origin = name
				break
			}
		}
	}
	l := &locator{set: s, root: file, origin: origin, model: model}
	l.kind, l.name = r.GetKind(), r.GetName()
	l.find()
	removeNotes(model)
	return render.Object{File: origin, Files: []string{origin, file}, Model: model, Locator: l}, nil
}

func decode(r *resource.Resource) (map[string]any, error) {
	text, err := r.AsYAML()
	if err != nil {
		return nil, fmt.Errorf("rendered object cannot be read: %w", err)
	}
	docs, err := source.Parse("rendered", text)
	if err != nil || len(docs) == 0 {
		return nil, fmt.Errorf("rendered object cannot be read: %w", err)
	}
	return render.Map(source.Decode(docs[0].Root, render.Scalar)), nil
}

func removeNotes(model map[string]any) {
	meta := render.Map(model["metadata"])
	list := render.Map(meta["annotations"])
	for _, n := range notes {
		delete(list, n)
	}
	if len(list) == 0 {
		delete(meta, "annotations")
	}
}

// locator finds places of a rendered object: in the patches that changed it, else in
// the file that it came from.
type locator struct {
	set          *set
	root, origin string
	// name is the object's, source the one that its file has.
	kind, name, source string
	model              map[string]any
	// own is the object's document, patches those that may have changed it, strongest
	// first.
	own     *source.Doc
	patches []*source.Doc
}

// find picks the documents of the object among the files of the set. A name may have got
// a prefix or a suffix on the way: then the longest name inside it counts.
func (l *locator) find() {
	best := ""
	for _, d := range l.set.files[l.origin].docs {
		kind, name := identity(d)
		if kind == l.kind && strings.Contains(l.name, name) && len(name) > len(best) {
			l.own, best = d, name
		}
	}
	l.source = best
	// Overlays lie nearer to the root than their bases, and win.
	names := l.set.names()
	slices.SortStableFunc(names, func(a, b string) int { return l.distance(a) - l.distance(b) })
	for _, name := range names {
		for _, d := range l.set.files[name].docs {
			if name != l.origin && l.set.files[name].root == nil && l.about(d) {
				l.patches = append(l.patches, d)
			}
		}
	}
}

func (l *locator) distance(name string) int {
	if path.Dir(name) == path.Dir(l.root) {
		return 0
	}
	return 1 + strings.Count(name, "/")
}

// about tells whether a document describes this object, under its old or new name.
func (l *locator) about(d *source.Doc) bool {
	kind, name := identity(d)
	return kind == l.kind && (name == l.source || name == l.name)
}

// identity is a document's kind and name.
func identity(d *source.Doc) (kind, name string) {
	_, k := source.Child(d.Root, "kind")
	_, meta := source.Child(d.Root, "metadata")
	_, n := source.Child(source.Deref(meta), "name")
	if k == nil || n == nil {
		return "", ""
	}
	return k.Value, n.Value
}

// Locate implements source.Locator. A value is exact where a file says it in the same
// words; what a transformer made of it is approximate.
func (l *locator) Locate(p []any) (finding.Location, source.Grade) {
	want, present := dig(l.model, p)
	for _, d := range l.patches {
		if n, ok := l.walk(d, p); ok && present && means(n, want) {
			return finding.Location{URI: d.Name, Region: d.Region(n)}, source.Exact
		}
	}
	if l.own == nil {
		return finding.Top(l.origin), source.Rendered
	}
	at, grade := l.own.Locate(l.translate(l.own, p))
	n, ok := l.walk(l.own, p)
	switch {
	case !present: // it is missing, and that is where it is missing from
		return at, grade
	case ok && means(n, want):
		return at, grade
	}
	if image, ok := l.image(p, n); ok {
		return image, source.Exact
	}
	return at, source.Rendered
}

// means tells whether a node says the value; a mapping or list always does.
func means(n *yaml.Node, want any) bool {
	if n.Kind != yaml.ScalarNode {
		return true
	}
	return render.Text(render.Scalar(n)) == render.Text(want)
}

// walk follows a path of the model in a document.
func (l *locator) walk(d *source.Doc, p []any) (*yaml.Node, bool) {
	steps := l.translate(d, p)
	if len(steps) < len(p) {
		return nil, false
	}
	n := source.Deref(d.Root)
	for _, step := range steps {
		_, v := source.Child(n, step)
		if n = source.Deref(v); n == nil {
			return nil, false
		}
	}
	return n, true
}

// translate turns the indexes of the model into those of the document: items with a
// name are the same by it, wherever they stand.
func (l *locator) translate(d *source.Doc, p []any) []any {
	out := slices.Clone(p)
	n := source.Deref(d.Root)
	for i, step := range p {
		if _, isIndex := source.Index(step); isIndex {
			item, _ := dig(l.model, p[:i+1])
			if j := indexOf(n, render.Text(render.Map(item)["name"])); j >= 0 {
				out[i] = j
			} else if render.Map(item)["name"] != nil {
				return out[:i] // this document has no such item
			}
		}
		_, v := source.Child(n, out[i])
		if n = source.Deref(v); n == nil {
			return out
		}
	}
	return out
}

func indexOf(list *yaml.Node, name string) int {
	if list == nil || list.Kind != yaml.SequenceNode || name == "" {
		return -1
	}
	return slices.IndexFunc(list.Content, func(item *yaml.Node) bool {
		_, v := source.Child(source.Deref(item), "name")
		return v != nil && v.Value == name
	})
}

func dig(v any, p []any) (any, bool) {
	for _, step := range p {
		switch k := step.(type) {
		case string:
			m := render.Map(v)
			if _, ok := m[k]; !ok {
				return nil, false
			}
			v = m[k]
		default:
			i, _ := source.Index(step)
			list, _ := v.([]any)
			if i < 0 || i >= len(list) {
				return nil, false
			}
			v = list[i]
		}
	}
	return v, true
}

// image finds the entry of a kustomization's images that replaced an image.
func (l *locator) image(p []any, written *yaml.Node) (finding.Location, bool) {
	if len(p) == 0 || p[len(p)-1] != "image" || written == nil {
		return finding.Location{}, false
	}
	for _, file := range l.set.names() {
		doc := l.set.files[file].root
		if doc == nil {
			continue
		}
		_, images := source.Child(doc.Root, "images")
		if images = source.Deref(images); images == nil {
			continue
		}
		for _, item := range images.Content {
			_, name := source.Child(item, "name")
			if name == nil || !strings.HasPrefix(written.Value+":", name.Value+":") && !strings.HasPrefix(written.Value, name.Value+"@") {
				continue
			}
			for _, key := range []string{"digest", "newTag", "newName"} {
				if _, v := source.Child(item, key); v != nil {
					return finding.Location{URI: file, Region: doc.Region(v)}, true
				}
			}
		}
	}
	return finding.Location{}, false
}
