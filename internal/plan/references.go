package plan

import (
	"path"
	"regexp"
	"slices"
	"strings"

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
			b.workflow(d, model)
		case isAction(name):
			b.action(d, model)
		case kustomize.Is(name):
			b.kustomizeImages(d, model)
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

// kustomizeImages adds what the images of a kustomization replace others by. One that
// only renames has the tag of what it replaces, which stands elsewhere.
func (b *builder) kustomizeImages(d *source.Doc, model map[string]any) {
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
		b.plan.Images = append(b.plan.Images, Image{
			Ref: ref, Raw: ref, Kind: Kubernetes, Subject: "Kustomization/" + text(m["name"]), Location: at,
		})
	}
}

func isValues(name string) bool {
	return matches(strings.ToLower(path.Base(name)), "{,*-,*.,*_}values{,-*,.*,_*}.{yaml,yml}")
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
