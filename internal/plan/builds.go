package plan

import (
	"errors"
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// serviceBuild is how a Compose service builds its image.
type serviceBuild struct {
	// args are the values that take the place of ARG defaults.
	args map[string]string
	// contexts are names that FROM and --from may use for what is no image.
	contexts map[string]any
}

// noteBuild remembers how a service builds: its Dockerfile, which may have any name or
// stand inside of the Compose file.
func (b *builder) noteBuild(s *set, doc Document, l *composeLocator, service string) {
	at := []any{"services", service, "build"}
	build, ok := dig(doc.Model, at).(map[string]any)
	if !ok {
		return
	}
	sb := serviceBuild{args: buildArgs(s, build["args"])}
	sb.contexts, _ = build["additional_contexts"].(map[string]any)
	if content, _ := build["dockerfile_inline"].(string); content != "" {
		b.inline(l, join(at, "dockerfile_inline"), service, content, sb)
		return
	}
	context := text(build["context"])
	if remote(context) {
		return
	}
	file := text(build["dockerfile"])
	if file == "" {
		file = "Dockerfile"
	}
	if name, err := inside(b.tree.Dir(), path.Join(s.dir, context), file); err == nil && b.has(name) {
		b.builds[name] = append(b.builds[name], sb)
	}
}

// buildArgs are a build's arguments; one without a value takes that of .env.
func buildArgs(s *set, v any) map[string]string {
	args := map[string]string{}
	given, _ := v.(map[string]any)
	for name, value := range given {
		if value != nil {
			args[name] = text(value)
		} else if known, ok := s.lookup(name); ok {
			args[name] = known
		}
	}
	return args
}

// images are those that the Dockerfile pulls in each of its builds, else in one without
// arguments; each reference once.
func (d *dockerfileDoc) imagesOf(builds []serviceBuild) (out []Image) {
	if len(builds) == 0 {
		builds = []serviceBuild{{}}
	}
	for _, sb := range builds {
		for _, im := range d.images(sb) {
			if !slices.ContainsFunc(out, func(o Image) bool { return o.Ref == im.Ref && o.Location == im.Location }) {
				out = append(out, im)
			}
		}
	}
	return out
}

// inline adds a Dockerfile that stands in a Compose file.
func (b *builder) inline(l *composeLocator, at []any, service, content string, sb serviceBuild) {
	t, _, found := l.best(at)
	place, _ := l.Locate(at)
	if !found || t.end == nil {
		b.problem(place, "the Dockerfile inside of the Compose file cannot be located; write it as a block (|)", "hardening", "images")
		return
	}
	where := inlineLocator{file: t.doc, node: t.end, content: content}
	d, err := parseDockerfile(t.doc.Name, []byte(content))
	if err != nil {
		if e, ok := errors.AsType[*source.Error](err); ok {
			at, _ := where.in(e.Location.Region)
			err = &source.Error{Location: at, Message: e.Message}
		}
		b.fault(t.doc.Name, err, "hardening", "images")
		return
	}
	where.dockerfile = d
	b.plan.Documents = append(b.plan.Documents, Document{
		Kind: Dockerfile, Name: t.doc.Name, Files: []string{t.doc.Name}, Model: d.model(), Locator: where, Owner: service,
	})
	for _, im := range d.images(sb) {
		im.Location, _ = where.in(im.Location.Region)
		if im.Default != (finding.Location{}) {
			im.Default, _ = where.in(im.Default.Region)
		}
		im.Subject = service + "/" + im.Subject
		b.plan.Images = append(b.plan.Images, im)
	}
}

// inlineLocator finds the places of a Dockerfile's parts in the scalar that holds it.
type inlineLocator struct {
	dockerfile *dockerfileDoc
	file       *source.Doc
	node       *yaml.Node
	content    string
}

// Locate implements source.Locator.
func (l inlineLocator) Locate(path []any) (finding.Location, source.Grade) {
	at, grade := l.dockerfile.Locate(path)
	at, exact := l.in(at.Region)
	if !exact && grade == source.Exact {
		grade = source.Item
	}
	return at, grade
}

// in finds a region of the Dockerfile in the file around it.
func (l inlineLocator) in(r finding.Region) (finding.Location, bool) {
	r, exact := l.file.Within(l.node, l.content, r)
	return finding.Location{URI: l.file.Name, Region: r}, exact
}
