package discover

import (
	"fmt"
	"path"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/stella-ops/assure/internal/discover/compose"
	"github.com/stella-ops/assure/internal/discover/interpolate"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/decoded"
)

// loaders is how many sets are loaded at once.
const loaders = 3

// Bounds of how often the sets that do not load are loaded in part: all of them, and
// each at the least.
const (
	maxLoads = 20_000
	minLoads = 8
)

// loaded is what became of a set.
type loaded struct {
	doc plan.Document
	at  *compose.Locator
	err error
}

// loadAll loads the sets side by side: that is most of the work of a plan.
func (b *builder) loadAll() []loaded {
	out := make([]loaded, len(b.sets))
	for _, s := range b.sets {
		s.Loads = max(minLoads, min(compose.MaxLoads, maxLoads/len(b.sets)))
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(loaders, len(out)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(out); i = int(next.Add(1)) - 1 {
				if s := b.sets[i]; s.Broken == nil {
					out[i].doc, out[i].at, out[i].err = s.Document(b.ctx)
				}
			}
		})
	}
	wg.Wait()
	return out
}

// loadSet turns a set into a document with its images and endpoints, or a Problem.
func (b *builder) loadSet(s *compose.Set, l loaded) {
	b.claim(s)
	if s.Broken != nil {
		b.fault(s.BrokenFile, s.Broken, composeStages[:]...)
		return
	}
	for _, err := range s.Lost {
		b.fault(s.Files[0], err, composeStages[:]...)
		last := &b.plan.Problems[len(b.plan.Problems)-1]
		last.Remote = last.Rule == gap.RemoteSource
	}
	doc, err := l.doc, l.err
	if err != nil && len(s.Lost) > 0 && strings.Contains(err.Error(), "empty compose file") {
		return // all there is comes from elsewhere, which is said already
	}
	if err != nil {
		b.composeFault(s, err)
		return
	}
	for _, fault := range s.Faults {
		b.fault(s.Files[0], fault, composeStages[:]...)
	}
	b.plan.Documents = append(b.plan.Documents, doc)
	if services, _ := doc.Model["services"].(map[string]any); len(services) > 0 && len(s.Lost)+len(s.Faults) == 0 {
		b.plan.Stacks = append(b.plan.Stacks, plan.Stack{Dir: s.Dir, Files: s.Files, Document: len(b.plan.Documents) - 1})
	}
	b.plan.Images = append(b.plan.Images, compose.Images(doc, l.at)...)
	b.plan.Endpoints = append(b.plan.Endpoints, compose.Endpoints(doc)...)
	b.paths(s, doc, l.at)
}

func (b *builder) composeFault(s *compose.Set, err error) {
	b.problem(gap.ComposeNotLoaded, s.Place(err), "Compose file does not load: "+clip(oneLine(s.Relative(err.Error()))), composeStages[:]...)
}

// oneLine joins the lines of a message of the loader.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// paths reports what the stack would read outside of the repository, and notes its
// builds.
func (b *builder) paths(s *compose.Set, doc plan.Document, l *compose.Locator) {
	services, _ := doc.Model["services"].(map[string]any)
	for _, name := range decoded.Keys(services) {
		base := []any{"services", name}
		files, _ := decoded.At(services[name], []any{"env_file"}).([]any)
		for i := range files {
			b.outside(s, doc, decoded.Join(base, "env_file", i, "path"))
		}
		b.noteBuild(s, doc, l, name)
		if !b.outside(s, doc, decoded.Join(base, "build", "context")) {
			b.outside(s, doc, decoded.Join(base, "build", "dockerfile"))
		}
	}
}

// outside reports a path that leads out of the tree, lexically or through a link.
func (b *builder) outside(s *compose.Set, doc plan.Document, at []any) bool {
	p, ok := decoded.At(doc.Model, at).(string)
	if !ok || interpolate.Placeholders(p) != nil || source.IsRemote(p) || strings.HasPrefix(p, "service:") {
		return false
	}
	dir := s.Dir
	if at[len(at)-1] == "dockerfile" {
		dir = path.Join(dir, decoded.Text(decoded.At(doc.Model, decoded.Join(at[:len(at)-1], "context"))))
	}
	name, err := source.Inside(b.tree.Dir(), dir, p)
	if err == nil && !b.tree.Escapes(name) {
		return false
	}
	place, _ := doc.Locator.Locate(at)
	b.problem(gap.Outside, place, fmt.Sprintf("%q %v", p, source.ErrOutside), "dast")
	return true
}
