package plan

import (
	"errors"
	"path"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

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

// inline adds a Dockerfile that stands in a Compose file.
func (b *builder) inline(l *composeLocator, at []any, service, content string, sb serviceBuild) {
	file, node, found := l.Node(at)
	place, _ := l.Locate(at)
	if !found {
		b.problem(place, "the Dockerfile inside of the Compose file cannot be located; write it as a block (|)", "hardening", "images")
		return
	}
	where := inlineLocator{file: file, node: node, content: content}
	d, err := parseDockerfile(file.Name, []byte(content))
	if err != nil {
		if e, ok := errors.AsType[*source.Error](err); ok {
			at, _ := where.in(e.Location.Region)
			err = &source.Error{Location: at, Message: e.Message}
		}
		b.fault(file.Name, err, "hardening", "images")
		return
	}
	where.dockerfile = d
	b.plan.Documents = append(b.plan.Documents, Document{
		Kind: Dockerfile, Name: file.Name, Files: []string{file.Name}, Model: d.model(), Locator: where, Owner: service,
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

// dockerfile adds a Dockerfile and the images it names.
func (b *builder) dockerfile(name string) {
	b.taken[name] = true
	data, err := b.tree.Read(name, maxDockerfile)
	if err != nil {
		b.fault(name, err, "hardening", "images")
		return
	}
	d, err := parseDockerfile(name, data)
	if err != nil {
		b.fault(name, err, "hardening", "images")
		return
	}
	b.plan.Documents = append(b.plan.Documents, Document{
		Kind: Dockerfile, Name: name, Files: []string{name}, Model: d.model(), Locator: d,
	})
	b.plan.Images = append(b.plan.Images, d.imagesOf(b.builds[name])...)
}
