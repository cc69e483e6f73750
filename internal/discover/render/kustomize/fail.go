package kustomize

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// failed reports why the library could not render. What was missing explains it.
func (c *closure) failed(k *kust, err error) {
	if c.missing > 0 {
		return
	}
	text := err.Error()
	at := k.at()
	if to, ok := c.named(text); ok {
		at = to
	}
	if to, ok := c.patchOf(text); ok {
		at = to
	}
	c.out.Fail(gap.RenderFailed, at, "kustomization cannot be rendered: %s; look at the output of kustomize build %s", clip(tidy(text)), k.dir)
}

// named is the place of the last reference that a message names.
func (c *closure) named(text string) (at finding.Location, ok bool) {
	best, long := -1, 0
	for ref, e := range c.refs {
		if i := strings.LastIndex(text, ref); i > best || i >= 0 && i == best && len(ref) > long {
			at, best, long = e.at, i, len(ref)
		}
	}
	return at, best >= 0
}

// patchOf is the place of the patch whose object a message names.
func (c *closure) patchOf(text string) (at finding.Location, ok bool) {
	if !strings.Contains(text, "patch") && !strings.Contains(text, "no matches for Id") {
		return at, false
	}
	for _, k := range c.kusts {
		if k == nil {
			continue
		}
		for _, p := range k.patches {
			for _, d := range p.docs {
				_, kind := source.Child(d.Root, "kind")
				name := nodeAt(d.Root, []any{"metadata", "name"})
				if kind == nil || name == nil || !strings.Contains(text, kind.Value+".") || !strings.Contains(text, "/"+name.Value+".") {
					continue
				}
				if to, _ := p.where(d, name); !ok || to.Compare(at) < 0 {
					at, ok = to, true
				}
			}
		}
	}
	return at, ok
}

// stuttered are parts of the library's messages that say nothing to the reader.
var (
	stuttered = regexp.MustCompile(`accumulat(ing resources|ion err)[:=]+ ?`)
	partName  = regexp.MustCompile(`/(whole|\d+)(['":\s]|$)`)
)

// tidy takes the names that only the library's file system has out of a message.
func tidy(text string) string {
	text = strings.TrimPrefix(text, "render: ")
	return partName.ReplaceAllString(stuttered.ReplaceAllString(text, ""), "$2")
}
