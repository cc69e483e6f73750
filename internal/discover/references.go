package discover

import (
	"slices"

	"github.com/stella-ops/assure/internal/discover/kubernetes"
	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/discover/render/kustomize"
	"github.com/stella-ops/assure/internal/discover/workflow"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// references are the images that a file names although it holds no object with a pod:
// workflows and actions, kustomizations, and as valued, values of charts.
func references(name string, docs []*source.Doc) (images, valued []plan.Image) {
	for _, d := range docs {
		model, ok := source.Decode(d.Root, render.Scalar).(map[string]any)
		switch {
		case !ok:
		case workflow.IsWorkflow(name):
			images = append(images, workflow.Images(d, model)...)
		case workflow.IsAction(name):
			images = append(images, workflow.ActionImages(d, model)...)
		case kustomize.Is(name):
			images = append(images, kubernetes.KustomizationImages(d, model)...)
		case kubernetes.IsValues(name):
			valued = append(valued, kubernetes.ValueImages(d, model, nil)...)
		case model["kind"] == "HelmRelease":
			valued = append(valued, kubernetes.ValueImages(d, decoded.At(model, []any{"spec", "values"}), []any{"spec", "values"})...)
		case model["kind"] == "Application":
			at := []any{"spec", "source", "helm", "valuesObject"}
			valued = append(valued, kubernetes.ValueImages(d, decoded.At(model, at), at)...)
		}
	}
	return images, valued
}

// placeValues settles what values name. A chart that was rendered has shown already
// which of them it uses: there they are only the better place. Other values go to a
// chart that is not here.
func (b *builder) placeValues() {
	used := map[string]bool{}
	for _, d := range b.plan.Documents {
		for _, f := range d.Files {
			used[f] = used[f] || d.Kind == plan.Kubernetes && f != d.Name
		}
	}
	for _, v := range b.valued {
		if !used[v.Location.URI] {
			b.plan.Images = append(b.plan.Images, v)
			continue
		}
		for i, im := range b.plan.Images {
			if im.Ref == v.Ref && im.Kind == plan.Kubernetes && inTemplates(im.Location.URI, b.chartDirs) && slices.Contains(b.sourcesOf(im), v.Location.URI) {
				b.plan.Images[i].Location = v.Location
			}
		}
	}
}

// sourcesOf are the files that the objects of a template were made of.
func (b *builder) sourcesOf(im plan.Image) (files []string) {
	for _, d := range b.plan.Documents {
		if d.Name == im.Location.URI {
			files = append(files, d.Files...)
		}
	}
	return files
}
