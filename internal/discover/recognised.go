package discover

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/discover/dockerfile"
	"github.com/stella-ops/assure/internal/discover/recognise"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// recogniseHead is how much of a file decides what it may be.
const recogniseHead = 64 << 10

// recognise finds the Compose files of any name. A file that is called so counts even
// when it cannot be parsed, so that it is reported.
func (b *builder) recognise() {
	b.composeFiles = map[string]bool{}
	for _, name := range b.found.Files {
		switch {
		case compose.Named(name):
			b.composeFiles[name] = b.isComposeByContent(name)
		case (isYAML(name) || isJSON(name)) && b.isCompose(name):
			b.composeFiles[name] = true
		}
	}
}

// isCompose reports whether the content of a file of any name is Compose.
func (b *builder) isCompose(name string) bool {
	head, err := b.tree.Head(name, recogniseHead)
	if err != nil || !recognise.Guess(name, head).Has(recognise.Compose) || isJSON(name) && listsServices(head) {
		return false
	}
	data, err := b.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return false
	}
	docs, _ := recognise.Split(name, data)
	is := slices.ContainsFunc(docs, func(d *source.Doc) bool { return recognise.IsCompose(name, d.Root) })
	if is && slices.ContainsFunc(docs, func(d *source.Doc) bool { return recognise.IsKubernetes(d.Root) }) {
		b.report(finding.Gap{
			Rule: gap.AmbiguousFile, Location: finding.Top(name),
			Message: "is a Compose file and a Kubernetes manifest at once, and was judged as Compose alone",
		}, composeStages[:]...)
	}
	return is
}

// Services of Compose are a mapping. Data in JSON often has a list of that name, and
// parsing it would be most of the time of a plan.
var (
	serviceList = regexp.MustCompile(`"services"\s*:\s*\[`)
	serviceMap  = regexp.MustCompile(`services["']?\s*:\s*(?:[^\s\[]|$)`)
)

// listsServices reports whether services are only ever lists.
func listsServices(head []byte) bool {
	return serviceList.Match(head) && !serviceMap.Match(head) && !bytes.Contains(head, []byte("<<")) && len(head) < recogniseHead
}

// dockerfileHead is how much of a file of another name decides whether it builds an image.
const dockerfileHead = 8 << 10

// buildsImage reports whether a file is a Dockerfile by its name, by its content, or
// because something builds with it.
func (b *builder) buildsImage(name string) bool {
	if dockerfile.Named(name) || b.builds[name] != nil || b.scripted[name] {
		return true
	}
	if ext := path.Ext(name); ext != "" && ext != ".docker" && ext != ".build" && strings.ToLower(ext) != ".container" {
		return false
	}
	head, err := b.tree.Head(name, dockerfileHead)
	return err == nil && recognise.IsDockerfile(name, head)
}

// outOfScope notes why a file is none that a stage judges.
func (b *builder) outOfScope(name, reason string) {
	if b.plan.OutOfScope == nil {
		b.plan.OutOfScope = map[string]string{}
	}
	b.plan.OutOfScope[name] = reason
}
