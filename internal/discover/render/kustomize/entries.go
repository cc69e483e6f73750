package kustomize

import (
	"context"
	"path"
	"slices"

	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/source"
)

// Entries are the directories, of those given, that someone would render: no other
// kustomization reaches them. Of kustomizations that only reach one another the first is
// one, so that its cycle is reported. Components are no entries; neither is what has the
// name of a kustomization only. Fragments are the patches of components that nobody uses.
func Entries(ctx context.Context, tree *source.Tree, dirs []string) (entries, fragments []string) {
	var out render.Output
	c := newClosure(ctx, tree, &out)
	reaches := map[string][]string{}
	reached := map[string]bool{}
	var candidates, components []string
	for _, dir := range dirs {
		k := c.read(dir)
		switch {
		case k == nil:
			entries = append(entries, dir)
		case !k.foreign:
			reaches[dir] = c.neighbours(k)
			for _, to := range reaches[dir] {
				reached[to] = reached[to] || to != dir
			}
			if k.component() {
				components = append(components, dir)
			} else {
				candidates = append(candidates, dir)
			}
		}
	}
	seen := map[string]bool{}
	for _, again := range [...]bool{false, true} {
		for _, dir := range candidates {
			if !seen[dir] && (again || !reached[dir]) {
				entries = append(entries, dir)
				visit(dir, reaches, seen)
			}
		}
	}
	for _, dir := range components {
		if !reached[dir] {
			c.load(dir)
		}
	}
	slices.Sort(entries)
	return entries, c.fragments()
}

func visit(dir string, reaches map[string][]string, seen map[string]bool) {
	if seen[dir] {
		return
	}
	seen[dir] = true
	for _, to := range reaches[dir] {
		visit(to, reaches, seen)
	}
}

// neighbours are the directories that a kustomization names.
func (c *closure) neighbours(k *kust) (dirs []string) {
	for _, key := range [...]string{"resources", "bases", "components"} {
		for _, e := range k.list(key) {
			if name, kind, _ := c.resolve(k.dir, e.text); kind == directory {
				dirs = append(dirs, name)
			}
		}
	}
	return dirs
}

// fileIn is the kustomization of a directory.
func fileIn(tree *source.Tree, dir string) string {
	for _, n := range names {
		if _, err := tree.Head(path.Join(dir, n), 1); err == nil {
			return path.Join(dir, n)
		}
	}
	return path.Join(dir, names[0])
}
