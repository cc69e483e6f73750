package kustomize

import (
	"fmt"
	"path"
	"path/filepath"
	"strconv"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"
	kube "sigs.k8s.io/yaml"

	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// whole is the name of an unparsed file in the library's file system. Every file is a
// directory there, so that a document of it has a name that no file of the tree has.
const whole = "whole"

// put gives the library a part of a file and returns the reference to it.
func (c *closure) put(k *kust, name, part string, data []byte, e entry) (string, bool) {
	rel, err := filepath.Rel(filepath.FromSlash(k.dir), filepath.FromSlash(name))
	if err == nil {
		err = c.fs.WriteFile(path.Join(inMemory(name), part), data)
	}
	if err != nil {
		c.refuse(e.at, "%q cannot be used: %s", clip(e.text), clip(err.Error()))
		return "", false
	}
	ref := "./" + path.Join(filepath.ToSlash(rel), part)
	c.refs[ref] = e
	return ref, true
}

// raw gives the library a file as it is.
func (c *closure) raw(k *kust, e entry) (ref, name string, data []byte, ok bool) {
	if name, ok = c.local(k, e); !ok {
		return "", "", nil, false
	}
	data, err := c.bounded(name)
	if err != nil {
		c.refuse(e.at, "%q cannot be read: %s", clip(e.text), message(err))
		return "", "", nil, false
	}
	ref, ok = c.put(k, name, whole, data, e)
	return ref, name, data, ok
}

// document gives the library a file of YAML documents, which it may only see checked.
func (c *closure) document(k *kust, e entry) (ref string, f *file, ok bool) {
	ref, name, _, ok := c.raw(k, e)
	if !ok {
		return "", nil, false
	}
	f, err := c.yaml(name)
	if err != nil {
		c.missing++
		c.out.Fail(gap.NotParsed, placeOf(err, name), "cannot be read: %s", message(err))
		return "", nil, false
	}
	c.parted[name] = true
	return ref, f, true
}

func (c *closure) refTo(k *kust, name string, e entry) string {
	rel, _ := filepath.Rel(filepath.FromSlash(k.dir), filepath.FromSlash(name))
	ref := "./" + filepath.ToSlash(rel)
	c.refs[ref] = e
	return ref
}

// manifest gives the library each object of a file by itself, so that its origin says
// which one it is.
func (c *closure) manifest(k *kust, name string, e entry) {
	f, err := c.yaml(name)
	if err != nil {
		c.missing++
		c.out.Fail(gap.NotParsed, placeOf(err, name), "resource cannot be read: %s", message(err))
		return
	}
	k.resources = append(k.resources, name)
	for i, d := range f.docs {
		if d.Root == nil {
			continue
		}
		text, err := yaml.Marshal(d.Root)
		if err != nil {
			c.refuse(e.at, "%q cannot be read: %s", clip(e.text), clip(err.Error()))
			return
		}
		if ref, ok := c.put(k, name, strconv.Itoa(i), text, e); ok {
			k.spec.Resources = append(k.spec.Resources, ref)
			k.weight.objects += members(d)
		}
	}
}

// members is how many objects a document holds.
func members(d *source.Doc) int {
	if _, items := source.Child(d.Root, "items"); items != nil && items.Kind == yaml.SequenceNode {
		return max(1, len(items.Content))
	}
	return 1
}

// write gives the library the kustomizations, with references that were resolved.
func (c *closure) write(entry *kust) error {
	for _, k := range c.kusts {
		if k == nil {
			continue
		}
		spec := k.spec
		spec.BuildMetadata = nil
		if k == entry {
			spec.BuildMetadata = []string{types.OriginAnnotations}
		}
		text, err := kube.Marshal(spec)
		if err == nil {
			err = c.fs.WriteFile(path.Join(inMemory(k.dir), names[0]), text)
		}
		if err != nil {
			return fmt.Errorf("write kustomization: %w", err)
		}
	}
	return nil
}
