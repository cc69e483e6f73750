package images

import (
	"context"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// run holds what one run needs to ask registries.
type run struct {
	stage  *Stage
	client *registry.Client
	keys   map[string]verify.Key
	roots  verify.Roots
	// verdicts are those of digests by name: many references lead to one.
	verdicts registry.Once[*verdict]
}

// Run judges every image of the plan.
func (s *Stage) Run(ctx context.Context, p *plan.Plan, say func(string)) (finding.Set, error) {
	uses, built := read(p.Images)
	set := finding.Set{Rules: Rules(), Gaps: p.Gaps("images")}
	set.Cover("image references", len(uses))
	set.Cover("digests", 0)
	set.Cover("signatures verified", 0)
	for _, u := range uses {
		s.judgeReference(&set, u)
		s.judgeCover(&set, u)
	}
	s.judgeTrust(&set, p)
	s.note(&set, uses, built)
	var err error
	if s.opts.Offline {
		s.stayOffline(&set, uses)
	} else if refs := references(uses); len(refs) > 0 {
		say(fmt.Sprintf("asking registries about %d %s", len(refs), plural(len(refs), "image", "images")))
		err = s.runOnline(ctx, &set, p, uses, refs)
	}
	slices.Sort(set.Notes)
	return set, err
}

// judgeCover applies the rule that every image is covered by the signature policy. An
// image that the policy excuses is not judged: it proves nothing.
func (s *Stage) judgeCover(set *finding.Set, u use) {
	if len(s.cfg.Rules) == 0 {
		return
	}
	message := fmt.Sprintf("no rule of images.rules matches %s", u.name())
	if u.flaw != "" {
		message = fmt.Sprintf("no rule of images.rules can be applied to %s, because the reference is not usable", u.name())
	} else if rule := s.ruleFor(u.ref); rule != nil {
		if !rule.AllowUnsigned {
			set.Judge(ruleUncovered, 1)
		}
		return
	}
	set.Judge(ruleUncovered, 1)
	set.Findings = append(set.Findings, u.finding(ruleUncovered, severityOf(ruleUncovered), message))
}

// note says what was deliberately not judged.
func (s *Stage) note(set *finding.Set, uses []use, built int) {
	if built > 0 {
		set.Notes = append(set.Notes, fmt.Sprintf("%d %s built by the project itself and not asked of a registry", built, plural(built, "image is", "images are")))
	}
	if len(s.cfg.Rules) == 0 && len(uses) > 0 {
		set.Notes = append(set.Notes, "no signature policy configured: images.rules is empty")
	}
	for _, ref := range references(uses) {
		if rule := s.ruleFor(ref); rule != nil && rule.AllowUnsigned {
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
		if rule := s.ruleFor(ref); rule != nil && !rule.AllowUnsigned {
			set.Gaps = append(set.Gaps, finding.Gap{Location: first(uses, ref), Message: fmt.Sprintf(
				"the signature of %s could not be checked offline, and images.rules demands one; run without offline", ref)})
		}
	}
}

func first(uses []use, ref reference.Reference) finding.Location {
	i := slices.IndexFunc(uses, func(u use) bool { return u.flaw == "" && u.ref == ref })
	return uses[i].Location
}

func (s *Stage) runOnline(ctx context.Context, set *finding.Set, p *plan.Plan, uses []use, refs []reference.Reference) error {
	r, err := s.prepare()
	if err != nil {
		return err
	}
	answers := r.askAll(ctx, refs)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("ask registries: %w", err)
	}
	for _, u := range uses {
		if u.flaw == "" {
			r.judgeAnswer(set, u, answers[u.ref])
		}
	}
	r.pin(set, p, uses, answers)
	set.Cover("digests", collect(set, uses, refs, answers))
	verified := records(uses, answers)
	set.Cover("signatures verified", len(verified))
	return addEvidence(set, verified)
}

// collect adds the gaps and notes of all answers, each once, and counts the digests.
func collect(set *finding.Set, uses []use, refs []reference.Reference, answers map[reference.Reference]*answer) int {
	digests := map[string]bool{}
	for _, ref := range refs {
		a := answers[ref]
		if a.digest != "" {
			digests[a.digest] = true
		}
		if a.noBase != "" {
			set.Notes = append(set.Notes, a.noBase)
		}
		if message := a.gapOf(); message != "" {
			set.Gaps = append(set.Gaps, finding.Gap{Location: first(uses, ref), Message: message})
		}
	}
	return len(digests)
}

// prepare loads keys, trusted root and credentials. What is broken there would turn
// every answer into a wrong one, so it is an error.
func (s *Stage) prepare() (*run, error) {
	r := &run{stage: s, keys: map[string]verify.Key{}}
	for _, k := range s.cfg.Keys {
		key, err := s.loadKey(k.ID, k.File, k.PEM)
		if err != nil {
			return nil, fmt.Errorf("load key %s: %w", k.ID, err)
		}
		r.keys[k.ID] = key
	}
	for _, rule := range s.cfg.Rules {
		for _, id := range rule.Keys {
			if _, ok := r.keys[id]; !ok {
				return nil, fmt.Errorf("load key %s: images.keys does not have it", id)
			}
		}
	}
	var err error
	if r.roots, err = verify.LoadRoots(s.opts.TrustedRoot); err != nil {
		return nil, err
	}
	r.client, err = registry.New(registry.Options{
		Insecure: s.cfg.InsecureRegistries, Private: s.cfg.PrivateRegistries,
		Auth: s.opts.Auth, Token: s.opts.Token, DockerConfig: s.opts.DockerConfig,
		Dial: s.opts.Dial, Proxy: s.opts.Proxy, Timeout: s.opts.Timeout, Wait: s.opts.Wait,
	})
	return r, err
}

func (s *Stage) loadKey(id, file, pem string) (verify.Key, error) {
	if pem != "" {
		return verify.LoadKey(id, []byte(pem))
	}
	if s.opts.ReadKey == nil {
		return verify.Key{}, fmt.Errorf("read %s: key files are not available", file)
	}
	data, err := s.opts.ReadKey(file)
	if err != nil {
		return verify.Key{}, fmt.Errorf("read %s: %w", file, err)
	}
	return verify.LoadKey(id, data)
}
