// Package kustomize renders kustomizations as kustomize build would, with kustomize's own
// library in process. The library can fetch, clone and run programs; it never gets the
// chance: it sees an in-memory file system that holds only what this package has read
// from the repository, and kustomizations whose references were all resolved to that.
package kustomize

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// timeout bounds one kustomization. The library cannot be stopped, but the work that it
// is given is bounded.
const timeout = 60 * time.Second

// Render renders the kustomization in the directory. What cannot be rendered is a
// problem of the output.
func Render(ctx context.Context, tree *source.Tree, dir string) render.Output {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan render.Output, 1)
	go func() { done <- renderKustomization(ctx, tree, dir) }()
	select {
	case out := <-done:
		return out
	case <-ctx.Done():
		var out render.Output
		out.Fail(gap.NotEvaluated, finding.Top(fileIn(tree, dir)), "kustomization was not rendered within %s; split it", timeout)
		return out
	}
}

func renderKustomization(ctx context.Context, tree *source.Tree, dir string) (out render.Output) {
	defer out.Sort()
	defer func() {
		if r := recover(); r != nil {
			out.Objects = nil
			out.Fail(gap.Crashed, finding.Top(fileIn(tree, dir)), "kustomization cannot be rendered: %s", clip(fmt.Sprint(r)))
		}
	}()
	c := newClosure(ctx, tree, &out)
	k := c.load(dir)
	out.Parts = c.fragments()
	if k == nil || !c.within(k) {
		return out
	}
	m, err := build(c, k)
	if err != nil {
		c.failed(k, err)
		return out
	}
	if c.objects(k, m) {
		out.Parts = c.parts(k)
	}
	return out
}

// build runs the library over what the closure holds.
func build(c *closure, k *kust) (resmap.ResMap, error) {
	if err := c.write(k); err != nil {
		return nil, err
	}
	opts := krusty.MakeDefaultOptions()
	m, err := krusty.MakeKustomizer(opts).Run(c.fs, inMemory(k.dir))
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	return m, nil
}

// objects adds what was rendered; false when something of it is not readable.
func (c *closure) objects(k *kust, m resmap.ResMap) bool {
	size, readable := 0, true
	for _, r := range m.Resources() {
		o, n, err := c.object(k, r)
		if size += n; err == nil && size > maxOutput {
			err = fmt.Errorf("the objects are larger than %d bytes together", maxOutput)
		}
		if err != nil {
			c.out.Fail(gap.RenderFailed, finding.Top(k.name), "kustomization renders %s, which cannot be judged: %s", clip(r.CurId().String()), clip(err.Error()))
			readable = false
			break
		}
		c.out.Objects = append(c.out.Objects, o)
	}
	return readable
}

func (c *closure) object(k *kust, r *resource.Resource) (o render.Object, size int, err error) {
	from, err := r.GetOrigin()
	if err != nil {
		return o, 0, fmt.Errorf("read origin: %w", err)
	}
	if err := forget(r); err != nil {
		return o, 0, err
	}
	text, err := r.AsYAML()
	if err != nil {
		return o, 0, fmt.Errorf("write object: %w", err)
	}
	docs, err := source.Parse(k.name, text)
	if err != nil {
		return o, 0, fmt.Errorf("read object: %s", message(err))
	}
	model, _ := source.Decode(docs[0].Root, render.Scalar).(map[string]any)
	l := c.locator(k, docs[0], model, from)
	return render.Object{File: l.file(), Files: l.files(), Model: model, Locator: l}, len(text), nil
}

// forget removes the annotations that were only asked for to find the origin.
func forget(r *resource.Resource) error {
	a := r.GetAnnotations()
	for _, key := range [...]string{"config.kubernetes.io/origin", "alpha.config.kubernetes.io/transformations"} {
		delete(a, key)
	}
	if err := r.SetAnnotations(a); err != nil {
		return fmt.Errorf("write annotations: %w", err)
	}
	return nil
}

// inMemory is where a directory of the tree lies in the library's file system.
func inMemory(dir string) string { return path.Join("/", dir) }

// clip bounds a message that may quote the repository.
func clip(s string) string {
	const most = 400
	if s = strings.Join(strings.Fields(s), " "); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// names are the file names of a kustomization, as kustomize knows them.
var names = [...]string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// Is tells whether a file is a kustomization by its name.
func Is(name string) bool { return slices.Contains(names[:], path.Base(name)) }
