package kustomize

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	kube "sigs.k8s.io/yaml"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan/render"
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
	case n.Kind == yaml.ScalarNode:
		at, _ := k.doc.Locate(keys)
		out = append(out, entry{n.Value, at, keys})
	}
	return out
}

func (k *kust) at(path ...any) finding.Location {
	at, _ := k.doc.Locate(path)
	return at
}

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
	c.missing++
	c.out.Fail(at, format, args...)
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

// read parses the kustomization of a directory; nil when that is not possible.
func (c *closure) read(dir string) *kust {
	name, err := c.only(dir)
	if err != nil {
		c.out.Fail(finding.Top(name), "%s", err.Error())
		return nil
	}
	data, err := c.bounded(name)
	if err != nil {
		c.out.Fail(finding.Top(name), "kustomization cannot be read: %s", message(err))
		return nil
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		c.out.Fail(placeOf(err, name), "kustomization cannot be read: %s", message(err))
		return nil
	}
	if len(docs) == 0 || docs[0].Root == nil || docs[0].Root.Kind != yaml.MappingNode {
		c.out.Fail(finding.Top(name), "kustomization is empty; list its resources or remove the file")
		return nil
	}
	k := &kust{dir: dir, name: name, doc: docs[0]}
	if _, v := source.Child(k.doc.Root, "apiVersion"); v != nil && !strings.HasPrefix(v.Value, "kustomize.config.k8s.io/") {
		k.foreign, k.spec.APIVersion = true, v.Value
		return k
	}
	if err := k.spec.Unmarshal(data); err != nil {
		c.out.Fail(k.blamed(err), "kustomization cannot be read: %s", clip(err.Error()))
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

// what says what a reference leads to.
type what int

const (
	nothing what = iota
	regular
	directory
)

// host finds references that kustomize would fetch: URLs, and git's short forms.
var host = regexp.MustCompile(`(?i)://|^git::|^[a-z][a-z0-9-]*@|^github\.com[/:]|\?(ref|version|timeout|submodules)=`)

var errRemote = errors.New("lies elsewhere and is not fetched; copy it into the repository")

// resolve finds what a reference of a kustomization leads to inside of the tree, by its
// own name when links lead there.
func (c *closure) resolve(dir, ref string) (string, what, error) {
	switch {
	case host.MatchString(ref):
		return "", nothing, errRemote
	case ref == "" || path.IsAbs(ref) || strings.ContainsAny(ref, "\x00\\"):
		return "", nothing, errors.New("is no relative path; give one")
	}
	name := path.Join(dir, ref)
	if !filepath.IsLocal(name) {
		return "", nothing, errors.New("leads out of the repository; copy it in")
	}
	info, err := fs.Stat(c.tree.FS(), name)
	if err != nil {
		if c.tree.Escapes(name) {
			return "", nothing, errors.New("leads out of the repository; copy it in")
		}
		return "", nothing, errors.New("does not exist; correct the path")
	}
	if name = c.tree.Target(name); name == "" {
		return "", nothing, errors.New("leads out of the repository; copy it in")
	}
	switch {
	case info.IsDir():
		return name, directory, nil
	case info.Mode().IsRegular():
		return name, regular, nil
	}
	return "", nothing, errors.New("is neither a file nor a directory; replace it by a file")
}

// local resolves a file that must lie in or below the kustomization's directory.
func (c *closure) local(k *kust, e entry) (name string, ok bool) {
	name, kind, err := c.resolve(k.dir, e.text)
	switch {
	case err != nil:
	case kind != regular:
		err = errors.New("is a directory; name a file")
	case k.dir != "." && !strings.HasPrefix(name, k.dir+"/"):
		err = errors.New("lies outside of the kustomization's directory, where kustomize reads no files; move it below, or make it a base")
	}
	if err != nil {
		c.refuse(e.at, "%q %s", clip(e.text), err.Error())
		return "", false
	}
	return name, true
}

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
		c.out.Fail(placeOf(err, name), "cannot be read: %s", message(err))
		return "", nil, false
	}
	c.parted[name] = true
	return ref, f, true
}

// resource follows an entry of resources: a file with objects, or a base.
func (c *closure) resource(k *kust, e entry) {
	name, kind, err := c.resolve(k.dir, e.text)
	if err != nil {
		c.refuse(e.at, "resource %q %s", clip(e.text), err.Error())
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
		c.out.Fail(placeOf(err, name), "resource cannot be read: %s", message(err))
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
