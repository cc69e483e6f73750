package images

import (
	"context"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// problem is what breaks a demand: a text that goes on after the image's name, and the
// type of the statement that it is about.
type problem struct{ rule, text, kind string }

// outcome is what an authority or a demand made of an image.
type outcome struct {
	demand    *demand
	authority *authority
	// signatures are the verified ones, one for each signer, and statements those that
	// attestations demand.
	signatures, statements []verify.Result
	problems               []problem
	// open are the reasons why the question is not answered.
	open []string
}

func (o *outcome) ok() bool { return len(o.problems) == 0 && len(o.open) == 0 }

func (o *outcome) fail(rule, format string, args ...any) {
	o.problems = append(o.problems, problem{rule: rule, text: fmt.Sprintf(format, args...)})
}

// evaluate asks one authority of the demand after another until one is satisfied.
// Without any, an open question outweighs what is wrong with the others.
func (r *run) evaluate(ctx context.Context, d *demand, v *verdict) *outcome {
	all := &outcome{demand: d}
	for i := range d.authorities {
		o := r.ask1(ctx, &d.authorities[i], v)
		o.demand = d
		if o.ok() {
			return o
		}
		if all.authority == nil {
			all.authority = o.authority
		}
		all.problems, all.open = append(all.problems, o.problems...), append(all.open, o.open...)
	}
	if len(d.authorities) == 0 {
		all.fail(ruleSignature, "cannot be signed: %s names nobody who may", d.name)
	}
	all.open = unique(all.open)
	return all
}

func (r *run) ask1(ctx context.Context, a *authority, v *verdict) *outcome {
	o := &outcome{authority: a}
	switch {
	case a.undecided != "":
		o.open = []string{fmt.Sprintf("%s %s", a.name, a.undecided)}
	case a.fail:
		o.fail(ruleSignature, "is refused by %s whatever its signatures", a.name)
	case a.pass:
	default:
		if a.signers > 0 {
			o.askSignatures(ctx, v)
		}
		for _, want := range a.attestations {
			r.askStatement(ctx, o, v, want)
		}
	}
	return o
}

// askSignatures wants enough different signers. What could not be judged counts only
// as long as they are too few.
func (o *outcome) askSignatures(ctx context.Context, v *verdict) {
	var results []verify.Result
	for _, it := range v.found.Items {
		results = append(results, verify.Check(ctx, it, v.digest, o.authority.policy))
	}
	invalid, open := sort(results)
	for _, res := range results {
		if res.Reason != verify.Verified {
			continue
		}
		if why := o.otherRepository(v, res); why != "" {
			invalid = append(invalid, why)
			continue
		}
		o.addSigner(res)
	}
	if len(o.signatures) >= o.authority.signers {
		return
	}
	o.open = append(o.open, append(open, v.unread()...)...)
	switch {
	case len(invalid) > 0 && len(o.signatures) == 0:
		o.fail(ruleSignature, "has no valid signature: %s", atMost(unique(invalid)))
	case len(o.signatures) > 0 && len(o.open) == 0:
		o.fail(ruleSigners, "is signed by %d of %d signers: %s%s", len(o.signatures), o.authority.signers, names(o.signatures), alsoInvalid(invalid))
	case len(o.open) == 0:
		o.fail(ruleUnsigned, "is unsigned%s", v.others())
	}
}

func alsoInvalid(invalid []string) string {
	if len(invalid) == 0 {
		return ""
	}
	return "; not valid: " + atMost(unique(invalid))
}

// addSigner counts signers, not signatures: who signs twice is one.
func (o *outcome) addSigner(res verify.Result) {
	same := func(r verify.Result) bool {
		return r.Signer.ID == res.Signer.ID || r.Signer.Fingerprint != "" && r.Signer.Fingerprint == res.Signer.Fingerprint
	}
	if !slices.ContainsFunc(o.signatures, same) {
		o.signatures = append(o.signatures, res)
	}
}

// otherRepository says why a signature is not about the image's own repository. A
// signature of the same bytes elsewhere is valid unless the rule asks for this.
func (o *outcome) otherRepository(v *verdict, res verify.Result) string {
	name := repositoryOf(res.Item.Repository())
	switch {
	case !o.authority.sameRepository || name == v.name:
		return ""
	case name == "":
		return fmt.Sprintf("%s signed it in the format %s, which names no repository, as same-repository demands", res.Signer.ID, res.Item.Format)
	}
	return fmt.Sprintf("%s signed it for the repository %s (other repository)", res.Signer.ID, name)
}

// sort splits results into judgements about what does not hold, and open questions.
func sort(results []verify.Result) (invalid, open []string) {
	for _, r := range results {
		switch r.Reason {
		case verify.Verified:
		case verify.UnknownLog, verify.Undecided:
			open = append(open, r.Detail)
		default:
			invalid = append(invalid, fmt.Sprintf("%s (%s)", r.Detail, r.Reason))
		}
	}
	return unique(invalid), unique(open)
}

func names(results []verify.Result) string {
	var ids []string
	for _, r := range results {
		ids = append(ids, r.Signer.ID)
	}
	return atMost(ids)
}

// statementsOf returns the statements whose predicate is of the type.
func (v *verdict) statementsOf(kind string) []verify.Item {
	var items []verify.Item
	for _, it := range v.found.Statements {
		if verify.IsOf(it.Predicate(), kind) {
			items = append(items, it)
		}
	}
	return items
}

// askStatement wants one statement of the type, by one of the signers, that says what
// the demand says.
func (r *run) askStatement(ctx context.Context, o *outcome, v *verdict, want config.ImageAttestation) {
	var results []verify.Result
	for _, it := range v.statementsOf(want.Type) {
		results = append(results, verify.CheckStatement(ctx, it, want.Type, v.digest, o.authority.policy))
	}
	invalid, open := sort(results)
	var wrong []problem
	for _, res := range results {
		if res.Reason != verify.Verified {
			continue
		}
		p, why := r.judgeStatement(res, want)
		switch {
		case why != "":
			open = append(open, why)
		case p == nil:
			o.statements = append(o.statements, res)
			return
		default:
			wrong = append(wrong, *p)
		}
	}
	o.open = append(o.open, append(open, v.unread()...)...)
	before := len(o.problems)
	defer func() {
		for i := range o.problems[before:] {
			o.problems[before+i].kind = want.Type
		}
	}()
	switch {
	case len(wrong) > 0:
		o.problems = append(o.problems, wrong...)
	case len(invalid) > 0:
		o.fail(ruleAttestation, "has no valid %s attestation: %s", want.Type, atMost(unique(invalid)))
	case len(o.open) == 0:
		o.fail(ruleNoAttestation, "has no %s attestation%s", want.Type, v.malformed())
	}
}

// repositoryOf is a reference without tag and digest, in the form of a full name.
func repositoryOf(text string) string {
	if text == "" {
		return ""
	}
	ref, err := reference.Parse(text)
	if err != nil {
		return text
	}
	return ref.Name()
}
