package images

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

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
}

// read turns the plan's images into uses and counts those that the project builds.
func read(images []plan.Image) (uses []use, built int) {
	for _, img := range images {
		switch {
		case img.Built:
			built++
		case img.Kind == plan.Dockerfile && img.Ref == "scratch":
		default:
			uses = append(uses, newUse(img))
		}
	}
	return uses, built
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

// place names who uses the image, without the number of a stage or step.
func (u use) place() string {
	if u.Kind == plan.Dockerfile || u.Kind == plan.Workflow {
		return numbered.ReplaceAllString(u.Subject, "")
	}
	return u.Subject
}

var numbered = regexp.MustCompile(`(^|/)(step )?[0-9]+$`)

func (u use) finding(rule string, severity finding.Severity, message string) finding.Finding {
	return finding.Finding{
		Rule: rule, Severity: severity, Message: message,
		Location: u.Location, Subject: u.name(), Key: u.place(),
	}
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
		set.Findings = append(set.Findings, u.finding(u.flaw, severityOf(u.flaw), u.why))
		return
	}
	s.judgePin(set, u)
	if len(s.cfg.Registries) > 0 {
		set.Judge(ruleRegistry, 1)
		if !allowed(s.cfg.Registries, s.original(u.ref)) {
			set.Findings = append(set.Findings, u.finding(ruleRegistry, severityOf(ruleRegistry),
				fmt.Sprintf("%s is not below any of the allowed registries: %s", u.ref.Name(), strings.Join(s.cfg.Registries, ", "))))
		}
	}
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
	set.Findings = append(set.Findings, u.finding(ruleUnpinned, severity, message))
	if u.ref.TagOrLatest() != "latest" {
		return
	}
	message = fmt.Sprintf("%s is pulled as latest", u.Ref)
	set.Findings = append(set.Findings, u.finding(ruleLatest, finding.High, message))
}

func severityOf(rule string) finding.Severity {
	for _, r := range Rules() {
		if r.ID == rule {
			return r.Severity
		}
	}
	return finding.High
}

// allowed tells whether one of the entries, registries, repositories or globs over
// them, holds the image.
func allowed(entries []string, ref reference.Reference) bool {
	for _, e := range entries {
		if matches(e, ref) || below(e, ref) {
			return true
		}
	}
	return false
}

func below(entry string, ref reference.Reference) bool {
	for _, name := range [...]string{ref.Name(), ref.Familiar()} {
		if name == entry || strings.HasPrefix(name, strings.TrimSuffix(reference.Hub(entry), "/")+"/") {
			return true
		}
	}
	return false
}

// matches compares a glob with the full name; images of Docker Hub also match by the
// name that people write.
func matches(glob string, ref reference.Reference) bool {
	glob = reference.Hub(glob)
	return doublestar.MatchUnvalidated(glob, ref.Name()) || doublestar.MatchUnvalidated(glob, ref.Familiar())
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
