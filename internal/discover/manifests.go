package discover

import (
	"slices"

	"github.com/stella-ops/assure/internal/discover/kubernetes"
	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/discover/render"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// kubernetes adds the objects of a YAML or JSON file; one without any may configure
// something else.
func (b *builder) kubernetes(name string) {
	data, err := b.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		b.unread(name, err)
		return
	}
	docs, faults := recognise.Split(name, data)
	if len(faults) > 0 {
		b.broken(name, data, faults)
	}
	before := len(b.plan.Documents)
	for _, d := range docs {
		if model, ok := source.Decode(d.Root, render.Scalar).(map[string]any); ok {
			b.object(kubernetes.Origin{Name: d.Name, Files: []string{d.Name}, At: d}, model)
		}
	}
	b.references(name, docs)
	if !b.composeFiles[name] && slices.ContainsFunc(docs, func(d *source.Doc) bool { return recognise.IsCompose(name, d.Root) }) {
		b.problem(gap.TooLarge, finding.Top(name), "holds services of Compose behind more text than is searched for them, and was not judged", composeStages[:]...)
	}
	if len(b.plan.Documents) == before {
		b.configuration(name, data, docs)
	}
}

// object adds the objects of a model with their images. Overlays share their bases, whose
// images are listed once.
func (b *builder) object(o kubernetes.Origin, model map[string]any) {
	for _, doc := range kubernetes.Objects(o, nil, model) {
		b.plan.Documents = append(b.plan.Documents, doc)
		for _, im := range kubernetes.Images(doc) {
			if doc.Overlay == "" || !b.deploys(im.Ref, im.Location) {
				b.plan.Images = append(b.plan.Images, im)
			}
		}
	}
}

// deploys tells whether an image is known at a place: overlays share their bases.
func (b *builder) deploys(ref string, at finding.Location) bool {
	return slices.ContainsFunc(b.plan.Images, func(im plan.Image) bool { return im.Ref == ref && im.Location == at })
}
