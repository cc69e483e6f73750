package plan

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/plan/render/helm"
	"github.com/stella-ops/assure/internal/plan/render/kustomize"
)

var renderStages = [...]string{"hardening", "images"}

// render renders what deployment tools would, before files are read on their own: a
// template or a patch means nothing alone.
func (b *builder) render() {
	b.renders = map[string]render.Output{}
	for _, dir := range b.chartDirs {
		if !b.isSubchart(dir) {
			b.keepRender(path.Join(dir, "Chart.yaml"), helm.Render(b.ctx, b.tree, dir, b.values(dir)))
		}
	}
	roots := b.kustomizations()
	for _, name := range roots {
		b.keepRender(name, kustomize.Render(b.ctx, b.tree, name))
	}
	for _, name := range roots {
		delete(b.taken, name) // what was rendered for it comes out there
	}
}

// kustomizations are those that no other refers to: a base means nothing alone. Of some
// that refer to one another in a circle all are rendered, so that the circle is reported.
func (b *builder) kustomizations() (names []string) {
	if b.plan.Partial {
		return nil
	}
	used := map[string]bool{}
	for _, f := range b.plan.Files {
		if kustomize.IsKustomization(f.Name) {
			names = append(names, f.Name)
			for _, base := range kustomize.Bases(b.tree, f.Name) {
				used[base] = true
			}
		}
	}
	if top := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return used[n] }); len(top) > 0 {
		return top
	}
	return names
}

// keepRender notes what a tool made of a file; the parts of it are not read alone.
func (b *builder) keepRender(name string, out render.Output) {
	b.renders[name] = out
	for _, part := range out.Parts {
		b.taken[part] = true
	}
}

// emit adds what a tool made of the named file, if one did.
func (b *builder) emit(name string) bool {
	out, ok := b.renders[name]
	for _, p := range out.Problems {
		b.problem(p.Location, p.Message, renderStages[:]...)
	}
	for _, o := range out.Objects {
		b.object(origin{o.File, o.Files, o.Locator}, nil, o.Model)
	}
	return ok
}

// isSubchart tells whether a chart lies in the charts directory of another.
func (b *builder) isSubchart(dir string) bool {
	return slices.ContainsFunc(b.chartDirs, func(other string) bool {
		return strings.HasPrefix(dir, path.Join(other, "charts")+"/")
	})
}

// values are the configured values files of a chart: those named for it (CHART=FILE),
// those in its directory, and those in no chart's directory.
func (b *builder) values(dir string) (files []string) {
	for _, entry := range b.cfg.Hardening.HelmValues {
		chart, file, named := strings.Cut(entry, "=")
		if !named {
			chart, file = b.chartOf(entry), entry
		}
		if chart != "" && path.Clean(chart) != dir {
			continue
		}
		name, err := inside(b.tree.Dir(), ".", file)
		if err != nil || b.tree.Escapes(name) || !b.exists(name) {
			b.problem(b.settings(), "hardening.helm-values names "+file+", which is not a file of the repository; correct the name", renderStages[:]...)
			continue
		}
		files = append(files, name)
	}
	return files
}

// chartOf is the directory of the chart that a file lies in, empty for none.
func (b *builder) chartOf(file string) (best string) {
	for _, dir := range b.chartDirs {
		if strings.HasPrefix(path.Clean(file), dir+"/") && !b.isSubchart(dir) && len(dir) > len(best) {
			best = dir
		}
	}
	return best
}

// exists tells whether the tree holds a file of this name.
func (b *builder) exists(name string) bool {
	_, err := b.tree.Head(name, 1)
	return err == nil
}
