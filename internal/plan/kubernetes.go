package plan

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan/render"
	"github.com/stella-ops/assure/internal/source"
)

// kubernetes adds the objects of a YAML or JSON file; one without any may configure
// something else.
func (b *builder) kubernetes(name string) {
	data, err := b.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		b.fault(name, err, "hardening", "images")
		return
	}
	docs, err := source.Parse(name, data)
	if err != nil {
		if !bytes.Contains(data, []byte("{{")) || strings.HasPrefix(name, ".github/") {
			b.fault(name, err, "hardening", "images")
		}
		return
	}
	before := len(b.plan.Documents)
	for _, d := range docs {
		if model, ok := source.Decode(d.Root, render.Scalar).(map[string]any); ok {
			b.object(origin{name: d.Name, files: []string{d.Name}, at: d}, nil, model)
		}
	}
	b.references(name, docs)
	if len(b.plan.Documents) == before {
		b.configuration(name, data, docs)
	}
}

// origin is where an object stands.
type origin struct {
	name  string
	files []string
	at    source.Locator
	// overlay is the directory of the kustomization that rendered it, else empty.
	overlay string
}

// object adds one object, or the members of a List.
func (b *builder) object(o origin, prefix []any, model map[string]any) {
	kind, _ := model["kind"].(string)
	version, _ := model["apiVersion"].(string)
	if kind == "" || version == "" {
		return
	}
	items, ok := model["items"].([]any)
	member, isList := strings.CutSuffix(kind, "List")
	if !ok || !isList {
		b.add(o, prefix, model)
		return
	}
	for i, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			continue
		}
		if member != "" { // a PodList's members need not repeat what they are
			setDefault(m, "kind", member)
			setDefault(m, "apiVersion", version)
		}
		b.object(o, append(prefix[:len(prefix):len(prefix)], "items", i), m)
	}
}

func setDefault(m map[string]any, key string, v any) {
	if m[key] == nil {
		m[key] = v
	}
}

func (b *builder) add(o origin, prefix []any, model map[string]any) {
	doc := Document{Kind: Kubernetes, Name: o.name, Files: o.files, Overlay: o.overlay, Model: model, Locator: below{o.at, prefix}}
	b.plan.Documents = append(b.plan.Documents, doc)
	meta, _ := model["metadata"].(map[string]any)
	subject := fmt.Sprintf("%v/%v", model["kind"], text(meta["name"]))
	if group, _, _ := strings.Cut(text(model["apiVersion"]), "/"); !deploysNothing.MatchString(group) {
		b.pods(doc, subject, nil, model)
	}
}

// deploysNothing are the groups whose objects hold pods as patterns or schemas.
var deploysNothing = regexp.MustCompile(`(^|\.)(kyverno\.io|gatekeeper\.sh|apiextensions\.k8s\.io|policy\.sigstore\.dev)$`)

// pods adds the images of every pod in an object, wherever it stands: custom workloads
// hold pods in places of their own.
func (b *builder) pods(doc Document, subject string, path []any, v any) {
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			b.pods(doc, subject, join(path, i), e)
		}
	case map[string]any:
		b.containers(doc, subject, path, x)
		b.imageVolumes(doc, subject, path, x)
		for _, k := range sortedKeys(x) {
			if len(path) > 0 || k != "status" {
				b.pods(doc, subject, join(path, k), x[k])
			}
		}
	}
}

// containerLists are the lists of a pod's containers; the last two are Tekton's, and the
// members of containerMaps Argo's.
var (
	containerLists = [...]string{"initContainers", "containers", "ephemeralContainers", "steps", "sidecars"}
	containerMaps  = [...]string{"container", "script"}
)

func (b *builder) containers(doc Document, subject string, path []any, spec map[string]any) {
	for _, member := range containerMaps {
		if ref, _ := dig(spec[member], []any{"image"}).(string); ref != "" {
			b.image(doc, join(path, member, "image"), ref, subject+"/"+orUnnamed(spec["name"], member))
		}
	}
	for _, list := range containerLists {
		items, _ := spec[list].([]any)
		for i, item := range items {
			c, _ := item.(map[string]any)
			ref, ok := c["image"].(string)
			if !ok || ref == "" {
				continue
			}
			b.image(doc, join(path, list, i, "image"), ref, subject+"/"+text(c["name"]))
		}
	}
}

// imageVolumes adds volumes that are images themselves (KEP-4639).
func (b *builder) imageVolumes(doc Document, subject string, path []any, spec map[string]any) {
	items, _ := spec["volumes"].([]any)
	for i, item := range items {
		v, _ := item.(map[string]any)
		if ref, ok := dig(v, []any{"image", "reference"}).(string); ok && ref != "" {
			b.image(doc, join(path, "volumes", i, "image", "reference"), ref, subject+"/"+text(v["name"]))
		}
	}
}

func (b *builder) image(doc Document, path []any, ref, subject string) {
	at, _ := doc.Locator.Locate(path)
	if doc.Overlay != "" && b.deploys(ref, at) {
		return
	}
	b.plan.Images = append(b.plan.Images, Image{
		Ref: ref, Raw: ref, Kind: doc.Kind, Subject: subject, Location: at, Built: strings.HasPrefix(ref, koScheme),
	})
}

// deploys tells whether an image is known at a place: overlays share their bases.
func (b *builder) deploys(ref string, at finding.Location) bool {
	return slices.ContainsFunc(b.plan.Images, func(im Image) bool { return im.Ref == ref && im.Location == at })
}

// below locates paths of a part of a document.
type below struct {
	doc    source.Locator
	prefix []any
}

// Locate implements source.Locator.
func (p below) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 0 && len(p.prefix) == 0 {
		return p.doc.Locate([]any{"kind"})
	}
	return p.doc.Locate(join(p.prefix, path...))
}

func join(path []any, more ...any) []any { return append(path[:len(path):len(path)], more...) }

// dig follows a path through maps and lists; nil when it does not exist.
func dig(v any, path []any) any {
	for _, step := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[fmt.Sprint(step)]
		case []any:
			i, ok := source.Index(step)
			if !ok || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func orUnnamed(name any, fallback string) string {
	if s := text(name); s != "" {
		return s
	}
	return fallback
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// koScheme marks what ko builds from a Go package when it applies the manifest.
const koScheme = "ko://"
