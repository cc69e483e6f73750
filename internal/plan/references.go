package plan

import (
	"slices"

	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/plan/render/kustomize"
	"github.com/stella-ops/assure/internal/source"
)

// references adds the images that a file names although it holds no object with a pod:
// workflows and actions, kustomizations, values of charts.
func (b *builder) references(name string, docs []*source.Doc) {
	for _, d := range docs {
		model, ok := source.Decode(d.Root, render.Scalar).(map[string]any)
		switch {
		case !ok:
		case isWorkflow(name):
			b.plan.Images = append(b.plan.Images, workflowImages(d, model)...)
		case isAction(name):
			b.plan.Images = append(b.plan.Images, actionImages(d, model)...)
		case kustomize.Is(name):
			b.plan.Images = append(b.plan.Images, kustomizeImages(d, model)...)
		case isValues(name):
			b.valued = append(b.valued, valueImages(d, model, nil)...)
		case model["kind"] == "HelmRelease":
			b.valued = append(b.valued, valueImages(d, dig(model, []any{"spec", "values"}), []any{"spec", "values"})...)
		case model["kind"] == "Application":
			at := []any{"spec", "source", "helm", "valuesObject"}
			b.valued = append(b.valued, valueImages(d, dig(model, at), at)...)
		}
	}
}

// placeValues settles what values name. A chart that was rendered has shown already
// which of them it uses: there they are only the better place. Other values go to a
// chart that is not here.
func (b *builder) placeValues() {
	used := map[string]bool{}
	for _, d := range b.plan.Documents {
		for _, f := range d.Files {
			used[f] = used[f] || d.Kind == Kubernetes && f != d.Name
		}
	}
	for _, v := range b.valued {
		if !used[v.Location.URI] {
			b.plan.Images = append(b.plan.Images, v)
			continue
		}
		for i, im := range b.plan.Images {
			if im.Ref == v.Ref && im.Kind == Kubernetes && inTemplates(im.Location.URI, b.chartDirs) && slices.Contains(b.sourcesOf(im), v.Location.URI) {
				b.plan.Images[i].Location = v.Location
			}
		}
	}
}

// sourcesOf are the files that the objects of a template were made of.
func (b *builder) sourcesOf(im Image) (files []string) {
	for _, d := range b.plan.Documents {
		if d.Name == im.Location.URI {
			files = append(files, d.Files...)
		}
	}
	return files
}
