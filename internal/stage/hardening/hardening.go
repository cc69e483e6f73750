package hardening

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/memo"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/workload"
)

// Bounds of one run.
const (
	workers = 3
	// perDocument bounds the rules on one document; a real one takes milliseconds.
	perDocument = 20 * time.Second
)

// Stage is the hardening lint.
type Stage struct {
	engine *policy.Engine
	cfg    config.Hardening
	limit  time.Duration
	// places is true when rules want the place of every mapping of an object.
	places bool
	// bare leaves out the fixes.
	bare bool
	// rules are those of each kind, by id.
	rules map[plan.Kind]map[string]finding.Rule
}

// New returns the stage that judges with the rules of the engine.
func New(engine *policy.Engine, cfg config.Hardening) *Stage {
	s := &Stage{engine: engine, cfg: cfg, limit: perDocument, places: engine.WantsPlaces(string(plan.Kubernetes)), rules: map[plan.Kind]map[string]finding.Rule{}}
	for kind := range covers {
		s.rules[kind] = map[string]finding.Rule{}
		for _, r := range engine.RulesOf(string(kind)) {
			s.rules[kind][r.ID] = r
		}
	}
	return s
}

// WithoutFixes is the stage for those who will not read the fixes: working them out and
// proving each is most of the work.
func (s *Stage) WithoutFixes() *Stage {
	bare := *s
	bare.bare = true
	return &bare
}

// Name is the stage's word in configuration and reports.
func (s *Stage) Name() string { return "hardening" }

// Skip never skips: a repository without documents has nothing to check.
func (s *Stage) Skip(*plan.Plan) string { return "" }

// Run judges every document of the plan. A document that cannot be judged is a gap.
func (s *Stage) Run(ctx context.Context, p *plan.Plan, say func(string)) (finding.Set, error) {
	set := finding.Set{Rules: s.engine.Rules(), Gaps: p.Gaps(s.Name()), Notes: s.engine.Passed()}
	say(fmt.Sprintf("judging %d documents with %d rules", len(p.Documents), len(set.Rules)))
	c, err := workload.Join(p, s.cfg.Roles)
	if err != nil {
		set.Gaps = append(set.Gaps, apart(p, err))
	}
	seen := sights{}
	for _, part := range s.all(ctx, p, c) {
		set.Add(part.Set)
		seen.add(part.seen)
	}
	seen.tell(&set)
	set.Findings = acrossOverlays(set.Findings)
	if ctx.Err() != nil {
		return set, fmt.Errorf("judge documents: %w", context.Cause(ctx))
	}
	return set, nil
}

// part is what one document gave, and what was looked at for it.
type part struct {
	finding.Set
	seen sights
}

// all judges the documents side by side and returns their parts in the plan's order.
func (s *Stage) all(ctx context.Context, p *plan.Plan, c *workload.Cluster) []part {
	docs := documents(p)
	sets := make([]part, len(docs))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, len(docs)) {
		wg.Go(func() {
			for i := range next {
				if ctx.Err() == nil {
					sets[i] = s.one(ctx, p, c, docs[i])
				}
			}
		})
	}
	for i := range docs {
		next <- i
	}
	close(next)
	wg.Wait()
	return sets
}

// documents are all that rules judge, the configuration last.
func documents(p *plan.Plan) []*plan.Document {
	docs := make([]*plan.Document, 0, len(p.Documents)+1)
	for i := range p.Documents {
		docs = append(docs, &p.Documents[i])
	}
	if p.Config != nil {
		docs = append(docs, p.Config)
	}
	return docs
}

// judge asks the rules about an input. Another commit's plan may have asked before.
func (s *Stage) judge(ctx context.Context, p *plan.Plan, kind plan.Kind, in input) (policy.Outcome, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return policy.Outcome{}, fmt.Errorf("convert document: %w", err)
	}
	return memo.Do(memory(p), memo.KeyOf("rules "+string(kind), data), func() (policy.Outcome, error) {
		return s.engine.EvalJSON(ctx, string(kind), data)
	})
}

// memory holds what is known from another commit's plan, nil for nothing.
func memory(p *plan.Plan) *memo.Cache {
	if p.Tree == nil {
		return nil
	}
	return p.Tree.Memory()
}

// one judges a document. Facts are built from hostile text: a panic there must cost
// this document only.
func (s *Stage) one(ctx context.Context, p *plan.Plan, c *workload.Cluster, doc *plan.Document) (out part) {
	defer func() {
		if r := recover(); r != nil {
			out = part{Set: finding.Set{Gaps: []finding.Gap{crashed(doc, r)}}}
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	in := s.input(p, c, doc)
	outcome, err := s.judge(ctx, p, doc.Kind, in)
	if err != nil {
		return part{Set: finding.Set{Gaps: []finding.Gap{s.stopped(doc, err)}}}
	}
	out = s.report(p, doc, in, outcome)
	out.Gaps = append(out.Gaps, unseen(doc, in)...)
	return out
}
