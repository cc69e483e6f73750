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
			c.own(base, name, service)
			hooks, _ := service["pre_start"].([]any)
			for i := range hooks {
				c.add(decoded.Join(base, "pre_start", i, "image"), name)
			}
			volumes, _ := service["volumes"].([]any)
			for i, v := range volumes {
				if m, _ := v.(map[string]any); m["type"] == "image" {
					c.add(decoded.Join(base, "volumes", i, "source"), name)
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
			c.add(decoded.Join(at, name), service)
		}
	}
}

// own adds the image that a service runs. One that it builds, too, is still pulled unless
// the pull policy says otherwise, in the file itself and not by a variable. Nothing that is
// built has a digest before.
func (c *composeImageList) own(at []any, name string, service map[string]any) {
	before := len(c.images)
	c.add(decoded.Join(at, "image"), name)
	if len(c.images) == before || service["build"] == nil || strings.Contains(c.images[before].Ref, "@") {
		return
	}
	policy := decoded.Text(service["pull_policy"])
	if written, ok := decoded.At(c.doc.Raw, decoded.Join(at, "pull_policy")).(string); ok && written != policy {
		return
	}
	im := &c.images[before]
	im.Built = policy == "build" || policy == "never"
	im.Fallback = policy == "" || policy == "missing" || policy == "if_not_present"
}

func (c *composeImageList) add(at []any, service string) {
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
		Kind: plan.Compose, Subject: service, Location: place,
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
