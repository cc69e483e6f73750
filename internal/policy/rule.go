package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/stella-ops/assure/internal/finding"
)

// rule is a rule with what only the engine needs to know.
type rule struct {
	finding.Rule
	meta metadata
	file string
	kind string
	pkg  string
	// subjects is true when the rule says itself what it judged, unknown when it says
	// what it could not decide about.
	subjects, unknown bool
	// trivy is the package of a check written for Trivy, empty for our own rules.
	trivy   string
	imports []*ast.Import
	// off is true when the profile does not select the rule.
	off bool
}

// metadata is the custom part of a rule's METADATA block.
type metadata struct {
	Severity    *finding.Severity           `json:"severity"`
	Severities  map[string]finding.Severity `json:"severities"`
	Controls    []string                    `json:"controls"`
	Profiles    []string                    `json:"profiles"`
	Tags        []string                    `json:"tags"`
	Remediation string                      `json:"remediation"`
	// Params are what the configuration may set, with their defaults. The rule reads
	// them as data.params[<rule id>].
	Params map[string]any `json:"params"`
	// Fix is safe when the rule's fixes take away nothing but the weakness, else
	// review (the default).
	Fix  string `json:"fix"`
	Bad  string `json:"bad"`
	Good string `json:"good"`
}

// readRule reads a rule from its package annotation and checks that it is complete.
func readRule(m *ast.Module, file, profile string) (*rule, error) {
	r := &rule{file: file}
	note := packageNote(m)
	if note == nil {
		return nil, fmt.Errorf("%s:1: a METADATA block with scope: package is missing", file)
	}
	at := fmt.Sprintf("%s:%d", file, note.Location.Row)
	if err := strict(note.Custom, &r.meta); err != nil {
		return nil, fmt.Errorf("%s: custom: %w", at, err)
	}
	if err := r.complete(note, m); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	r.Rule = finding.Rule{
		Title: note.Title, Description: oneLine(note.Description), Remediation: oneLine(r.meta.Remediation),
		Severity: *r.meta.Severity, Tags: r.meta.Tags, Controls: r.meta.Controls,
	}
	if s, ok := r.meta.Severities[profile]; ok {
		r.Severity = s
	}
	if len(note.RelatedResources) > 0 {
		r.HelpURI = note.RelatedResources[0].Ref.String()
	}
	_, r.subjects = setRule(m, "subjects")
	_, r.unknown = setRule(m, "unknown")
	r.Help = help(note.Description, r.meta, language(file))
	return r, nil
}

func packageNote(m *ast.Module) *ast.Annotations {
	for _, a := range m.Annotations {
		if a.Scope == "package" {
			return a
		}
	}
	return nil
}

// complete refuses a rule that leaves out what every rule must say.
func (r *rule) complete(note *ast.Annotations, m *ast.Module) error {
	var errs []error
	demand := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New(what))
		}
	}
	demand(note.Title != "", "title is missing")
	demand(r.meta.Severity != nil, "custom.severity is missing: critical, high, medium, low or info")
	demand(len(r.meta.Controls) > 0, "custom.controls is missing: the ids of the controls that the rule assesses")
	demand(strings.TrimSpace(r.meta.Remediation) != "", "custom.remediation is missing")
	demand(slices.Contains([]string{"", "safe", "review"}, r.meta.Fix), "custom.fix is neither safe nor review")
	for _, p := range r.profiles() {
		demand(slices.Contains(Profiles[:], p), fmt.Sprintf("profile %q does not exist", p))
	}
	for _, name := range []string{"results", "subjects", "unknown"} {
		found, isSet := setRule(m, name)
		demand(found || name != "results", "the rule defines no results")
		demand(!found || isSet, fmt.Sprintf("%s must be a set: write %s contains ... if { ... }", name, name))
	}
	judges, _ := setRule(m, "subjects")
	doubts, _ := setRule(m, "unknown")
	demand(judges || !doubts, "the rule defines unknown and no subjects: say what it judges, too")
	return errors.Join(errs...)
}

func (r *rule) profiles() []string {
	out := slices.Clone(r.meta.Profiles)
	for p := range r.meta.Severities {
		out = append(out, p)
	}
	return out
}

// setRule tells whether the module has a rule of that name and all its parts are sets.
func setRule(m *ast.Module, name string) (found, isSet bool) {
	isSet = true
	for _, r := range m.Rules {
		if r.Head.Ref()[0].Value.Compare(ast.Var(name)) == 0 {
			found = true
			isSet = isSet && r.Head.RuleKind() == ast.MultiValue && len(r.Head.Ref()) == 1
		}
	}
	return found, found && isSet
}

// strict decodes v into out and refuses unknown keys.
func strict(v, out any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(out)
}

// lenient decodes v into out and lets unknown keys through.
func lenient(v, out any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, out)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
