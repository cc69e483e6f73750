package kustomize

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// layer looks for a value in what one kustomization does, the last step first.
func (l *locator) layer(k *kust, path []any, nodes []*yaml.Node, keyOnly bool) (finding.Location, source.Grade, bool) {
	value := source.Deref(nodes[len(nodes)-1])
	if value.Kind == yaml.ScalarNode {
		for _, find := range [...]func(*kust, []any, string) (spot, bool){l.replaced, l.image, l.replicas, l.label, l.namespace} {
			if s, ok := find(k, path, value.Value); ok {
				return s.at, s.grade, true
			}
		}
	}
	for _, p := range slices.Backward(k.patches) {
		for _, d := range slices.Backward(p.docs) {
			if !p.hits(d, l.kind, l.called) {
				continue
			}
			key, n := patched(d, path, nodes)
			if n == nil || !keyOnly && !same(n, value) {
				continue
			}
			if own := source.Deref(n); key != nil && own.Kind != yaml.ScalarNode {
				n = key
			}
			at, grade := p.where(d, source.Deref(n))
			return at, grade, true
		}
	}
	return finding.Location{}, "", false
}

// patched finds a value in a patch of either kind.
func patched(d *source.Doc, path []any, nodes []*yaml.Node) (key, value *yaml.Node) {
	root := source.Deref(d.Root)
	if root == nil || root.Kind != yaml.SequenceNode {
		return walk(root, path, nodes)
	}
	for _, op := range slices.Backward(root.Content) {
		_, to := source.Child(op, "path")
		_, v := source.Child(op, "value")
		steps, ok := pointer(to)
		if !ok || v == nil || !leads(steps, path) {
			continue
		}
		if len(steps) == len(path) {
			return nil, v
		}
		if key, n := walk(v, path[len(steps):], nodes[len(steps):]); n != nil {
			return key, n
		}
	}
	return nil, nil
}

// pointer reads the path of an operation (RFC 6901).
func pointer(n *yaml.Node) (steps []string, ok bool) {
	n = source.Deref(n)
	if n == nil || n.Kind != yaml.ScalarNode || !strings.HasPrefix(n.Value, "/") {
		return nil, false
	}
	for step := range strings.SplitSeq(n.Value[1:], "/") {
		steps = append(steps, strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
	}
	return steps, true
}

// leads tells whether a pointer leads to the path or above it; - is the end of a list.
func leads(steps []string, path []any) bool {
	if len(steps) > len(path) {
		return false
	}
	for i, s := range steps {
		_, index := source.Index(path[i])
		if s != render.Text(path[i]) && (s != "-" || !index) {
			return false
		}
	}
	return true
}

// removed finds the patch that takes a value away: an operation remove, or null.
func (l *locator) removed(path []any, nodes []*yaml.Node) (finding.Location, bool) {
	for _, k := range l.layers {
		for _, p := range slices.Backward(k.patches) {
			for _, d := range slices.Backward(p.docs) {
				if n := removal(d, path, nodes); n != nil && p.hits(d, l.kind, l.called) {
					at, _ := p.where(d, n)
					return at, true
				}
			}
		}
	}
	return finding.Location{}, false
}

func removal(d *source.Doc, path []any, nodes []*yaml.Node) *yaml.Node {
	root := source.Deref(d.Root)
	if root != nil && root.Kind == yaml.SequenceNode {
		for _, op := range root.Content {
			_, verb := source.Child(op, "op")
			_, to := source.Child(op, "path")
			if steps, ok := pointer(to); ok && verb != nil && verb.Value == "remove" && len(steps) == len(path) && leads(steps, path) {
				return source.Deref(to)
			}
		}
		return nil
	}
	if last := path[len(path)-1]; len(nodes) == len(path) {
		_, above := walk(root, path[:len(path)-1], nodes)
		key, n := source.Child(above, last)
		if n != nil && key != nil && source.Deref(n).Tag == "!!null" {
			return key
		}
	}
	return nil
}

// setting is the spot of a value in the kustomization.
func (k *kust) setting(grade source.Grade, path ...any) (spot, bool) {
	at, g := k.doc.Locate(path)
	return spot{at: at, grade: grade}, g == source.Exact
}

// replaced finds the replacement that writes to a path.
func (l *locator) replaced(k *kust, path []any, value string) (spot, bool) {
	for _, r := range slices.Backward(k.replacements) {
		for i, t := range r.Targets {
			if t == nil || !selects(t.Select, l.kind, l.called) {
				continue
			}
			for j, f := range t.FieldPaths {
				if !matches(path, fields(f)) {
					continue
				}
				if r.SourceValue != nil && *r.SourceValue == value {
					at, _ := r.doc.Locate(append(slices.Clone(r.path), "sourceValue"))
					return spot{at: at, grade: source.Exact}, true
				}
				at, _ := r.doc.Locate(append(slices.Clone(r.path), "targets", i, "fieldPaths", j))
				return spot{at: at, grade: source.Rendered}, true
			}
		}
	}
	return spot{}, false
}

// image finds the entry of images that made a reference: its digest or tag, else its
// name.
func (l *locator) image(k *kust, path []any, value string) (spot, bool) {
	if len(path) == 0 || path[len(path)-1] != "image" {
		return spot{}, false
	}
	repository := repositoryOf(value)
	for _, list := range [...]string{"imageTags", "images"} {
		_, entries := source.Child(k.doc.Root, list)
		entries = source.Deref(entries)
		if entries == nil {
			continue
		}
		for i, e := range slices.Backward(entries.Content) {
			_, name := source.Child(e, "name")
			_, renamed := source.Child(e, "newName")
			if renamed != nil {
				name = renamed
			}
			if name == nil || source.Deref(name).Value != repository {
				continue
			}
			for _, key := range [...]string{"digest", "newTag", "tagSuffix", "newName"} {
				if s, ok := k.setting(source.Item, list, i, key); ok {
					return s, true
				}
			}
		}
	}
	return spot{}, false
}

// repositoryOf is an image reference without tag and digest.
func repositoryOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		ref = ref[:i]
	}
	return ref
}

// replicas finds the entry of replicas for the object.
func (l *locator) replicas(k *kust, path []any, value string) (spot, bool) {
	if len(path) != 2 || path[0] != "spec" || path[1] != "replicas" {
		return spot{}, false
	}
	for i, r := range k.spec.Replicas {
		if slices.Contains(l.called, r.Name) && render.Text(r.Count) == value {
			return k.setting(source.Exact, "replicas", i, "count")
		}
	}
	return spot{}, false
}

// label finds the label or annotation that a kustomization adds.
func (l *locator) label(k *kust, path []any, value string) (spot, bool) {
	if len(path) < 2 {
		return spot{}, false
	}
	key := path[len(path)-1]
	where := [][]any{{"commonLabels", key}}
	for i := range length(k.doc.Root, "labels") {
		where = append(where, []any{"labels", i, "pairs", key})
	}
	switch path[len(path)-2] {
	case "annotations":
		where = [][]any{{"commonAnnotations", key}}
	case "labels", "matchLabels", "selector":
	default:
		return spot{}, false
	}
	for _, at := range where {
		if n := nodeAt(k.doc.Root, at); n != nil && n.Value == value {
			return k.setting(source.Exact, at...)
		}
	}
	return spot{}, false
}

// namespace finds the namespace that a kustomization sets.
func (l *locator) namespace(k *kust, path []any, value string) (spot, bool) {
	if len(path) == 0 || path[len(path)-1] != "namespace" || k.spec.Namespace != value || value == "" {
		return spot{}, false
	}
	return k.setting(source.Exact, "namespace")
}
