package plan

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/source"
)

// loaders is how many sets are loaded at once.
const loaders = 3

// loaded is what became of a set.
type loaded struct {
	doc Document
	at  *composeLocator
	err error
}

// loadAll loads the sets side by side: that is most of the work of a plan.
func (b *builder) loadAll() []loaded {
	out := make([]loaded, len(b.sets))
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(loaders, len(out)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(out); i = int(next.Add(1)) - 1 {
				if s := b.sets[i]; s.broken == nil {
					out[i].doc, out[i].at, out[i].err = s.document(b.ctx)
				}
			}
		})
	}
	wg.Wait()
	return out
}

// loadSet turns a set into a document with its images and endpoints, or a Problem.
func (b *builder) loadSet(s *set, l loaded) {
	b.claim(s)
	if s.broken != nil {
		b.fault(s.brokenFile, s.broken, composeStages[:]...)
		return
	}
	for _, err := range s.remote {
		b.fault(s.files[0], err, composeStages[:]...)
		b.plan.Problems[len(b.plan.Problems)-1].Remote = true
	}
	doc, err := l.doc, l.err
	if err != nil && len(s.remote) > 0 && strings.Contains(err.Error(), "empty compose file") {
		return // all there is comes from elsewhere, which is said already
	}
	if err != nil {
		b.composeFault(s, err)
		return
	}
	b.plan.Documents = append(b.plan.Documents, doc)
	if services, _ := doc.Model["services"].(map[string]any); len(services) > 0 && len(s.remote) == 0 {
		b.plan.Stacks = append(b.plan.Stacks, Stack{Dir: s.dir, Files: s.files, Document: len(b.plan.Documents) - 1})
	}
	b.composeImages(doc, l.at)
	b.endpoints(doc)
	b.paths(s, doc, l.at)
}

func (b *builder) composeFault(s *set, err error) {
	at := s.place(err)
	b.problem(at, "Compose file does not load: "+s.relative(err.Error()), composeStages[:]...)
}

// relative takes the machine's directory out of a message, and says what a schema means.
func (s *set) relative(msg string) string {
	msg = strings.ReplaceAll(msg, " false schema", " is not a key that Compose knows here; correct or remove it")
	msg = strings.ReplaceAll(msg, s.tree.Dir()+string(filepath.Separator), "")
	return strings.ReplaceAll(msg, s.tree.Dir(), ".")
}

// composeImages adds what a set pulls or builds.
func (b *builder) composeImages(doc Document, l *composeLocator) {
	for _, section := range [...]string{"services", "jobs"} {
		services, _ := doc.Model[section].(map[string]any)
		for _, name := range sortedKeys(services) {
			service, _ := services[name].(map[string]any)
			base := []any{section, name}
			b.composeImage(doc, l, join(base, "image"), name, service["build"] != nil)
			hooks, _ := service["pre_start"].([]any)
			for i := range hooks {
				b.composeImage(doc, l, join(base, "pre_start", i, "image"), name, false)
			}
			volumes, _ := service["volumes"].([]any)
			for i, v := range volumes {
				if m, _ := v.(map[string]any); m["type"] == "image" {
					b.composeImage(doc, l, join(base, "volumes", i, "source"), name, false)
				}
			}
			b.contexts(doc, l, join(base, "build", "additional_contexts"), name)
		}
	}
}

const imageScheme = "docker-image://"

// contexts adds images that a build takes as further contexts.
func (b *builder) contexts(doc Document, l *composeLocator, at []any, service string) {
	contexts, _ := dig(doc.Model, at).(map[string]any)
	for _, name := range sortedKeys(contexts) {
		if ref := text(contexts[name]); strings.HasPrefix(ref, imageScheme) {
			b.composeImage(doc, l, join(at, name), service, false)
		}
	}
}

func (b *builder) composeImage(doc Document, l *composeLocator, at []any, service string, built bool) {
	ref, ok := dig(doc.Model, at).(string)
	if !ok || ref == "" {
		return
	}
	raw, ok := dig(doc.Raw, at).(string)
	if !ok {
		raw = ref
	}
	place, _ := l.Locate(at)
	im := Image{
		Ref: strings.TrimPrefix(ref, imageScheme), Raw: strings.TrimPrefix(raw, imageScheme),
		Kind: Compose, Subject: service, Location: place, Built: built,
	}
	if place.Region.StartLine == place.Region.EndLine && strings.HasPrefix(ref, imageScheme) {
		r := &im.Location.Region
		if t, _, found := l.best(at); found && t.end.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			r.EndColumn--
		}
		r.StartColumn = max(r.StartColumn, r.EndColumn-len([]rune(im.Raw)))
	}
	im.Unresolved = placeholders(ref)
	b.plan.Images = append(b.plan.Images, im)
}

// placeholders are the variables that an expanded text still holds.
func placeholders(s string) (names []string) {
	segs, err := segments(s)
	if err != nil {
		return nil
	}
	for _, seg := range segs {
		if seg.ref != nil && !slices.Contains(names, seg.ref.name) {
			names = append(names, seg.ref.name)
		}
	}
	return names
}

// paths reports what the stack would read outside of the repository, and notes its
// builds.
func (b *builder) paths(s *set, doc Document, l *composeLocator) {
	services, _ := doc.Model["services"].(map[string]any)
	for _, name := range sortedKeys(services) {
		base := []any{"services", name}
		files, _ := dig(services[name], []any{"env_file"}).([]any)
		for i := range files {
			b.outside(s, doc, join(base, "env_file", i, "path"))
		}
		b.noteBuild(s, doc, l, name)
		if !b.outside(s, doc, join(base, "build", "context")) {
			b.outside(s, doc, join(base, "build", "dockerfile"))
		}
	}
}

// outside reports a path that leads out of the tree, lexically or through a link.
func (b *builder) outside(s *set, doc Document, at []any) bool {
	p, ok := dig(doc.Model, at).(string)
	if !ok || placeholders(p) != nil || remote(p) || strings.HasPrefix(p, "service:") {
		return false
	}
	dir := s.dir
	if at[len(at)-1] == "dockerfile" {
		dir = path.Join(dir, text(dig(doc.Model, join(at[:len(at)-1], "context"))))
	}
	name, err := inside(b.tree.Dir(), dir, p)
	if err == nil && !b.tree.Escapes(name) {
		return false
	}
	place, _ := doc.Locator.Locate(at)
	b.problem(place, fmt.Sprintf("%q %v", p, errOutside), "dast")
	return true
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var _ source.Locator = (*composeLocator)(nil)
