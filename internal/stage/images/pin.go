package images

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// NotPinned is the property of a finding that says why no fix is offered for it.
const NotPinned = "not-pinned"

// pin adds to each finding about a missing digest the change that writes it down, or
// why there is none. Only a digest whose bytes were read and that passed the policy is
// written.
func (r *run) pin(set *finding.Set, p *plan.Plan, uses []use, answers map[reference.Reference]*answer) {
	if !r.stage.opts.Fixes {
		return
	}
	several := contested(uses)
	for i := range set.Findings {
		f := &set.Findings[i]
		u, ok := useOf(uses, *f)
		if f.Rule != ruleUnpinned || !ok {
			continue
		}
		why, err := r.passed(u, answers[u.ref])
		if err == nil && several[u.Location] {
			err = errors.New("its text stands for several images")
		}
		if err == nil {
			f.Fix, err = pinFix(p.Tree, u, answers[u.ref].digest, why)
		}
		if err != nil {
			f.Properties = map[string]string{NotPinned: err.Error()}
		}
	}
}

func useOf(uses []use, f finding.Finding) (use, bool) {
	for _, u := range uses {
		if u.flaw == "" && u.Location == f.Location && u.Place() == f.Key && u.name() == f.Subject {
			return u, true
		}
	}
	return use{}, false
}

// contested are the places whose text stands for more than one image.
func contested(uses []use) map[finding.Location]bool {
	first, several := map[finding.Location]string{}, map[finding.Location]bool{}
	for _, u := range uses {
		if ref, ok := first[u.Location]; ok && ref != u.Ref {
			several[u.Location] = true
		}
		first[u.Location] = u.Ref
	}
	return several
}

// passed tells who vouches for the answer's digest, or why nobody does.
func (r *run) passed(u use, a *answer) (string, error) {
	asked := r.stage.asks(u.ref)
	switch {
	case !asked.covered():
		return "", errors.New("no rule of images.rules covers it")
	case a.gap != nil:
		return "", errors.New(a.gap.message)
	case a.digest == "":
		return "", errors.New("the registry does not have it")
	case !asked.demanding():
		return "accepted without a signature: " + asked.rule.Reason, nil
	case a.verdict == nil || a.verdict.digest != a.digest:
		return "", errors.New("its digest was not verified")
	}
	if !a.verdict.verified() {
		return "", errors.New("its signature did not verify")
	}
	return "signed by " + strings.Join(a.verdict.signers(), " and "), nil
}

// pinFix writes the digest behind the text that ends the reference, and nothing else.
func pinFix(tree *source.Tree, u use, digest, why string) (*finding.Fix, error) {
	at := u.Location
	if u.Default != (finding.Location{}) {
		at = u.Default
	}
	if at.URI != u.Location.URI {
		return nil, fmt.Errorf("its text stands in %s", at.URI)
	}
	data, err := tree.Read(at.URI, source.MaxFileBytes)
	if err != nil {
		return nil, err
	}
	end, err := insertion(data, at.Region, u)
	if err != nil {
		return nil, err
	}
	return &finding.Fix{
		Description: fmt.Sprintf("Pin %s to the digest that its tag leads to, %s.", u.ref, why), Safe: !u.tagAlone(data, at.Region),
		Edits: []finding.Edit{{Start: end, End: end, Text: "@" + digest}},
	}, nil
}

// tagAlone tells a tag that stands by itself in values: charts also make labels of it,
// which cannot hold a digest.
func (u use) tagAlone(data []byte, r finding.Region) bool {
	text := data[source.Offset(data, r.StartLine, r.StartColumn):source.Offset(data, r.EndLine, r.EndColumn)]
	return u.Kind == plan.Kubernetes && strings.Trim(string(text), `"'`) == u.ref.Tag && !strings.HasPrefix(u.Subject, "Kustomization/")
}

// defaulted is a text that ends with a variable and its default.
var defaulted = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*:?-([^${}]+)\}$`)

// insertion finds where the digest belongs: behind the reference as it is written,
// behind its tag where name and tag are written apart, or behind the default of the
// variable that it ends with.
func insertion(data []byte, r finding.Region, u use) (int, error) {
	start, end := source.Offset(data, r.StartLine, r.StartColumn), source.Offset(data, r.EndLine, r.EndColumn)
	text := string(data[start:end])
	if n := len(text); n > 1 && (text[0] == '"' || text[0] == '\'') && text[n-1] == text[0] {
		text, end = text[1:n-1], end-1
	}
	endsWith := func(part string) bool {
		return part != "" && (part == u.Ref || u.ref.Tag != "" && strings.HasSuffix(u.Ref, part) && (part == u.ref.Tag || strings.HasSuffix(part, ":"+u.ref.Tag)))
	}
	if endsWith(text) || text == u.Raw && endsWith(text[strings.LastIndexByte(text, '}')+1:]) {
		return end, nil
	}
	if m := defaulted.FindStringSubmatch(text); m != nil && text == u.Raw && endsWith(m[1]) {
		return end - 1, nil
	}
	if strings.Contains(text, "$") || strings.Contains(text, "{{") {
		return 0, errors.New("a variable or template decides which image it is")
	}
	return 0, errors.New("the text there is not the reference itself")
}
