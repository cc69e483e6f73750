package change

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source/difference"
)

// id tells the things of one commit apart.
type id struct{ file, class, space, name string }

// thing is what can move as a whole: a service, an object, a Dockerfile.
type thing struct {
	id
	// line is where it begins.
	line int
	// files are all that its document was made of.
	files []string
	// prefixes are how subjects and keys of findings about it begin.
	prefixes []string
	model    any
	plan     *plan.Plan
	kind     plan.Kind
}

// thingsOf lists the things of a plan, each once.
func thingsOf(p *plan.Plan) map[id]*thing {
	all := map[id]*thing{}
	add := func(t thing) {
		if _, ok := all[t.id]; !ok {
			all[t.id] = &t
		}
	}
	for i := range p.Documents {
		doc := &p.Documents[i]
		switch doc.Kind {
		case plan.Compose:
			services, _ := doc.Model["services"].(map[string]any)
			for name, model := range services {
				add(service(p, doc, name, model))
			}
		case plan.Kubernetes:
			add(object(p, doc))
		case plan.Dockerfile:
			if doc.Owner == "" { // else it is a part of its service
				add(thing{id: id{file: doc.Name, class: "Dockerfile"}, kind: doc.Kind, files: doc.Files, plan: p})
			}
		}
	}
	return all
}

func service(p *plan.Plan, doc *plan.Document, name string, model any) thing {
	file, line := home(doc, "services", name)
	return thing{
		id: id{file: file, class: "service", name: name}, line: line, kind: doc.Kind,
		files: doc.Files, prefixes: []string{name, "services." + name}, model: model, plan: p,
	}
}

func object(p *plan.Plan, doc *plan.Document) thing {
	kind, _ := doc.Model["kind"].(string)
	meta, _ := doc.Model["metadata"].(map[string]any)
	name, _ := meta["name"].(string)
	space, _ := meta["namespace"].(string)
	file, line := home(doc)
	t := thing{id: id{file: file, class: kind, space: space, name: name}, line: line, kind: doc.Kind, files: doc.Files, model: doc.Model, plan: p}
	t.prefixes = []string{kind + "/" + path.Join(doc.Namespace(), name), cmp.Or(space, "default") + "/" + kind + "/" + name, kind + "/" + name}
	return t
}

// home is the file and the line in which the thing at the path is written.
func home(doc *plan.Document, path ...any) (string, int) {
	if doc.Locator == nil {
		return doc.Name, 0
	}
	at, _ := doc.Locator.Locate(path)
	return cmp.Or(at.URI, doc.Name), at.Region.StartLine
}

// maxLeaves bounds what is compared of one thing.
const maxLeaves = 5000

// profile is what the thing is made of: its values with their paths, whatever their order,
// without its name and without versions of images.
func (t *thing) profile() difference.Profile {
	p := difference.Profile{Parts: map[uint64]int{}}
	if t.kind == plan.Dockerfile {
		if data, err := t.plan.Tree.Read(t.file, 1<<20); err == nil {
			return difference.ProfileOf(data)
		}
	}
	t.leaves(&p, "", t.model)
	return p
}

// verbatim is the profile of a thing that keeps what it is called inside.
func (t *thing) verbatim() difference.Profile {
	plain := *t
	plain.name = ""
	return plain.profile()
}

func (t *thing) leaves(p *difference.Profile, at string, v any) {
	if p.Total >= maxLeaves {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if at == ".metadata" && (key == "name" || key == "namespace") {
				continue
			}
			t.leaves(p, at+"."+t.anonymous(key), value)
		}
	case []any:
		for _, value := range v {
			t.leaves(p, at+"[]", value)
		}
	default:
		p.Add(at+"="+t.value(at, v), 1)
	}
}

// value is a scalar as it reads wherever the thing stands and whatever it is called.
func (t *thing) value(at string, v any) string {
	text := scalar(v)
	switch {
	case strings.HasSuffix(at, ".image"):
		return repository(text)
	case strings.HasPrefix(text, t.plan.Root+"/") || strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../"):
		return path.Base(text)
	}
	return t.anonymous(text)
}

// anonymous takes the thing's name out of a text.
func (t *thing) anonymous(text string) string {
	if t.kind == plan.Dockerfile || t.name == "" {
		return text
	}
	if text == t.name || len(t.name) > 2 {
		return strings.ReplaceAll(text, t.name, "\x00")
	}
	return text
}

// repository is an image reference without tag and digest.
func repository(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if colon := strings.LastIndexByte(ref, ':'); colon > strings.LastIndexByte(ref, '/') {
		ref = ref[:colon]
	}
	return ref
}

// runs are the images and builds of the thing, sorted.
func (t *thing) runs() (out []string) {
	if t.kind == plan.Dockerfile {
		for _, im := range t.plan.Images {
			if im.Location.URI == t.file {
				out = append(out, repository(im.Ref))
			}
		}
	}
	images(t.model, &out)
	if s, ok := t.model.(map[string]any); ok && t.kind == plan.Compose {
		if build, ok := s["build"]; ok {
			var p []string
			t.build(build, &p)
			out = append(out, p...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func images(v any, out *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if text, ok := value.(string); ok && key == "image" && text != "" {
				*out = append(*out, repository(text))
				continue
			}
			images(value, out)
		}
	case []any:
		for _, value := range v {
			images(value, out)
		}
	}
}

// build names where the image is made of, by the last part of each path.
func (t *thing) build(v any, out *[]string) {
	b, ok := v.(map[string]any)
	if !ok {
		b = map[string]any{"context": v}
	}
	for _, key := range [...]string{"context", "dockerfile", "dockerfile_inline", "target"} {
		if text, ok := b[key].(string); ok {
			*out = append(*out, "build "+key+" "+t.value("", text))
		}
	}
}
