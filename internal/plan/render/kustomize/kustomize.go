// Package kustomize renders kustomizations in process: from a copy of the repository's
// files in memory, without network, plug-ins or programs. What reaches outside is
// refused before anything is rendered.
package kustomize

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/source"
)

// Bounds of one kustomization with all that it refers to.
const (
	timeout    = 10 * time.Second
	maxFiles   = 1000
	maxBytes   = 8 << 20
	maxObjects = 2000
)

// Names are what a kustomization file is called.
var Names = [...]string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// IsKustomization tells a kustomization file by its name.
func IsKustomization(name string) bool { return slices.Contains(Names[:], path.Base(name)) }

// Render renders the kustomization of a file. What cannot be rendered is a problem.
func Render(ctx context.Context, tree *source.Tree, file string) render.Output {
	var out render.Output
	defer out.Sort()
	set := newSet(tree)
	set.add(file)
	out.Parts, out.Problems = set.names(), set.problems
	if len(out.Problems) > 0 || set.files[file].root == nil {
		return out
	}
	objects, err := run(ctx, set, path.Dir(file))
	if err != nil {
		at, msg := set.place(file, err)
		out.Fail(at, "kustomization cannot be rendered: %s; look at what kustomize build says", msg)
		return out
	}
	for _, r := range objects.Resources() {
		o, err := set.object(file, r)
		if err != nil {
			out.Fail(finding.Top(file), "%s", err.Error())
			continue
		}
		out.Objects = append(out.Objects, o)
	}
	return out
}

// Bases are the kustomization files that a kustomization refers to.
func Bases(tree *source.Tree, file string) []string {
	set := newSet(tree)
	set.add(file)
	return slices.DeleteFunc(set.names(), func(n string) bool { return n == file || !IsKustomization(n) })
}

// run renders in the background, so that what does not end costs no more than its time.
func run(ctx context.Context, s *set, dir string) (resmap.ResMap, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	type answer struct {
		objects resmap.ResMap
		err     error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- answer{nil, fmt.Errorf("panic: %v", r)}
			}
		}()
		objects, err := build(s, dir)
		done <- answer{objects, err}
	}()
	select {
	case a := <-done:
		return a.objects, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("not done within %s", timeout)
	}
}

func build(s *set, dir string) (resmap.ResMap, error) {
	memory, err := s.memory()
	if err != nil {
		return nil, err
	}
	options := krusty.MakeDefaultOptions()
	// Files of the copy may lie anywhere in it: nothing else is there.
	options.LoadRestrictions = types.LoadRestrictionsNone
	objects, err := krusty.MakeKustomizer(options).Run(memory, path.Join("/", dir))
	if err != nil {
		return nil, err
	}
	if objects.Size() > maxObjects {
		return nil, fmt.Errorf("it makes more than %d objects", maxObjects)
	}
	return objects, nil
}

// memory is the copy that is rendered.
func (s *set) memory() (filesys.FileSystem, error) {
	memory := filesys.MakeFsInMemory()
	for _, name := range s.names() {
		if err := memory.WriteFile(path.Join("/", name), s.files[name].annotated()); err != nil {
			return nil, fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return memory, nil
}

// place finds the file that an error is about: the longest name in its text.
func (s *set) place(file string, err error) (finding.Location, string) {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return e.Location, e.Message
	}
	msg := strings.Join(strings.Fields(err.Error()), " ")
	best := file
	for _, name := range s.names() {
		if strings.Contains(msg, "/"+name) && (best == file || len(name) > len(best)) {
			best = name
		}
	}
	return finding.Top(best), msg[:min(len(msg), maxMessage)]
}

const maxMessage = 500
