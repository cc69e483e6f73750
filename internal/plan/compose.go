package plan

import (
	"fmt"
	"path"
	"strings"
	"sync"
	"sync/atomic"
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
	b.plan.Images = append(b.plan.Images, composeImages(doc, l.at)...)
	b.plan.Endpoints = append(b.plan.Endpoints, endpoints(doc)...)
	b.paths(s, doc, l.at)
}

func (b *builder) composeFault(s *set, err error) {
	at := s.place(err)
	b.problem(at, "Compose file does not load: "+s.relative(err.Error()), composeStages[:]...)
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
