package plan

import (
	"path"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/source"
)

// kustomizeImages are what the images of a kustomization replace others by. One that
// only renames has the tag of what it replaces, which stands elsewhere.
func kustomizeImages(d *source.Doc, model map[string]any) (images []Image) {
	entries, _ := model["images"].([]any)
	for i, e := range entries {
		m, _ := e.(map[string]any)
		ref, last := text(m["name"]), ""
		if newName := text(m["newName"]); newName != "" {
			ref = newName
		}
		for key, mark := range [...]string{":", "@"} {
			name := [...]string{"newTag", "digest"}[key]
			if v := text(m[name]); v != "" {
				ref, last = ref+mark+v, name
			}
		}
		if last == "" || text(m["name"]) == "" {
			continue
		}
		at, _ := d.Locate([]any{"images", i, last})
		images = append(images, Image{
			Ref: ref, Raw: ref, Kind: Kubernetes, Subject: "Kustomization/" + text(m["name"]), Location: at,
		})
	}
	return images
}

func isValues(name string) bool {
	ok, _ := doublestar.Match("{,*-,*.,*_}values{,-*,.*,_*}.{yaml,yml}", strings.ToLower(path.Base(name)))
	return ok
}

// pullable tells a repository of images from one of source code.
var pullable = regexp.MustCompile(`^[a-z0-9][a-zA-Z0-9._:/-]*$`)

// valueImages finds images in the values of a chart by the form that charts give them:
// a mapping {registry, repository, tag, digest}, or an image with its tag.
func valueImages(d *source.Doc, v any, at []any) (out []Image) {
	if list, ok := v.([]any); ok {
		for i, e := range list {
			out = append(out, valueImages(d, e, join(at, i))...)
		}
		return out
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if im, ok := valueImage(d, m, at); ok {
		return []Image{im}
	}
	for _, k := range sortedKeys(m) {
		out = append(out, valueImages(d, m[k], join(at, k))...)
	}
	return out
}

func valueImage(d *source.Doc, m map[string]any, at []any) (Image, bool) {
	base, last := "", ""
	for _, key := range [...]string{"repository", "image", "name"} {
		s, ok := m[key].(string)
		if ok && pullable.MatchString(s) && (key == "image" || imageKey(at, m)) {
			base, last = s, key
			break
		}
	}
	if base == "" {
		return Image{}, false
	}
	if registry, ok := m["registry"].(string); ok && registry != "" {
		base = registry + "/" + base
	}
	for _, part := range [...][2]string{{"tag", ":"}, {"digest", "@"}} {
		if s := scalarsAt(m[part[0]], nil); len(s) == 1 && s[0] != "" {
			base, last = base+part[1]+s[0], part[0]
		}
	}
	place, _ := d.Locate(join(at, last))
	im := Image{Ref: base, Raw: base, Kind: Kubernetes, Subject: "values " + dotted(at), Location: place}
	return im, last != "repository" && last != "name"
}

// imageKey tells whether a mapping is an image by the name it has or by its members.
func imageKey(at []any, m map[string]any) bool {
	if m["pullPolicy"] != nil || m["registry"] != nil {
		return true
	}
	return len(at) > 0 && strings.Contains(strings.ToLower(text(at[len(at)-1])), "image")
}

func dotted(at []any) string {
	parts := make([]string, len(at))
	for i, p := range at {
		parts[i] = text(p)
	}
	return strings.Join(parts, ".")
}
