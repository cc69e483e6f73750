package images

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// use is one place where the repository deploys an image that somebody else built.
type use struct {
	plan.Image
	// ref is usable when flaw is empty.
	ref reference.Reference
	// flaw is the rule that makes the reference unusable, and why says so.
	flaw, why string
	// counts says why an image counts that the same service builds, "" for others.
	counts string
}

// read turns the plan's images into uses and counts those that the project builds.
func (s *Stage) uses(images []plan.Image) (uses []use, built int) {
	for _, img := range images {
		u := newUse(img)
		u.counts = s.counts(u)
		switch {
		case img.Built && u.counts == "":
			built++
		case img.Kind == plan.Dockerfile && img.Ref == "scratch":
		default:
			uses = append(uses, u)
		}
	}
	return uses, built
}

// counts says why an image is judged although the same service builds it, "" where it is
// not: a build in one place must not hide what another place pulls.
func (s *Stage) counts(u use) string {
	policy := len(s.cfg.Registries)+len(s.cfg.Rules)+len(s.cfg.Policies) > 0
	switch {
	case u.Fallback:
		return "the service builds it, but Compose asks the registry first; pull_policy: build keeps it from that"
	case !u.Built || u.Kind != plan.Compose:
		return ""
	case u.flaw == ruleAlgorithm || u.flaw == "" && u.ref.Digest != "":
		return "the service builds it, but what is built here has no digest before"
	case u.flaw != "" && policy:
		return "the service builds it, but nobody can tell whether the image policy speaks of it"
	case u.flaw != "":
		return ""
	case !s.admits(u.ref):
		return "the service builds it, but under a name that is not allowed here"
	case s.asks(u.ref).demanding():
		return "the service builds it, but images of this name must be signed"
	}
	return ""
}

// admits reports whether an image is below the allowed registries, if there are any.
func (s *Stage) admits(ref reference.Reference) bool {
	return len(s.cfg.Registries) == 0 || slices.ContainsFunc(s.cfg.Registries, s.original(ref).Matches)
}

func newUse(img plan.Image) use {
	u := use{Image: img}
	ref, err := reference.Parse(img.Ref)
	switch p := placeholderIn(img.Raw, img.Ref); {
	case p != "":
		u.flaw, u.why = rulePlaceholder, fmt.Sprintf("%s holds the placeholder %s", orEmpty(img.Raw, img.Ref), p)
	case len(img.Unresolved) > 0:
		u.flaw, u.why = ruleVariable, fmt.Sprintf("%s depends on %s, which %s no value and no default",
			orEmpty(img.Raw, img.Ref), strings.Join(img.Unresolved, ", "), plural(len(img.Unresolved), "has", "have"))
	case errors.Is(err, reference.ErrUnsupportedDigest):
		u.flaw, u.why = ruleAlgorithm, fmt.Sprintf("%s cannot be checked: %v", img.Ref, err)
	case err != nil:
		u.flaw, u.why = ruleInvalid, fmt.Sprintf("%q is not a valid image reference: %v", img.Ref, err)
	default:
		u.ref = ref
	}
	return u
}

var placeholder = regexp.MustCompile(`(?i)(<[^<>]*>)|(?:^|[^a-z])((?:change|replace)[-_]?me)(?:$|[^a-z])`)

func placeholderIn(texts ...string) string {
	for _, t := range texts {
		if m := placeholder.FindStringSubmatch(t); m != nil {
			return m[1] + m[2]
		}
	}
	return ""
}

func orEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return "an empty reference"
}

// name is what findings call the image: stable when tag or digest change.
func (u use) name() string {
	if u.flaw != "" {
		return orEmpty(u.Raw, u.Ref)
	}
	return u.ref.Name()
}

func (u use) finding(rule string, severity finding.Severity, message string) finding.Finding {
	return finding.Finding{
		Rule: rule, Severity: severity, Message: message,
		Location: u.Location, Subject: u.name(), Key: u.Place(),
	}
}

// counted adds to a message why the image counts.
func (u use) counted(message string) string {
	if u.counts == "" {
		return message
	}
	return message + "; " + u.counts
}

// judgeReference applies the rules that need no registry.
func (s *Stage) judgeReference(set *finding.Set, u use) {
	for _, rule := range []string{rulePlaceholder, ruleVariable, ruleInvalid, ruleUnpinned, ruleLatest} {
		set.Judge(rule, 1)
	}
	if u.flaw == "" && u.ref.Digest != "" || u.flaw == ruleAlgorithm {
		set.Judge(ruleAlgorithm, 1)
	}
	if u.flaw != "" {
		set.Findings = append(set.Findings, u.finding(u.flaw, s.flawed(u), u.counted(u.why)))
		return
	}
	s.judgePin(set, u)
	if len(s.cfg.Registries) > 0 {
		set.Judge(ruleRegistry, 1)
		if !s.admits(u.ref) {
			set.Findings = append(set.Findings, u.finding(ruleRegistry, severityOf(ruleRegistry),
				u.counted(fmt.Sprintf("%s is not below any of the allowed registries: %s", u.ref.Name(), strings.Join(s.cfg.Registries, ", ")))))
		}
	}
}

// flawed is how bad it is that a reference is not usable. Where a policy would refuse the
// image, or ask for its signature, what keeps it from being applied is as bad.
func (s *Stage) flawed(u use) finding.Severity {
	name, _, _ := strings.Cut(u.Ref, "@")
	if ref, err := reference.Parse(name); u.flaw == ruleAlgorithm && (err != nil || !s.admits(ref) || s.asks(ref).demanding()) {
		return finding.High
	}
	return severityOf(u.flaw)
}

// judgePin judges tag and digest. With a digest the tag decides nothing, and with a build
// by the very name nothing is pulled as a rule; it is still reported, because a build may
// be named that never runs.
func (s *Stage) judgePin(set *finding.Set, u use) {
	if u.ref.Digest != "" {
		return
	}
	if u.BuiltBy != "" {
		set.Findings = append(set.Findings, u.finding(ruleUnpinned, finding.Low,
			fmt.Sprintf("%s has no digest; %s builds it by this name, so that it is pulled only where that did not run before", u.Ref, u.BuiltBy)))
		return
	}
	severity, message := finding.High, fmt.Sprintf("%s has neither a tag nor a digest", u.Ref)
	switch {
	case u.ref.Versioned() && s.opts.Profile != "strict":
		severity, message = finding.Medium, fmt.Sprintf("%s has a tag but no digest", u.Ref)
	case u.ref.Versioned():
		message = fmt.Sprintf("%s has a tag but no digest", u.Ref)
	case u.ref.Tag != "":
		message = fmt.Sprintf("%s has a tag that names no version, and no digest", u.Ref)
	}
	set.Findings = append(set.Findings, u.finding(ruleUnpinned, severity, u.counted(message)))
	if u.ref.TagOrLatest() != "latest" {
		return
	}
	message = fmt.Sprintf("%s is pulled as latest", u.Ref)
	set.Findings = append(set.Findings, u.finding(ruleLatest, finding.High, u.counted(message)))
}

func severityOf(rule string) finding.Severity {
	for _, r := range Rules() {
		if r.ID == rule {
			return r.Severity
		}
	}
	return finding.High
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
