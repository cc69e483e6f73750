package discover

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/discover/workflow"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// templateEndings are the endings of files that become something else before they are used.
var templateEndings = [...]string{".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".gotmpl", ".erb", ".template", ".mustache", ".ytt", ".envsubst", ".tftpl", ".in"}

// isTemplate reports whether a name is that of a template of a deployment.
func isTemplate(name string) bool {
	ext := path.Ext(name)
	inner := strings.TrimSuffix(name, ext)
	return slices.Contains(templateEndings[:], strings.ToLower(ext)) && (isYAML(inner) || isJSON(inner) || recognise.IsDockerfile(inner, nil))
}

// unrendered notes a template that nothing here renders.
func (b *builder) unrendered(name string) {
	if b.templates == nil {
		b.templates = map[string][]string{}
	}
	dir := path.Dir(name)
	b.templates[dir] = append(b.templates[dir], name)
}

// reportTemplates makes one gap of each directory's templates.
func (b *builder) reportTemplates() {
	for _, dir := range slices.Sorted(maps.Keys(b.templates)) {
		files := b.templates[dir]
		message := "holds template marks, so what it deploys is decided elsewhere and was not judged"
		if n := len(files); n > 1 {
			message = fmt.Sprintf("%d files of this directory hold template marks, so what they deploy is decided elsewhere and was not judged", n)
		}
		b.report(finding.Gap{
			Rule: gap.TemplateUnread, Location: finding.Top(files[0]), Subject: dir, Message: message, Depends: files,
		}, renderStages[:]...)
	}
}

// broken decides what a YAML file means that does not parse: a template, a deployment
// that nobody can judge, or something that no stage would judge anyway.
func (b *builder) broken(name string, c contents) {
	switch {
	case slices.ContainsFunc(b.renders[name].Problems, func(g finding.Gap) bool { return g.Location.URI == name && g.Rule == gap.NotParsed }):
	case c.templated:
		b.unrendered(name)
	case c.speaks, workflow.IsWorkflow(name), workflow.IsAction(name):
		for _, err := range c.faults {
			b.fault(name, err, "hardening", "images")
		}
	default:
		b.outOfScope(name, "does not parse as YAML, and nothing in it speaks for a deployment")
		for _, err := range c.faults[:min(1, len(c.faults))] {
			at, msg := placed(name, err)
			b.plan.Unparsed = append(b.plan.Unparsed, plan.Problem{
				Gap: finding.Gap{Rule: ruleOf(err), Location: at, Message: msg}, Stages: []string{"hardening", "images"},
			})
		}
	}
}

// maxSearched is how much of a file that is too large is searched for what it may deploy.
const maxSearched = 64 << 20

// speaking is a key of a deployment at the beginning of a line, or in JSON.
var speaking = regexp.MustCompile(`(?m)^["']?(?:services|kind|apiVersion)["']?[ \t]*:|"(?:services|apiVersion)"\s*:`)

// tooLarge reports whether a file is larger than what is read.
func (b *builder) tooLarge(name string) bool {
	info, err := fs.Stat(b.tree.FS(), name)
	return err == nil && info.Size() > source.MaxFileBytes
}

// unread reports a file that could not be read, unless it is large and nothing in it
// speaks for a deployment.
func (b *builder) unread(name string, err error) {
	if errors.Is(err, source.ErrTooLarge) {
		if data, err := b.tree.Read(name, maxSearched); err == nil && !recognise.SpeaksForDeployment(name, data) && !speaking.Match(data) {
			b.outOfScope(name, "is larger than what is read, and nothing in it speaks for a deployment")
			return
		}
	}
	b.fault(name, err, "hardening", "images")
}
