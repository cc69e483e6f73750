// Package proposal makes findings of what a change does to the policy that it is not
// judged by itself.
package proposal

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/pending"
	"github.com/stella-ops/assure/internal/pending/files"
	"github.com/stella-ops/assure/internal/pending/gate"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/source"
)

// Proposal is a change with the configurations of both sides, as their files say.
type Proposal struct {
	Base, Head files.Side
	// BaseFile is the base's configuration file, for reading inputs as the gate does.
	BaseFile gate.Settings
	Rules    files.Rules
	// Loads is false when the head's configuration cannot be read: then only workflows
	// are compared.
	Loads bool
	// Adopted is true when the settings that tighten count already.
	Adopted bool
}

// Outcome is what there is to say about a proposal.
type Outcome struct {
	Findings []finding.Finding
	Pending  []finding.Change
}

// Judge judges the proposal. Trees are both there.
func Judge(p Proposal, head *source.Tree) (out Outcome) {
	anchor := anchorOf(p, head)
	for _, e := range gate.Compare(p.Base.Tree.FS(), p.Head.Tree.FS(), p.BaseFile) {
		if e.Gone {
			e.Location = anchor(e.Location)
		}
		out.Findings = append(out.Findings, report.GateEdited(e.Text, e.Loosens, e.Location))
	}
	if !p.Loads {
		return out
	}
	for _, m := range files.Broken(p.Base, p.Head, p.Rules) {
		out.Findings = append(out.Findings, report.BrokenConfiguration(m.Message, anchor(m.Location)))
	}
	out.Pending = p.changes()
	for i := range out.Pending {
		out.Pending[i].Location = anchor(out.Pending[i].Location)
	}
	out.Findings = append(out.Findings, inFiles(out.Pending)...)
	return out
}

func (p Proposal) changes() []finding.Change {
	settings := pending.Compare(p.Base.Config, p.Head.Config)
	if p.Adopted {
		_, settings = pending.Adopt(config.Default(), p.Head.Config)
	}
	return slices.Concat(settings, files.Changes(p.Base, p.Head), files.Packs(p.Base, p.Head))
}

// readmes introduce a repository.
var readmes = [...]string{"README.md", "README", "README.rst", "README.adoc", "README.txt", "readme.md"}

// anchorOf moves places in files that are gone to the file in which findings about the
// whole repository stand.
func anchorOf(p Proposal, head *source.Tree) func(finding.Location) finding.Location {
	return func(at finding.Location) finding.Location {
		if at.URI != "" && head.Has(at.URI) {
			return at
		}
		for _, name := range slices.Concat([]string{p.Head.Config.Origin}, config.Files[:], readmes[:]) {
			if name != "" && head.Has(name) {
				return finding.Top(name)
			}
		}
		return finding.Top(cmp.Or(at.URI, config.Files[0]))
	}
}

// maxWords bounds the changes that one finding lists.
const maxWords = 20

// inFiles are one finding for each file that brings changes.
func inFiles(changes []finding.Change) (all []finding.Finding) {
	byFile := map[string][]finding.Change{}
	var order []string
	for _, c := range changes {
		if byFile[c.Location.URI] == nil {
			order = append(order, c.Location.URI)
		}
		byFile[c.Location.URI] = append(byFile[c.Location.URI], c)
	}
	for _, file := range order {
		all = append(all, report.GatePending(words(byFile[file]), first(byFile[file])))
	}
	return all
}

// words lists changes, those that loosen first.
func words(changes []finding.Change) []string {
	sorted := slices.Clone(changes)
	rank := func(c finding.Change) int {
		return slices.Index([]finding.Effect{finding.Loosens, finding.MayLoosen, finding.Tightens, finding.Neutral}, c.Effect)
	}
	slices.SortStableFunc(sorted, func(a, b finding.Change) int { return cmp.Compare(rank(a), rank(b)) })
	var out []string
	for _, c := range sorted[:min(len(sorted), maxWords)] {
		out = append(out, c.String())
	}
	if rest := len(sorted) - maxWords; rest > 0 {
		out = append(out, fmt.Sprintf("and %d more", rest))
	}
	return out
}

// first is the place of the change that matters most.
func first(changes []finding.Change) finding.Location {
	for _, e := range []finding.Effect{finding.Loosens, finding.MayLoosen, finding.Tightens} {
		for _, c := range changes {
			if c.Effect == e {
				return c.Location
			}
		}
	}
	return changes[0].Location
}
