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
	may, err := source.Ask(b.tree, source.Question[bool]{Name: "odd", Answer: mayBeOdd, Limit: recogniseHead, Cut: true}, name)
	if err != nil || !may {
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

func mayBeOdd(_ string, head []byte) bool {
	return recognise.Guess(likeYAML, head)&(recognise.Compose|recognise.Kubernetes) != 0 && !recognise.Templated(head)
}

// likeYAML is the name by which the content of a file of another name is judged.
const likeYAML = "x.yaml"

// isCompose reports whether the content of a file of any name is Compose.
func (b *builder) isCompose(name string) bool {
	may, err := source.Ask(b.tree, source.Question[bool]{Name: "maybe compose", Answer: mayBeCompose, Limit: recognise.MaxHead, Cut: true}, name)
	if err != nil || !may {
		return false
	}
	k, err := source.Ask(b.tree, source.Question[kinds]{Name: "kinds", Answer: kindsOf, Limit: source.MaxFileBytes}, name)
	if err != nil {
		b.taken[name] = true
		b.fault(name, err, composeStages[:]...)
		return false
	}
	if isJSON(name) && k.fault != nil {
		b.fault(name, k.fault, composeStages[:]...)
	}
	if k.is.Ambiguous() {
		b.report(finding.Gap{
			Rule: gap.AmbiguousFile, Location: finding.Top(name),
			Message: "is a Compose file and a Kubernetes manifest at once, and was judged as Compose alone",
		}, composeStages[:]...)
	}
	return k.is.Has(recognise.Compose)
}

func mayBeCompose(name string, head []byte) bool {
	return recognise.Guess(name, head).Has(recognise.Compose) && !(isJSON(name) && listsServices(head))
}

// kinds are what the documents of a file are; fault says why there are none.
type kinds struct {
	is    recognise.Kind
	fault error
}

func kindsOf(name string, data []byte) (k kinds) {
	docs, faults := recognise.Split(name, data)
	for _, d := range docs {
		k.is |= recognise.Confirm(name, d.Root)
	}
	if len(docs) == 0 && len(faults) > 0 {
		k.fault = faults[0]
	}
	return k
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
	is, err := source.Ask(b.tree, source.Question[bool]{Name: "dockerfile by content", Answer: recognise.IsDockerfile, Limit: dockerfileHead, Cut: true}, name)
	return err == nil && is
}

// outOfScope notes why a file is none that a stage judges.
func (b *builder) outOfScope(name, reason string) {
	if b.plan.OutOfScope == nil {
		b.plan.OutOfScope = map[string]string{}
	}
	b.plan.OutOfScope[name] = reason
}
