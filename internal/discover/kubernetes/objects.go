// Package kubernetes finds objects in manifests, and the images that objects, charts' values
// and kustomizations name.
package kubernetes

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// Origin is where an object stands.
type Origin struct {
	Name  string
	Files []string
	At    source.Locator
	// overlay is the directory of the kustomization that rendered it, else empty.
	Overlay string
}

// Objects are one object, or the members of a List.
func Objects(o Origin, prefix []any, model map[string]any) (docs []plan.Document) {
	kind, _ := model["kind"].(string)
	version, _ := model["apiVersion"].(string)
	if kind == "" || version == "" {
		return nil
	}
	if objects, ok := model["objects"].([]any); ok && kind == "Template" && strings.HasPrefix(version, "template.openshift.io/") {
		return templateObjects(o, prefix, model, objects)
	}
	items, ok := model["items"].([]any)
	member, isList := strings.CutSuffix(kind, "List")
	if !ok || !isList {
		return []plan.Document{{Kind: plan.Kubernetes, Name: o.Name, Files: o.Files, Overlay: o.Overlay, Model: model, Locator: below{o.At, prefix}}}
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
		docs = append(docs, Objects(o, decoded.Join(prefix, "items", i), m)...)
	}
	return docs
}

// templateObjects are the objects of an OpenShift template, with the values of its
// parameters.
func templateObjects(o Origin, prefix []any, model map[string]any, objects []any) (docs []plan.Document) {
	values := parameters(map[string]any{"parameters": model["parameters"]})
	for i, object := range objects {
		if m, ok := replaced(object, values).(map[string]any); ok {
			docs = append(docs, Objects(o, decoded.Join(prefix, "objects", i), m)...)
		}
	}
	return docs
}

// replaced is a copy of a value with its parameters replaced.
func replaced(v any, values map[string]string) any {
	switch x := v.(type) {
	case string:
		text, _ := resolve(x, values)
		return text
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = replaced(e, values)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = replaced(e, values)
		}
		return out
	}
	return v
}

func setDefault(m map[string]any, key string, v any) {
	if m[key] == nil {
		m[key] = v
	}
}

// Images are the images that an object deploys.
func Images(doc plan.Document) []plan.Image {
	meta, _ := doc.Model["metadata"].(map[string]any)
	subject := fmt.Sprintf("%v/%v", doc.Model["kind"], path.Join(doc.Namespace(), decoded.Text(meta["name"])))
	if group, _, _ := strings.Cut(decoded.Text(doc.Model["apiVersion"]), "/"); deploysNothing.MatchString(group) {
		return nil
	}
	p := &podImageList{doc: doc, values: parameters(doc.Model)}
	p.pods(subject, nil, doc.Model)
	p.operated(subject)
	return p.images
}

// podImageList gathers the images of one object.
type podImageList struct {
	doc    plan.Document
	values map[string]string
	images []plan.Image
}

// deploysNothing are the groups whose objects hold pods as patterns or schemas.
var deploysNothing = regexp.MustCompile(`(^|\.)(kyverno\.io|gatekeeper\.sh|apiextensions\.k8s\.io|policy\.sigstore\.dev)$`)

// pods adds the images of every pod in an object, wherever it stands: custom workloads
// hold pods in places of their own.
func (p *podImageList) pods(subject string, path []any, v any) {
	switch x := v.(type) {
	case []any:
		for i, e := range x {
			p.pods(subject, decoded.Join(path, i), e)
		}
	case map[string]any:
		p.containers(subject, path, x)
		p.imageVolumes(subject, path, x)
		for _, k := range decoded.Keys(x) {
			if len(path) > 0 || k != "status" {
				p.pods(subject, decoded.Join(path, k), x[k])
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

func (p *podImageList) containers(subject string, path []any, spec map[string]any) {
	for _, member := range containerMaps {
		if ref, _ := decoded.At(spec[member], []any{"image"}).(string); ref != "" {
			p.image(decoded.Join(path, member, "image"), ref, subject+"/"+orUnnamed(spec["name"], member))
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
			p.image(decoded.Join(path, list, i, "image"), ref, subject+"/"+decoded.Text(c["name"]))
		}
	}
}

// imageVolumes adds volumes that are images themselves (KEP-4639).
func (p *podImageList) imageVolumes(subject string, path []any, spec map[string]any) {
	items, _ := spec["volumes"].([]any)
	for i, item := range items {
		v, _ := item.(map[string]any)
		if ref, ok := decoded.At(v, []any{"image", "reference"}).(string); ok && ref != "" {
			p.image(decoded.Join(path, "volumes", i, "image", "reference"), ref, subject+"/"+decoded.Text(v["name"]))
		}
	}
}

func (p *podImageList) image(path []any, ref, subject string) {
	at, _ := p.doc.Locator.Locate(path)
	resolved, unresolved := resolve(ref, p.values)
	p.images = append(p.images, plan.Image{
		Ref: resolved, Raw: ref, Unresolved: unresolved, Kind: p.doc.Kind, Subject: subject, Location: at, Built: strings.HasPrefix(ref, koScheme),
	})
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
	return p.doc.Locate(decoded.Join(p.prefix, path...))
}

func orUnnamed(name any, fallback string) string {
	if s := decoded.Text(name); s != "" {
		return s
	}
	return fallback
}

// koScheme marks what ko builds from a Go package when it applies the manifest.
const koScheme = "ko://"

// Related implements relater.
func (p below) Related(path []any) []finding.Related {
	return source.RelatedPlaces(p.doc, decoded.Join(p.prefix, path...))
}
