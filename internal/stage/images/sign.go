package images

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// verdict is what is known about the signatures of one digest under one rule.
type verdict struct {
	rule   config.ImageRule
	policy verify.Policy
	// digest is the one whose signatures were judged: the image's own, or the index
	// that lists it.
	digest string
	found  verify.Found
	// results are the outcomes of all signatures, verified ones too.
	results []verify.Result
}

// ruleFor returns the first rule that matches, nil when none does.
func (s *Stage) ruleFor(ref reference.Reference) *config.ImageRule {
	ref = s.original(ref)
	for i, rule := range s.cfg.Rules {
		if slices.ContainsFunc(rule.Match, func(glob string) bool { return matches(glob, ref) }) {
			return &s.cfg.Rules[i]
		}
	}
	return nil
}

// verify judges the signatures of the answer's digest. A platform's image without any
// of its own is vouched for by the signed index that lists it.
func (r *run) verify(ctx context.Context, a *answer, rule config.ImageRule) *verdict {
	v := r.verifyDigest(ctx, a.ref, a.digest, rule)
	if len(v.found.Items) > 0 || len(v.found.Unread) > 0 || a.index == "" {
		return v
	}
	if parent := r.verifyDigest(ctx, a.ref, a.index, rule); len(parent.found.Items) > 0 || len(parent.found.Unread) > 0 {
		return parent
	}
	return v
}

func (r *run) verifyDigest(ctx context.Context, ref reference.Reference, digest string, rule config.ImageRule) *verdict {
	v := &verdict{rule: rule, digest: digest, policy: r.policy(rule)}
	v.found = verify.Discover(ctx, r.client, ref, digest)
	for _, it := range v.found.Items {
		v.results = append(v.results, verify.Check(ctx, it, digest, v.policy))
	}
	return v
}

func (r *run) policy(rule config.ImageRule) verify.Policy {
	p := verify.Policy{Log: verify.Log(rule.Log), Roots: r.roots}
	for _, id := range rule.Keys {
		p.Keys = append(p.Keys, r.keys[id])
	}
	return p
}

// verified returns the first valid signature.
func (v *verdict) verified() (verify.Result, bool) {
	i := slices.IndexFunc(v.results, func(r verify.Result) bool { return r.Reason == verify.Verified })
	if i < 0 {
		return verify.Result{}, false
	}
	return v.results[i], true
}

// open are the reasons why the question is not answered; none when a valid signature
// was found, whatever else there is.
func (v *verdict) open() []string {
	var why []string
	for _, r := range v.results {
		if r.Reason == verify.UnknownLog || r.Reason == verify.Undecided {
			why = append(why, r.Detail)
		}
	}
	for _, err := range v.found.Unread {
		why = append(why, err.Error())
	}
	return unique(why)
}

// invalid are the judgements about signatures that do not hold.
func (v *verdict) invalid() []string {
	var why []string
	for _, r := range v.results {
		switch r.Reason {
		case verify.Verified, verify.UnknownLog, verify.Undecided:
		default:
			why = append(why, fmt.Sprintf("%s (%s)", r.Detail, r.Reason))
		}
	}
	return unique(why)
}

func unique(texts []string) []string {
	var out []string
	for _, t := range texts {
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// tried names the keys of the policy with their fingerprints.
func (v *verdict) tried() string {
	var keys []string
	for _, k := range v.policy.Keys {
		keys = append(keys, k.ID+" "+k.Fingerprint)
	}
	return strings.Join(keys, ", ")
}

// others says what hangs on the image although it is no signature of it.
func (v *verdict) others() string {
	var parts []string
	if n := v.found.Attestations; n > 0 {
		parts = append(parts, fmt.Sprintf("%d %s about it, which %s no signature", n, plural(n, "attestation", "attestations"), plural(n, "is", "are")))
	}
	if n := v.found.Foreign; n > 0 {
		parts = append(parts, fmt.Sprintf("%d %s of Notary, which cosign's keys cannot check", n, plural(n, "signature", "signatures")))
	}
	if len(parts) == 0 {
		return ""
	}
	return "; the registry has " + strings.Join(parts, " and ")
}
