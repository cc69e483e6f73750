package plan

import (
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"
)

// composeImages are what a set pulls or builds.
func composeImages(doc Document, l *composeLocator) []Image {
	c := &composeImageList{doc: doc, at: l}
	for _, section := range [...]string{"services", "jobs"} {
		services, _ := doc.Model[section].(map[string]any)
		for _, name := range sortedKeys(services) {
			service, _ := services[name].(map[string]any)
			base := []any{section, name}
			c.add(join(base, "image"), name, service["build"] != nil)
			hooks, _ := service["pre_start"].([]any)
			for i := range hooks {
				c.add(join(base, "pre_start", i, "image"), name, false)
			}
			volumes, _ := service["volumes"].([]any)
			for i, v := range volumes {
				if m, _ := v.(map[string]any); m["type"] == "image" {
					c.add(join(base, "volumes", i, "source"), name, false)
				}
			}
			c.contexts(join(base, "build", "additional_contexts"), name)
		}
	}
	return c.images
}

// composeImageList gathers the images of one set.
type composeImageList struct {
	doc    Document
	at     *composeLocator
	images []Image
}

const imageScheme = "docker-image://"

// contexts adds images that a build takes as further contexts.
func (c *composeImageList) contexts(at []any, service string) {
	contexts, _ := dig(c.doc.Model, at).(map[string]any)
	for _, name := range sortedKeys(contexts) {
		if ref := text(contexts[name]); strings.HasPrefix(ref, imageScheme) {
			c.add(join(at, name), service, false)
		}
	}
}

func (c *composeImageList) add(at []any, service string, built bool) {
	ref, ok := dig(c.doc.Model, at).(string)
	if !ok || ref == "" {
		return
	}
	raw, ok := dig(c.doc.Raw, at).(string)
	if !ok {
		raw = ref
	}
	place, _ := c.at.Locate(at)
	im := Image{
		Ref: strings.TrimPrefix(ref, imageScheme), Raw: strings.TrimPrefix(raw, imageScheme),
		Kind: Compose, Subject: service, Location: place, Built: built,
	}
	if place.Region.StartLine == place.Region.EndLine && strings.HasPrefix(ref, imageScheme) {
		r := &im.Location.Region
		if t, _, found := c.at.best(at); found && t.end.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			r.EndColumn--
		}
		r.StartColumn = max(r.StartColumn, r.EndColumn-len([]rune(im.Raw)))
	}
	im.Unresolved = placeholders(ref)
	c.images = append(c.images, im)
}

// relative takes the machine's directory out of a message, and says what a schema means.
func (s *set) relative(msg string) string {
	msg = strings.ReplaceAll(msg, " false schema", " is not a key that Compose knows here; correct or remove it")
	msg = strings.ReplaceAll(msg, s.tree.Dir()+string(filepath.Separator), "")
	return strings.ReplaceAll(msg, s.tree.Dir(), ".")
}
