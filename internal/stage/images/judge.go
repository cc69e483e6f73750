package images

import (
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
)

// shown is how many reasons a message lists.
const shown = 5

// judgeAnswer applies the rules that need the registry's answer to one use.
func (r *run) judgeAnswer(set *finding.Set, u use, a *answer) {
	if a.gap != nil || a.own {
		return
	}
	add := func(rule string, severity finding.Severity, message string) {
		set.Findings = append(set.Findings, u.finding(rule, severity, message))
	}
	set.Judge(ruleNotFound, 1)
	if a.unknown {
		add(ruleNotFound, severityOf(ruleNotFound), fmt.Sprintf("%s is absent: %s knows no such image", a.ref, a.ref.Host))
		return
	}
	if a.ref.Digest != "" {
		set.Judge(ruleMissing, 1)
	}
	if a.missing {
		add(ruleMissing, severityOf(ruleMissing), fmt.Sprintf("%s is absent: %s has no image with this digest%s", a.ref, a.ref.Host, a.hint()))
		return
	}
	r.judgeTag(set, u, a)
	r.judgeFresh(set, u, a)
	if a.verdict != nil {
		r.judgeSignatures(set, u, a)
	}
}

func (a *answer) hint() string {
	if a.tag == "" {
		return ""
	}
	return fmt.Sprintf("; its tag %s leads to %s now", a.ref.Tag, a.tag)
}

// judgeTag compares tag and digest. A release tag is expected never to move.
func (r *run) judgeTag(set *finding.Set, u use, a *answer) {
	if a.ref.Digest == "" || a.ref.Tag == "" {
		return
	}
	set.Judge(ruleMoved, 1)
	r.judgePlatform(set, u, a)
	severity := finding.Info
	if a.ref.Release() {
		severity = finding.High
	}
	message := ""
	switch {
	case a.tagGone:
		message = fmt.Sprintf("the tag %s of %s is gone, while the pinned digest is still there", a.ref.Tag, a.ref.Name())
	case a.tag != a.ref.Digest && a.index == "":
		message = fmt.Sprintf("the tag %s of %s leads to %s, not to the pinned %s", a.ref.Tag, a.ref.Name(), a.tag, a.ref.Digest)
	default:
		return
	}
	f := u.finding(ruleMoved, severity, message)
	f.Properties = map[string]string{"tag-digest": a.tag}
	set.Findings = append(set.Findings, f)
}

// judgeSignatures turns the outcome of every demand into findings. An open question is
// no judgement, unless something else is certainly wrong.
func (r *run) judgeSignatures(set *finding.Set, u use, a *answer) {
	for _, o := range a.verdict.outcomes {
		judged := map[string]bool{}
		for _, p := range o.problems {
			judged[p.rule] = true
			addProblem(set, u, a, o, p)
		}
		if auth := o.authority; auth != nil && (o.ok() || judged[ruleSignature]) && auth.signers > 0 {
			judged[ruleUnsigned], judged[ruleSignature] = true, true
			judged[ruleSigners] = judged[ruleSigners] || auth.signers > 1
		}
		if o.ok() && len(o.statements) > 0 {
			o.judgeStatements(judged)
		}
		for rule := range judged {
			set.Judge(rule, 1)
		}
	}
}

// judgeStatements marks the rules that the statements had to pass.
func (o *outcome) judgeStatements(judged map[string]bool) {
	judged[ruleNoAttestation], judged[ruleAttestation] = true, true
	for _, want := range o.authority.attestations {
		judged[ruleProvenance] = judged[ruleProvenance] || want.Type == "slsa"
		judged[ruleSBOM] = judged[ruleSBOM] || want.File != ""
	}
	for _, rule := range []string{ruleProvenance, ruleSBOM} {
		if !judged[rule] {
			delete(judged, rule)
		}
	}
}

func addProblem(set *finding.Set, u use, a *answer, o *outcome, p problem) {
	v := a.verdict
	f := u.finding(p.rule, o.demand.severity(p.rule), fmt.Sprintf("%s %s; keys tried: %s; reproduce: %s", a.ref, p.text, o.authority.tried(), o.command(v, p)))
	f.Properties = map[string]string{
		"digest": v.digest, "keys": o.authority.tried(), "reproduce": o.command(v, p), "demanded-by": o.demand.name,
	}
	if found := v.identities(); len(found) > 0 {
		// Whoever accepts these lines trusts whom the image names, which proves nothing.
		f.Properties["identities-found"] = strings.Join(found, "; ") + " (do not accept blindly)"
	}
	set.Findings = append(set.Findings, f)
}

// command is cosign's for the same question.
func (o *outcome) command(v *verdict, p problem) string {
	words := []string{"cosign verify"}
	if p.kind != "" {
		words = []string{"cosign verify-attestation --type " + quote(cosignType(p.kind))}
	}
	words = append(words, o.authority.reproduce...)
	return strings.Join(append(words, v.name+"@"+v.digest), " ")
}

// cosignType is cosign's word for a type of statement.
func cosignType(kind string) string {
	switch kind {
	case "spdx":
		return "spdxjson"
	case "slsa":
		return "slsaprovenance1"
	case "vsa":
		return "https://slsa.dev/verification_summary/v1"
	}
	return kind
}

func atMost(reasons []string) string {
	if len(reasons) > shown {
		reasons = append(reasons[:shown:shown], fmt.Sprintf("and %d more", len(reasons)-shown))
	}
	return strings.Join(reasons, "; ")
}

// unsettled returns why the reference could not be judged in full, nil when it was.
func (a *answer) unsettled() *open {
	if a.gap != nil || a.verdict == nil {
		return a.gap
	}
	if why := a.verdict.open(); len(why) > 0 {
		return &open{rule: gap.ImageNotVerified, message: fmt.Sprintf("the signatures of %s could not be judged: %s: %s; without them it is not known to be signed", a.ref, a.ref.Host, atMost(why))}
	}
	return nil
}
