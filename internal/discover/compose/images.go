package compose

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// Images are what a set pulls or builds.
func Images(doc plan.Document, l *Locator) []plan.Image {
	c := &composeImageList{doc: doc, at: l}
	for _, section := range [...]string{"services", "jobs"} {
		services, _ := doc.Model[section].(map[string]any)
		for _, name := range decoded.Keys(services) {
			service, _ := services[name].(map[string]any)
			base := []any{section, name}
			c.add(decoded.Join(base, "image"), name, service["build"] != nil)
			hooks, _ := service["pre_start"].([]any)
			for i := range hooks {
				c.add(decoded.Join(base, "pre_start", i, "image"), name, false)
			}
			volumes, _ := service["volumes"].([]any)
			for i, v := range volumes {
				if m, _ := v.(map[string]any); m["type"] == "image" {
					c.add(decoded.Join(base, "volumes", i, "source"), name, false)
				}
			}
			c.contexts(decoded.Join(base, "build", "additional_contexts"), name)
		}
	}
	return c.images
}

// composeImageList gathers the images of one set.
type composeImageList struct {
	doc    plan.Document
	at     *Locator
	images []plan.Image
}

const imageScheme = "docker-image://"

// contexts adds images that a build takes as further contexts.
func (c *composeImageList) contexts(at []any, service string) {
	contexts, _ := decoded.At(c.doc.Model, at).(map[string]any)
	for _, name := range decoded.Keys(contexts) {
		if ref := decoded.Text(contexts[name]); strings.HasPrefix(ref, imageScheme) {
			c.add(decoded.Join(at, name), service, false)
		}
	}
}

func (c *composeImageList) add(at []any, service string, built bool) {
	ref, ok := decoded.At(c.doc.Model, at).(string)
	if !ok || ref == "" {
		return
	}
	raw, ok := decoded.At(c.doc.Raw, at).(string)
	if !ok {
		raw = ref
	}
	place, _ := c.at.Locate(at)
	im := plan.Image{
		Ref: strings.TrimPrefix(ref, imageScheme), Raw: strings.TrimPrefix(raw, imageScheme),
		Kind: plan.Compose, Subject: service, Location: place, Built: built,
	}
	if place.Region.StartLine == place.Region.EndLine && strings.HasPrefix(ref, imageScheme) {
		r := &im.Location.Region
		if t, _, found := c.at.best(at); found && t.end.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			r.EndColumn--
		}
		r.StartColumn = max(r.StartColumn, r.EndColumn-len([]rune(im.Raw)))
	}
	im.Unresolved = interpolate.Placeholders(ref)
	c.images = append(c.images, im)
}
