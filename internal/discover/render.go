package discover

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/discover/kubernetes"
	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/helm"
	"github.com/stella-ops/assure/internal/discover/render/kustomize"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
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
	b.kustomize()
}

// kustomize renders every kustomization that no other one uses.
func (b *builder) kustomize() {
	files := map[string]string{}
	for _, f := range b.found.Files {
		if dir := path.Dir(f); kustomize.Is(f) && !b.taken[f] && files[dir] == "" {
			files[dir] = f
		}
	}
	entries, fragments := kustomize.Entries(b.ctx, b.tree, slices.Sorted(maps.Keys(files)))
	for _, name := range fragments {
		b.taken[name] = true
		b.outOfScope(name, "changes what other files deploy, and nothing here applies it")
	}
	for _, dir := range entries {
		b.keepRender(files[dir], kustomize.Render(b.ctx, b.tree, dir))
	}
}

// keepRender notes what a tool made of a file; the parts of it are not read alone.
func (b *builder) keepRender(name string, out render.Output) {
	for i := range out.Problems {
		out.Problems[i].Depends = append([]string{path.Dir(name) + "/"}, out.Parts...)
	}
	b.renders[name] = out
	for _, part := range out.Parts {
		b.taken[part] = true
		if part != name {
			b.outOfScope(part, "is a part of "+name+", and judged by what that makes of it")
		}
	}
}

// emit adds what a tool made of the named file, if one did. A kustomization that could
// not be rendered is read like any other file.
func (b *builder) emit(name string) bool {
	out, ok := b.renders[name]
	for _, p := range out.Problems {
		if !b.told(p.Location, p.Message) {
			b.plan.Problems = append(b.plan.Problems, plan.Problem{Gap: p, Stages: renderStages[:]})
		}
	}
	overlay := ""
	if kustomize.Is(name) {
		overlay = path.Dir(name)
	}
	for _, o := range out.Objects {
		b.objects(objectsOf(kubernetes.Origin{Name: o.File, Files: o.Files, At: o.Locator, Overlay: overlay}, o.Model))
	}
	return ok && (overlay == "" || len(out.Objects) > 0)
}

// problemKey is what makes two problems the same.
type problemKey struct {
	at      finding.Location
	message string
}

// told tells whether a problem is known: overlays of the same base meet the same ones.
func (b *builder) told(at finding.Location, msg string) bool {
	for _, p := range b.plan.Problems[b.noted:] {
		b.known[problemKey{p.Location, p.Message}] = true
	}
	b.noted = len(b.plan.Problems)
	return b.known[problemKey{at, msg}]
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
		name, err := source.Inside(b.tree.Dir(), ".", file)
		if err != nil || b.tree.Escapes(name) || !b.exists(name) {
			b.problem(gap.MissingFile, b.settings(), "hardening.helm-values names "+file+", which is not a file of the repository; correct the name", renderStages[:]...)
			continue
		}
		files = append(files, name)
	}
	if len(files) == 0 {
		return b.commanded[dir]
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
