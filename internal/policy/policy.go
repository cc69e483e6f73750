// Package policy judges documents with rules written in Rego. A rule is one file with
// a METADATA block; nothing about it is declared in Go.
package policy

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/finding"
)

// Profiles are the selections of rules that the built-in pack knows, mildest last.
var Profiles = [...]string{"strict", "guide", "guide-literal", "baseline"}

// NoRules asks Load for controls and helpers alone: no folder of rules has this name.
const NoRules = "controls"

// Kinds are the folders of a pack that hold rules: the kinds of documents.
var Kinds = [...]string{"compose", "config", "dockerfile", "kubernetes"}

// Pack is a directory of further rules, laid out like the built-in one: lib,
// a folder for each kind, controls. Its rules are called <name>/<kind>/<rule> and live
// in the packages packs.<name>.<kind>.<rule>.
type Pack struct {
	// Name is a kebab-case word, unique among the packs of a run.
	Name string
	// Dir is the pack's path as error messages show it.
	Dir string
	// FS holds the pack's files.
	FS fs.FS
}

// Engine judges documents with the rules of one profile. It is safe for concurrent use.
type Engine struct {
	// Now is what rules see as data.now (RFC 3339, UTC); undefined when zero. It must
	// be set before the first Eval.
	Now time.Time

	rules    []*rule
	controls []finding.Control
	programs map[string]*program
	// params are the parameters of all rules by rule id and name, as they hold.
	params map[string]map[string]any
	passed []string
}

// Load reads the built-in pack and further packs and selects the rules of a profile;
// an empty profile selects every rule. Where kinds are named, only their rules are read.
// Every mistake in a pack is an error that names file and line.
func Load(builtin fs.FS, packs []Pack, profile string, kinds ...string) (*Engine, error) {
	if len(kinds) == 0 {
		kinds = Kinds[:]
	}
	if profile != "" && !slices.Contains(Profiles[:], profile) {
		return nil, fmt.Errorf("unknown profile %q: use one of %v", profile, Profiles)
	}
	may := capabilities()
	l := &loader{profile: profile, kinds: kinds, may: may, names: map[string]bool{}, params: map[string]map[string]any{}}
	l.pack(Pack{Dir: "policies", FS: builtin})
	for _, p := range packs {
		l.pack(p)
	}
	if err := l.finish(); err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	e := &Engine{rules: l.rules, controls: l.controls, programs: map[string]*program{}, params: l.params, passed: l.passed}
	for _, kind := range kinds {
		e.programs[kind] = newProgram(kind, may, l.modules)
	}
	// The built-in rules are known to compile, so only the kinds that are met need to.
	if len(packs) > 0 {
		return e, e.compileAll()
	}
	return e, nil
}

// Rules are the selected rules, sorted by id, with the severities of the profile.
func (e *Engine) Rules() []finding.Rule {
	out := make([]finding.Rule, 0, len(e.rules))
	for _, r := range e.rules {
		out = append(out, r.Rule)
	}
	return out
}

// RulesOf are the selected rules that judge one kind of document, sorted by id.
func (e *Engine) RulesOf(kind string) []finding.Rule {
	var out []finding.Rule
	for _, r := range e.rules {
		if r.kind == kind {
			out = append(out, r.Rule)
		}
	}
	return out
}

// Controls are all controls of all packs, in the order of their files.
func (e *Engine) Controls() []finding.Control { return slices.Clone(e.controls) }

// Passed says which files of the packs were left out, and why.
func (e *Engine) Passed() []string { return slices.Clone(e.passed) }

// WantsPlaces tells whether some rule of the kind was written for Trivy and so reads
// input.object_with_places and input.places (see WithPlaces).
func (e *Engine) WantsPlaces(kind string) bool {
	return slices.ContainsFunc(e.rules, func(r *rule) bool { return r.kind == kind && r.trivy != "" })
}

// Example is what a rule's author shows: one text that it fires on, one that it does not.
type Example struct {
	Rule, Kind, Bad, Good string
}

// Examples are the examples of the selected rules, sorted by rule id.
func (e *Engine) Examples() []Example {
	var out []Example
	for _, r := range e.rules {
		out = append(out, Example{Rule: r.ID, Kind: r.kind, Bad: r.meta.Bad, Good: r.meta.Good})
	}
	return out
}

func compareRules(a, b *rule) int { return cmp.Compare(a.ID, b.ID) }
