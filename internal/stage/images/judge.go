package images

import (
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// shown is how many reasons a message lists.
const shown = 5

// judgeAnswer applies the rules that need the registry's answer to one use.
func (r *run) judgeAnswer(set *finding.Set, u use, a *answer) {
	if a.gap != nil {
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

// judgeSignatures turns the verdict into a finding. An open question is no judgement,
// unless something else is certainly wrong.
func (r *run) judgeSignatures(set *finding.Set, u use, a *answer) {
	v := a.verdict
	_, valid := v.verified()
	invalid, open := v.invalid(), v.open()
	switch {
	case valid:
		set.Judge(ruleUnsigned, 1)
		set.Judge(ruleSignature, 1)
	case len(invalid) > 0:
		set.Judge(ruleUnsigned, 1)
		set.Judge(ruleSignature, 1)
		r.addSignature(set, u, a, ruleSignature, fmt.Sprintf("%s has no valid signature: %s", a.ref, atMost(invalid)))
	case len(open) == 0:
		set.Judge(ruleUnsigned, 1)
		r.addSignature(set, u, a, ruleUnsigned, fmt.Sprintf("%s is unsigned%s", a.ref, v.others()))
	}
}

func (r *run) addSignature(set *finding.Set, u use, a *answer, rule, message string) {
	v := a.verdict
	command := r.command(a)
	f := u.finding(rule, severityOf(rule), fmt.Sprintf("%s; keys tried: %s; reproduce: %s", message, v.tried(), command))
	f.Properties = map[string]string{"digest": v.digest, "keys": v.tried(), "reproduce": command}
	set.Findings = append(set.Findings, f)
}

// command reproduces the verdict with the rule's first key.
func (r *run) command(a *answer) string {
	v := a.verdict
	logged := v.policy.Log == verify.Required
	return r.reproduce(a.ref.Name(), v.digest, r.stage.keyFile(v.rule.Keys[0]), logged)
}

func (s *Stage) keyFile(id string) string {
	for _, k := range s.cfg.Keys {
		if k.ID == id && k.File != "" {
			return k.File
		}
	}
	return id + ".pub"
}

func atMost(reasons []string) string {
	if len(reasons) > shown {
		reasons = append(reasons[:shown:shown], fmt.Sprintf("and %d more", len(reasons)-shown))
	}
	return strings.Join(reasons, "; ")
}

// gapOf returns why the reference could not be judged in full, "" when it was.
func (a *answer) gapOf() string {
	if a.gap != nil {
		return a.gap.Error()
	}
	if a.verdict == nil {
		return ""
	}
	if _, valid := a.verdict.verified(); valid {
		return ""
	}
	if open := a.verdict.open(); len(open) > 0 {
		return fmt.Sprintf("the signatures of %s could not be judged: %s: %s; without them it is not known to be signed", a.ref, a.ref.Host, atMost(open))
	}
	return ""
}
