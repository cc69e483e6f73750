package images

import (
	"context"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/memo"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
	"github.com/stella-ops/assure/internal/stage/images/rotation"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// run holds what the runs of a stage need to ask registries.
type run struct {
	stage  *Stage
	client *registry.Client
	keys   map[string]verify.Key
	roots  map[string]verify.Roots
	// builtin is true when the public root is the built-in one.
	builtin bool
	// rules and policies are compiled, in the order of the configuration; a rule that
	// excuses images is nil.
	rules, policies []*demand
	// verdicts are those of digests by name: many references lead to one.
	verdicts registry.Once[*verdict]
	// files are those read of images.
	files registry.Once[[]byte]
}

// Run judges every image of the plan.
func (s *Stage) Run(ctx context.Context, p *plan.Plan, say func(string)) (finding.Set, error) {
	err := s.loadCluster()
	uses, built := s.uses(p.Images)
	set := finding.Set{Rules: Rules(), Gaps: p.Gaps("images")}
	set.Cover("image references", len(uses))
	see(&set, uses)
	set.Cover("digests", 0)
	set.Cover("signatures verified", 0)
	for _, u := range uses {
		s.judgeReference(&set, u)
		s.judgeCover(&set, u)
	}
	if err != nil {
		return set, err
	}
	s.judgePolicies(&set)
	s.judgeTrust(&set, p)
	s.judgePrivateKeys(ctx, &set, p)
	if s.opts.Releases != nil {
		rotation.Judge(&set, s.cfg.Keys, s.opts.Releases)
	}
	s.note(&set, uses, built)
	switch refs := references(uses); {
	case s.opts.Offline:
		s.stayOffline(&set, uses)
		s.noteKeyPlaces(&set)
		err = s.blobsOffline(ctx, &set, p, uses)
	case len(refs)+len(s.cfg.Blobs) > 0 || slices.ContainsFunc(s.cfg.Keys, published):
		say(fmt.Sprintf("asking registries about %d %s", len(refs), plural(len(refs), "image", "images")))
		err = s.runOnline(ctx, &set, p, uses, refs)
	}
	slices.Sort(set.Notes)
	return set, err
}

// see notes the files whose references are judged.
func see(set *finding.Set, uses []use) {
	count := map[string]int{}
	for _, u := range uses {
		count[u.Location.URI]++
	}
	for file, n := range count {
		set.See(file, fmt.Sprintf("%d image %s", n, plural(n, "reference", "references")))
	}
}

// judgeCover applies the rule that every image is covered by the signature policy. An
// image that the policy excuses is not judged: it proves nothing.
func (s *Stage) judgeCover(set *finding.Set, u use) {
	if len(s.cfg.Rules)+len(s.cfg.Policies) == 0 {
		return
	}
	message := fmt.Sprintf("no rule of images.rules%s matches %s", s.orPolicies(), u.name())
	if u.flaw != "" {
		message = fmt.Sprintf("no rule of images.rules can be applied to %s, because the reference is not usable", u.name())
	} else if a := s.asks(u.ref); a.covered() {
		if a.demanding() {
			set.Judge(ruleUncovered, 1)
		}
		return
	}
	set.Judge(ruleUncovered, 1)
	set.Findings = append(set.Findings, u.finding(ruleUncovered, severityOf(ruleUncovered), u.counted(message)))
}

// note says what was deliberately not judged.
func (s *Stage) note(set *finding.Set, uses []use, built int) {
	if built > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%d %s built by the project itself and not asked of a registry", built, plural(built, "image is", "images are")))
	}
	if len(s.cfg.Rules)+len(s.cfg.Policies) == 0 && len(uses) > 0 {
		set.Notes = append(set.Notes, "no signature policy configured: images.rules is empty")
	}
	for _, ref := range references(uses) {
		if rule := s.asks(ref).rule; rule != nil && rule.AllowUnsigned {
			set.Notes = append(set.Notes, fmt.Sprintf("%s is accepted without a signature: %s", ref, rule.Reason))
		}
	}
}

// stayOffline says what stays open because no registry is asked.
func (s *Stage) stayOffline(set *finding.Set, uses []use) {
	refs := references(uses)
	if len(refs) == 0 {
		return
	}
	set.Notes = append(set.Notes, fmt.Sprintf("offline: no registry was asked about %d %s", len(refs), plural(len(refs), "image", "images")))
	for _, ref := range refs {
		if !s.asks(ref).demanding() {
			continue
		}
		set.Judge(ruleUnasked, 1)
		if !s.admits(ref) {
			s.unasked(set, uses, ref)
		} else {
			set.Gaps = append(set.Gaps, finding.Gap{
				Rule: gap.ImageNotVerified, Location: first(uses, ref), Subject: ref.Name(), Remediation: "Run without offline.",
				Message: fmt.Sprintf("the signature of %s could not be checked offline, and images.rules demands one", ref),
			})
		}
	}
}

// unasked reports an image that no run may ask for its signature: its registry is not
// allowed, which is an answer and no open question.
func (s *Stage) unasked(set *finding.Set, uses []use, ref reference.Reference) {
	for _, u := range uses {
		if u.flaw == "" && u.ref == ref {
			set.Findings = append(set.Findings, u.finding(ruleUnasked, severityOf(ruleUnasked),
				fmt.Sprintf("%s must be signed, and whether it is was not asked of a registry that is not allowed", ref)))
		}
	}
}

func first(uses []use, ref reference.Reference) finding.Location {
	i := slices.IndexFunc(uses, func(u use) bool { return u.flaw == "" && u.ref == ref })
	return uses[i].Location
}

func (s *Stage) runOnline(ctx context.Context, set *finding.Set, p *plan.Plan, uses []use, refs []reference.Reference) error {
	r, err := memo.Do(s.known, memo.KeyOf[string]("registries"), func() (*run, error) { return s.prepare(ctx) })
	if err != nil {
		return err
	}
	r.noteRoot(set)
	answers := r.askAll(ctx, refs, ownOf(uses))
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ask registries: %w", err)
	}
	for _, u := range uses {
		if u.flaw == "" {
			r.judgeAnswer(set, u, answers[u.ref])
		}
	}
	if err := r.judgeBlobs(ctx, set, p, uses, answers); err != nil {
		return err
	}
	r.judgeKeyPlaces(ctx, set, uses, answers)
	r.pin(set, p, uses, answers)
	set.Cover("digests", collect(set, uses, refs, answers))
	set.Inventories = inventories(uses, answers)
	verified := records(uses, answers)
	set.Cover("signatures verified", len(verified))
	return s.addEvidence(set, verified)
}

// collect adds the gaps and notes of all answers, each once, and counts the digests.
func collect(set *finding.Set, uses []use, refs []reference.Reference, answers map[reference.Reference]*answer) int {
	digests := map[string]bool{}
	for _, ref := range refs {
		a := answers[ref]
		if a.digest != "" {
			digests[a.digest] = true
		}
		if a.own {
			set.Notes = append(set.Notes, fmt.Sprintf("%s is built by the project itself, and its registry does not show one", ref))
		}
		if a.noBase != "" {
			set.Notes = append(set.Notes, a.noBase)
		}
		if open := a.unsettled(); open != nil {
			set.Gaps = append(set.Gaps, finding.Gap{
				Rule: open.rule, Location: first(uses, ref), Subject: ref.Name(), Message: open.message, Remediation: open.remedy,
			})
		}
	}
	return len(digests)
}

func (s *Stage) orPolicies() string {
	if len(s.cfg.Policies) == 0 {
		return ""
	}
	return " and no policy of images.policies"
}
