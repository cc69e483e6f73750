package kustomize

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// file is a file with YAML documents.
type file struct {
	name string
	docs []*source.Doc
}

// closure is everything that a kustomization reaches, read within bounds.
type closure struct {
	ctx   context.Context
	tree  *source.Tree
	out   *render.Output
	fs    filesys.FileSystem
	kusts map[string]*kust
	files map[string]*file
	stack []string
	// refs are the paths that the library sees, with the places that name them.
	refs map[string]entry
	// missing counts references that were refused or lead nowhere.
	missing int
	bytes   int
	growth  growth
	// parted are the files that mean nothing alone.
	parted map[string]bool
}

func newClosure(ctx context.Context, tree *source.Tree, out *render.Output) *closure {
	return &closure{
		ctx: ctx, tree: tree, out: out, fs: filesys.MakeFsInMemory(), kusts: map[string]*kust{}, files: map[string]*file{},
		refs: map[string]entry{}, parted: map[string]bool{},
	}
}

// refuse reports a reference that is not followed.
func (c *closure) refuse(at finding.Location, format string, args ...any) {
	c.deny(gap.RenderFailed, at, format, args...)
}

// deny reports a reference that is not followed, as a gap of the given kind.
func (c *closure) deny(rule string, at finding.Location, format string, args ...any) {
	c.missing++
	c.out.Fail(rule, at, format, args...)
}

// load reads a kustomization and all that it names, once.
func (c *closure) load(dir string) *kust {
	if k, ok := c.kusts[dir]; ok {
		return k
	}
	k := c.read(dir)
	if c.kusts[dir] = k; k == nil {
		c.missing++
		return nil
	}
	if k.foreign {
		c.refuse(k.at(), "is no kustomization: its apiVersion is %q; give it a group of kustomize.config.k8s.io", clip(k.spec.APIVersion))
		c.kusts[dir] = nil
		return nil
	}
	c.stack = append(c.stack, dir)
	c.follow(k)
	c.stack = c.stack[:len(c.stack)-1]
	k.weigh()
	return k
}

// bounded reads a file within the bounds.
func (c *closure) bounded(name string) ([]byte, error) {
	if c.ctx.Err() != nil {
		return nil, fmt.Errorf("read %s: %w", name, c.ctx.Err())
	}
	data, err := c.tree.Read(name, source.MaxFileBytes)
	if c.bytes += len(data); c.bytes > maxSource {
		return nil, fmt.Errorf("the sources are larger than %d bytes together; split them", maxSource)
	}
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return data, nil
}

// yaml parses a file of documents, once.
func (c *closure) yaml(name string) (*file, error) {
	if f, ok := c.files[name]; ok {
		return f, nil
	}
	data, err := c.bounded(name)
	if err != nil {
		return nil, err
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		return nil, err //nolint:wrapcheck // it has its own place
	}
	f := &file{name, docs}
	c.files[name] = f
	return f, nil
}

// resource follows an entry of resources: a file with objects, or a base.
func (c *closure) resource(k *kust, e entry) {
	name, kind, err := c.resolve(k.dir, e.text)
	if err != nil {
		c.deny(ruleOf(err), e.at, "resource %q %s", clip(e.text), err.Error())
		return
	}
	if kind == directory {
		if sub := c.base(name, e); sub != nil {
			k.bases = append(k.bases, sub)
			k.spec.Resources = append(k.spec.Resources, c.refTo(k, name, e))
		}
		return
	}
	if name, ok := c.local(k, e); ok {
		c.manifest(k, name, e)
	}
}

// base loads a kustomization that another names, unless that would never end.
func (c *closure) base(name string, e entry) *kust {
	if slices.ContainsFunc(c.stack, func(d string) bool { return name == "." || d == name || strings.HasPrefix(d, name+"/") }) {
		c.refuse(e.at, "%q leads back to a kustomization that uses this one; take the cycle out", clip(e.text))
		return nil
	}
	if len(c.stack) >= maxDepth {
		c.refuse(e.at, "kustomizations use one another deeper than %d levels; take some out", maxDepth)
		return nil
	}
	if c.kusts[name] == nil && len(c.kusts) >= maxKustomizations {
		c.refuse(e.at, "more than %d kustomizations are used; split them", maxKustomizations)
		return nil
	}
	sub := c.load(name)
	if sub == nil {
		c.missing++
	}
	return sub
}

// fragments are the files that mean nothing alone, whatever became of the rest.
func (c *closure) fragments() (out []string) {
	for name := range c.parted {
		out = append(out, name)
	}
	return out
}

// parts are all files that were judged as part of an object.
func (c *closure) parts(entry *kust) []string {
	out := c.fragments()
	for _, k := range c.kusts {
		if k == nil {
			continue
		}
		out = append(out, k.resources...)
		if k != entry {
			out = append(out, k.name)
		}
	}
	return out
}

func placeOf(err error, file string) finding.Location {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Location
	}
	return finding.Top(file)
}

func message(err error) string {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return clip(e.Message)
	}
	return clip(err.Error())
}
