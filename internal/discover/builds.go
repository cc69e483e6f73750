package discover

import (
	"cmp"
	"errors"
	"path"

	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/discover/dockerfile"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// noteBuild remembers how a service builds: its Dockerfile, which may have any name or
// stand inside of the Compose file.
func (b *builder) noteBuild(s *compose.Set, doc plan.Document, l *compose.Locator, service string) {
	at := []any{"services", service, "build"}
	build, ok := decoded.At(doc.Model, at).(map[string]any)
	if !ok {
		return
	}
	sb := dockerfile.Build{Args: buildArgs(s, build["args"])}
	sb.Contexts, _ = build["additional_contexts"].(map[string]any)
	if content, _ := build["dockerfile_inline"].(string); content != "" {
		b.inline(l, decoded.Join(at, "dockerfile_inline"), service, content, sb)
		return
	}
	context := decoded.Text(build["context"])
	if source.IsRemote(context) {
		return
	}
	file := decoded.Text(build["dockerfile"])
	if file == "" {
		file = "Dockerfile"
	}
	if name, err := source.Inside(b.tree.Dir(), path.Join(s.Dir, context), file); err == nil && b.has(name) {
		b.builds[name] = append(b.builds[name], sb)
	}
}

// buildArgs are a build's arguments; one without a value takes that of .env.
func buildArgs(s *compose.Set, v any) map[string]string {
	args := map[string]string{}
	given, _ := v.(map[string]any)
	for name, value := range given {
		if value != nil {
			args[name] = decoded.Text(value)
		} else if known, ok := s.Lookup(name); ok {
			args[name] = known
		}
	}
	return args
}

// inline adds a Dockerfile that stands in a Compose file.
func (b *builder) inline(l *compose.Locator, at []any, service, content string, sb dockerfile.Build) {
	file, node, found := l.Node(at)
	place, _ := l.Locate(at)
	if !found {
		b.problem(gap.ComposeItem, place, "the Dockerfile inside of the Compose file cannot be located; write it as a block (|)", "hardening", "images")
		return
	}
	where := dockerfile.Inline{File: file, Node: node, Content: content}
	d, err := dockerfile.Parse(file.Name, []byte(content))
	if err != nil {
		if e, ok := errors.AsType[*source.Error](err); ok {
			at, _ := where.In(e.Location.Region)
			err = &source.Error{Location: at, Message: e.Message}
		}
		b.fault(file.Name, err, "hardening", "images")
		return
	}
	where.Doc = d
	b.plan.Documents = append(b.plan.Documents, plan.Document{
		Kind: plan.Dockerfile, Name: file.Name, Files: []string{file.Name}, Model: d.Model(), Locator: where, Owner: service,
	})
	for _, im := range d.Images(sb) {
		im.Location, _ = where.In(im.Location.Region)
		if im.Default != (finding.Location{}) {
			im.Default, _ = where.In(im.Default.Region)
		}
		im.Subject = service + "/" + im.Subject
		b.plan.Images = append(b.plan.Images, im)
	}
}

// dockerfile adds a Dockerfile and the images it names.
func (b *builder) dockerfile(name string) {
	b.taken[name] = true
	d, err := source.Ask(b.tree, source.Question[parsed]{Name: "dockerfile", Answer: parsedOf, Limit: dockerfile.MaxBytes}, name)
	if err = cmp.Or(err, d.err); err != nil {
		b.fault(name, err, "hardening", "images")
		return
	}
	b.plan.Documents = append(b.plan.Documents, plan.Document{
		Kind: plan.Dockerfile, Name: name, Files: []string{name}, Model: d.model, Locator: d.Doc,
	})
	b.plan.Images = append(b.plan.Images, d.ImagesOf(b.builds[name])...)
}

// parsed is a Dockerfile, or why it is none.
type parsed struct {
	*dockerfile.Doc
	model map[string]any
	err   error
}

func parsedOf(name string, data []byte) (p parsed) {
	if p.Doc, p.err = dockerfile.Parse(name, data); p.err == nil {
		p.model = p.Model()
	}
	return p
}
