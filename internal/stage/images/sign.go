package images

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// verdict is what is known about the signatures of one digest.
type verdict struct {
	// name is the image without tag and digest.
	name string
	// digest is the one whose signatures were judged: the image's own, or the index
	// that lists it.
	digest string
	found  verify.Found
	// outcomes are what each demand made of it.
	outcomes []*outcome
}

// verify judges the signatures of the answer's digest. A platform's image without any
// of its own is vouched for by the signed index that lists it.
func (r *run) verify(ctx context.Context, a *answer, demands []*demand) *verdict {
	statements := slices.ContainsFunc(demands, (*demand).wantsStatements)
	v := &verdict{name: a.ref.Name(), digest: a.digest, found: verify.Discover(ctx, r.client, a.ref, a.digest, statements)}
	if a.index != "" && v.bare() {
		parent := &verdict{name: a.ref.Name(), digest: a.index, found: verify.Discover(ctx, r.client, a.ref, a.index, statements)}
		if !parent.bare() {
			v = parent
		}
	}
	for _, d := range demands {
		v.outcomes = append(v.outcomes, r.evaluate(ctx, d, v))
	}
	return v
}

// bare is true when nothing hangs on the digest.
func (v *verdict) bare() bool {
	return len(v.found.Items) == 0 && len(v.found.Unread) == 0 && len(v.found.Statements) == 0
}

// verified is true when every demand is met and at least one of them by a signature.
func (v *verdict) verified() bool {
	return !slices.ContainsFunc(v.outcomes, func(o *outcome) bool { return !o.ok() }) &&
		slices.ContainsFunc(v.outcomes, func(o *outcome) bool { return len(o.signatures)+len(o.statements) > 0 })
}

// signers are who signed or attested what the demands accept.
func (v *verdict) signers() []string {
	var who []string
	for _, o := range v.outcomes {
		for _, res := range slices.Concat(o.signatures, o.statements) {
			who = append(who, signerOf(res))
		}
	}
	return unique(who)
}

func signerOf(res verify.Result) string { return cmp.Or(res.Signer.ID, res.Signer.Subject) }

// unread are the reasons why something that hangs on the image could not be read.
func (v *verdict) unread() []string {
	var why []string
	for _, err := range v.found.Unread {
		why = append(why, err.Error())
	}
	return why
}

// open are the questions of all demands that are not answered.
func (v *verdict) open() []string {
	var why []string
	for _, o := range v.outcomes {
		why = append(why, o.open...)
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

// tried names whom the authority accepts.
func (a *authority) tried() string {
	var who []string
	for _, k := range a.policy.Keys {
		who = append(who, k.ID+" "+k.Fingerprint)
	}
	for _, id := range a.policy.Identities {
		who = append(who, id.String())
	}
	return strings.Join(who, ", ")
}

// others says what hangs on the image although it is no signature of it.
func (v *verdict) others() string {
	var parts []string
	if n := len(v.found.Statements); n > 0 {
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

// malformed says what looks like a statement and is none.
func (v *verdict) malformed() string {
	var why []string
	for _, it := range v.found.Statements {
		if it.Malformed() != nil {
			why = append(why, it.Malformed().Error())
		}
	}
	if len(why) == 0 {
		return ""
	}
	return "; what looks like one is malformed: " + atMost(unique(why))
}

// identities are whom the certificates on the image name, valid or not.
func (v *verdict) identities() []string {
	var who []string
	for _, it := range slices.Concat(v.found.Items, v.found.Statements) {
		if subject, issuer := it.Identity(); subject != "" {
			who = append(who, fmt.Sprintf("{issuer: %q, subject: %q}", issuer, subject))
		}
	}
	return unique(who)
}
