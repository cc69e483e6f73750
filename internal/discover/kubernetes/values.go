package kubernetes

import (
	"path"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// KustomizationImages are what the images of a kustomization replace others by. One that
// only renames has the tag of what it replaces, which stands elsewhere.
func KustomizationImages(d *source.Doc, model map[string]any) (images []plan.Image) {
	entries, _ := model["images"].([]any)
	for i, e := range entries {
		m, _ := e.(map[string]any)
		ref, last := decoded.Text(m["name"]), ""
		if newName := decoded.Text(m["newName"]); newName != "" {
			ref = newName
		}
		for key, mark := range [...]string{":", "@"} {
			name := [...]string{"newTag", "digest"}[key]
			if v := decoded.Text(m[name]); v != "" {
				ref, last = ref+mark+v, name
			}
		}
		if last == "" || decoded.Text(m["name"]) == "" {
			continue
		}
		at, _ := d.Locate([]any{"images", i, last})
		images = append(images, plan.Image{
			Ref: ref, Raw: ref, Kind: plan.Kubernetes, Subject: "Kustomization/" + decoded.Text(m["name"]), Location: at,
		})
	}
	return images
}

// IsValues reports whether a file holds values of a chart, by its name.
func IsValues(name string) bool {
	ok, _ := doublestar.Match("{,*-,*.,*_}values{,-*,.*,_*}.{yaml,yml}", strings.ToLower(path.Base(name)))
	return ok
}

// pullable tells a repository of images from one of source code.
var pullable = regexp.MustCompile(`^[a-z0-9][a-zA-Z0-9._:/-]*$`)

// ValueImages finds images in the values of a chart by the form that charts give them:
// a mapping {registry, repository, tag, digest}, or an image with its tag.
func ValueImages(d *source.Doc, v any, at []any) (out []plan.Image) {
	if list, ok := v.([]any); ok {
		for i, e := range list {
			out = append(out, ValueImages(d, e, decoded.Join(at, i))...)
		}
		return out
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if im, ok := valueImage(d, m, at); ok {
		return []plan.Image{im}
	}
	for _, k := range decoded.Keys(m) {
		out = append(out, ValueImages(d, m[k], decoded.Join(at, k))...)
	}
	return out
}

func valueImage(d *source.Doc, m map[string]any, at []any) (plan.Image, bool) {
	base, last := "", ""
	for _, key := range [...]string{"repository", "image", "name"} {
		s, ok := m[key].(string)
		if ok && pullable.MatchString(s) && (key == "image" || imageKey(at, m)) {
			base, last = s, key
			break
		}
	}
	if base == "" {
		return plan.Image{}, false
	}
	if registry, ok := m["registry"].(string); ok && registry != "" {
		base = registry + "/" + base
	}
	for _, part := range [...][2]string{{"tag", ":"}, {"digest", "@"}} {
		if s := decoded.Scalars(m[part[0]], nil); len(s) == 1 && s[0] != "" {
			base, last = base+part[1]+s[0], part[0]
		}
	}
	place, _ := d.Locate(decoded.Join(at, last))
	im := plan.Image{Ref: base, Raw: base, Kind: plan.Kubernetes, Subject: "values " + dotted(at), Location: place}
	return im, last != "repository" && last != "name"
}

// imageKey tells whether a mapping is an image by the name it has or by its members.
func imageKey(at []any, m map[string]any) bool {
	if m["pullPolicy"] != nil || m["registry"] != nil {
		return true
	}
	return len(at) > 0 && strings.Contains(strings.ToLower(decoded.Text(at[len(at)-1])), "image")
}

func dotted(at []any) string {
	parts := make([]string, len(at))
	for i, p := range at {
		parts[i] = decoded.Text(p)
	}
	return strings.Join(parts, ".")
}
