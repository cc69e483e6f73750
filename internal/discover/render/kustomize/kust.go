package kustomize

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// kust is one kustomization with what it names.
type kust struct {
	// dir and name are the slash paths of its directory and of the file itself.
	dir, name string
	doc       *source.Doc
	spec      types.Kustomization
	// foreign is true for a file that only has the name of a kustomization.
	foreign           bool
	bases, components []*kust
	// resources are the files with its own objects.
	resources    []string
	patches      []*patch
	replacements []*replacement
	weight       weight
}

func (k *kust) component() bool { return k.spec.Kind == types.ComponentKind }

// entry is a text of a kustomization with its place.
type entry struct {
	text string
	at   finding.Location
	path []any
}

// list reads a list of texts, or a single one.
func (k *kust) list(keys ...any) (out []entry) {
	n := k.doc.Root
	for _, key := range keys {
		_, n = source.Child(n, key)
	}
	n = source.Deref(n)
	switch {
	case n == nil:
	case n.Kind == yaml.SequenceNode:
		for i := range n.Content {
			out = append(out, k.list(append(slices.Clone(keys), i)...)...)
		}
	case n.Kind == yaml.ScalarNode && n.Tag != "!!null": // a key with nothing below it is an empty list
		at, _ := k.doc.Locate(keys)
		out = append(out, entry{n.Value, at, keys})
	}
	return out
}

func (k *kust) at(path ...any) finding.Location {
	at, _ := k.doc.Locate(path)
	return at
}

// read parses the kustomization of a directory; nil when that is not possible.
func (c *closure) read(dir string) *kust {
	name, err := c.only(dir)
	if err != nil {
		c.out.Fail(gap.RenderFailed, finding.Top(name), "%s", err.Error())
		return nil
	}
	data, err := c.bounded(name)
	if err != nil {
		c.out.Fail(gap.RenderFailed, finding.Top(name), "kustomization cannot be read: %s", message(err))
		return nil
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		c.out.Fail(gap.NotParsed, placeOf(err, name), "kustomization cannot be read: %s", message(err))
		return nil
	}
	if len(docs) == 0 || docs[0].Root == nil || docs[0].Root.Kind != yaml.MappingNode {
		c.out.Fail(gap.RenderFailed, finding.Top(name), "kustomization is empty; list its resources or remove the file")
		return nil
	}
	k := &kust{dir: dir, name: name, doc: docs[0]}
	if _, v := source.Child(k.doc.Root, "apiVersion"); v != nil && !strings.HasPrefix(v.Value, "kustomize.config.k8s.io/") {
		k.foreign, k.spec.APIVersion = true, v.Value
		return k
	}
	if err := k.spec.Unmarshal(data); err != nil {
		c.out.Fail(gap.RenderFailed, k.blamed(err), "kustomization cannot be read: %s", clip(err.Error()))
		return nil
	}
	k.weight.bytes = len(data)
	return k
}

// only is the one kustomization of a directory; kustomize accepts no second.
func (c *closure) only(dir string) (name string, err error) {
	for _, n := range names {
		if _, err := c.tree.Head(path.Join(dir, n), 1); err != nil {
			continue
		}
		if name != "" {
			return name, fmt.Errorf("the directory has more than one kustomization; remove %s or %s", path.Base(name), n)
		}
		name = path.Join(dir, n)
	}
	if name == "" {
		return path.Join(dir, names[0]), errors.New("there is no kustomization.yaml in this directory; add one")
	}
	return name, nil
}

// unknown finds the key in the decoder's message.
var unknown = regexp.MustCompile(`unknown field "([^"]+)"|Kustomization\.([A-Za-z0-9.]+)`)

// blamed is the place of the key that an error names.
func (k *kust) blamed(err error) finding.Location {
	if m := unknown.FindStringSubmatch(err.Error()); m != nil {
		if key, _ := source.Child(k.doc.Root, m[1]); m[1] != "" && key != nil {
			return finding.Location{URI: k.name, Region: k.doc.Region(key)}
		}
		var path []any
		for step := range strings.SplitSeq(m[2], ".") {
			path = append(path, step)
		}
		return k.at(path...)
	}
	return k.at()
}
