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
		case b.isWrittenLink(name):
			b.taken[name] = true
			b.outOfScope(name, "a link written out as text; the Compose file that it leads to is judged")
		case compose.Named(name):
			b.composeFiles[name] = b.isComposeByContent(name)
		case (isYAML(name) || isJSON(name)) && b.isCompose(name):
			b.composeFiles[name] = true
		case hasOddEnding(name):
			b.recogniseOdd(name)
		}
	}
}

// oddEndings are endings under which deployments are kept that tools are given by name.
var oddEndings = [...]string{"", ".conf", ".cfg", ".dist", ".example", ".sample", ".default", ".manifest", ".compose", ".in"}

func hasOddEnding(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return slices.Contains(oddEndings[:], ext) || slices.Contains(templateEndings[:], ext)
}

// recogniseOdd looks into a file whose name says nothing: a whole deployment is judged
// under any name. Templates of one are left to those who report templates.
func (b *builder) recogniseOdd(name string) {
	head, err := b.tree.Head(name, recogniseHead)
	kind := recognise.Guess(likeYAML, head)
	if err != nil || kind&(recognise.Compose|recognise.Kubernetes) == 0 || recognise.Templated(head) {
		return
	}
	data, err := b.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		return
	}
	docs, faults := recognise.Split(name, data)
	switch is := func(kind recognise.Kind) bool {
		return slices.ContainsFunc(docs, func(d *source.Doc) bool { return recognise.Confirm(likeYAML, d.Root).Has(kind) })
	}; {
	case len(faults) > 0:
	case is(recognise.Compose):
		b.composeFiles[name] = true
	case is(recognise.Kubernetes):
		b.manifests[name] = true
	}
}

// likeYAML is the name by which the content of a file of another name is judged.
const likeYAML = "x.yaml"

// isCompose reports whether the content of a file of any name is Compose.
func (b *builder) isCompose(name string) bool {
	head, err := b.tree.Head(name, recognise.MaxHead)
	if err != nil || !recognise.Guess(name, head).Has(recognise.Compose) || isJSON(name) && listsServices(head) {
		return false
	}
	data, err := b.tree.Read(name, source.MaxFileBytes)
	if err != nil {
		b.taken[name] = true
		b.fault(name, err, composeStages[:]...)
		return false
	}
	docs, faults := recognise.Split(name, data)
	if isJSON(name) && len(docs) == 0 && len(faults) > 0 {
		b.fault(name, faults[0], composeStages[:]...)
	}
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
	return serviceList.Match(head) && !serviceMap.Match(head) && !bytes.Contains(head, []byte("<<")) && len(head) < recognise.MaxHead
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
