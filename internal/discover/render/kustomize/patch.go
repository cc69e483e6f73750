package kustomize

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// patch is a strategic merge patch or a JSON patch.
type patch struct {
	docs []*source.Doc
	// kust and inline are where the text stands in the kustomization; inline is nil for
	// a file.
	kust   *kust
	inline *yaml.Node
	target *types.Selector
	at     finding.Location
}

// where turns the place of a node of the patch into one of the repository.
func (p *patch) where(d *source.Doc, n *yaml.Node) (finding.Location, source.Grade) {
	r := d.Region(n)
	if p.inline == nil {
		return finding.Location{URI: d.Name, Region: r}, source.Exact
	}
	region, exact := p.kust.doc.Within(p.inline, p.inline.Value, r)
	if !exact {
		return finding.Location{URI: p.kust.name, Region: region}, source.Item
	}
	return finding.Location{URI: p.kust.name, Region: region}, source.Exact
}

// patchesOf resolves the patches, in the order in which they are applied.
func (c *closure) patchesOf(k *kust) {
	old := k.legacy()
	var all, late []types.Patch
	for _, e := range k.list("patchesStrategicMerge") {
		if p, ok := c.patch(k, types.Patch{}, e, strings.Contains(e.text, "\n") || strings.HasPrefix(strings.TrimSpace(e.text), "{")); ok {
			all = append(all, p)
		}
	}
	for i, p := range k.spec.Patches {
		if p, ok := c.member(k, p, "patches", i); ok {
			all = append(all, p)
		}
	}
	for i, p := range *old.json {
		if p, ok := c.member(k, p, "patchesJson6902", i); ok {
			late = append(late, p)
		}
	}
	*old.merge, *old.json = nil, nil
	if k.ordered() {
		*old.json = late
	} else {
		all = append(all, late...)
	}
	k.spec.Patches = all
}

// ordered tells whether something happens between the patches and those of the old
// field patchesJson6902, for whose use the library prints a warning.
func (k *kust) ordered() bool {
	s := k.spec
	return s.Namespace != "" || s.NamePrefix != "" || s.NameSuffix != "" ||
		len(s.Labels)+len(*k.legacy().labels)+len(s.CommonAnnotations) > 0
}

func (c *closure) member(k *kust, p types.Patch, key string, i int) (types.Patch, bool) {
	if p.Path != "" {
		e := k.list(key, i, "path")
		return c.patch(k, p, e[0], false)
	}
	e := k.list(key, i, "patch")
	if len(e) == 0 {
		c.refuse(k.at(key, i), "patch has neither path nor text; give it one")
		return p, false
	}
	return c.patch(k, p, e[0], true)
}

// patch reads one patch and notes it.
func (c *closure) patch(k *kust, p types.Patch, e entry, inline bool) (types.Patch, bool) {
	own := &patch{kust: k, target: p.Target, at: e.at}
	if inline {
		docs, err := source.Parse(k.name, []byte(e.text))
		if err != nil {
			c.refuse(e.at, "patch cannot be read: %s", message(err))
			return p, false
		}
		own.inline, own.docs = nodeAt(k.doc.Root, e.path), docs
		p.Patch, p.Path = e.text, ""
	} else {
		ref, f, ok := c.document(k, e)
		if !ok {
			return p, false
		}
		own.docs = f.docs
		p.Path, p.Patch = ref, ""
	}
	for _, d := range own.docs {
		k.weight.bytes += sizeOf(d.Root)
		c.growth.patch(d.Root)
		if deepPaths(d.Root) {
			c.refuse(e.at, "patch has a path longer than %d bytes; shorten it", maxPath)
			return p, false
		}
	}
	k.patches = append(k.patches, own)
	return p, true
}

func nodeAt(n *yaml.Node, path []any) *yaml.Node {
	for _, step := range path {
		_, n = source.Child(n, step)
	}
	return source.Deref(n)
}

// hits tells whether a patch, or a document of it, is meant for an object that is called
// by one of the names.
func (p *patch) hits(d *source.Doc, kind string, called []string) bool {
	if p.target != nil {
		return selects(p.target, kind, called)
	}
	_, k := source.Child(d.Root, "kind")
	name := nodeAt(d.Root, []any{"metadata", "name"})
	if k == nil || name == nil || k.Value != kind {
		return false
	}
	for _, n := range called {
		if n == name.Value {
			return true
		}
	}
	return false
}

// selects follows kind and name of a selector; labels are left to what the value says.
func selects(s *types.Selector, kind string, called []string) bool {
	if s == nil || !anchored(s.Kind, kind) {
		return false
	}
	for _, n := range called {
		if anchored(s.Name, n) {
			return true
		}
	}
	return false
}

func anchored(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	return err == nil && re.MatchString(text)
}
