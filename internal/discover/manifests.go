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

// contents are what a YAML or JSON file holds: objects, or else some configuration.
type contents struct {
	objects []object
	// images and valued are those that are named outside of pods.
	images, valued []plan.Image
	// compose is true when services of Compose are among them.
	compose bool
	config  configuration
	// faults say why documents do not parse; templated and speaks judge such a text.
	faults            []error
	templated, speaks bool
}

// object is a document with the images that it names.
type object struct {
	plan.Document
	images []plan.Image
}

// kubernetes adds the objects of a YAML or JSON file; one without any may configure
// something else.
func (b *builder) kubernetes(name string) {
	c, err := source.Ask(b.tree, source.Question[contents]{Name: "contents", Answer: contentsOf, Limit: source.MaxFileBytes}, name)
	if err != nil {
		b.unread(name, err)
		return
	}
	if len(c.faults) > 0 {
		b.broken(name, c)
	}
	b.objects(c.objects)
	b.plan.Images, b.valued = append(b.plan.Images, c.images...), append(b.valued, c.valued...)
	if !b.composeFiles[name] && c.compose {
		b.problem(gap.TooLarge, finding.Top(name), "holds services of Compose behind more text than is searched for them, and was not judged", composeStages[:]...)
	}
	b.configure(name, c.config)
}

func contentsOf(name string, data []byte) (c contents) {
	docs, faults := recognise.Split(name, data)
	if c.faults = faults; len(faults) > 0 {
		c.templated, c.speaks = recognise.Templated(data), recognise.SpeaksForDeployment(name, data)
	}
	for _, d := range docs {
		if model, ok := source.Decode(d.Root, render.Scalar).(map[string]any); ok {
			c.objects = append(c.objects, objectsOf(kubernetes.Origin{Name: d.Name, Files: []string{d.Name}, At: d}, model)...)
		}
	}
	c.images, c.valued = references(name, docs)
	c.compose = slices.ContainsFunc(docs, func(d *source.Doc) bool { return recognise.IsCompose(name, d.Root) })
	if len(c.objects) == 0 {
		c.config = configurationOf(name, data, docs)
	}
	return c
}

func objectsOf(o kubernetes.Origin, model map[string]any) (all []object) {
	for _, doc := range kubernetes.Objects(o, nil, model) {
		all = append(all, object{doc, kubernetes.Images(doc)})
	}
	return all
}

// objects adds documents with their images. Overlays share their bases, whose images are
// listed once.
func (b *builder) objects(all []object) {
	for _, o := range all {
		b.plan.Documents = append(b.plan.Documents, o.Document)
		for _, im := range o.images {
			if o.Overlay == "" || !b.deploys(im.Ref, im.Location) {
				b.plan.Images = append(b.plan.Images, im)
			}
		}
	}
}

// deploys tells whether an image is known at a place: overlays share their bases.
func (b *builder) deploys(ref string, at finding.Location) bool {
	return slices.ContainsFunc(b.plan.Images, func(im plan.Image) bool { return im.Ref == ref && im.Location == at })
}
