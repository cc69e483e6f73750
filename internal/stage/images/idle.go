package images

import (
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Idle is an entry of the settings for images that does nothing: its path in the
// configuration, and why.
type Idle struct{ Path, Entry, Why string }

// Unused are the entries that no image of the plan is judged by.
func Unused(cfg config.Images, p *plan.Plan) []Idle {
	s := New(cfg, Options{})
	var written, refs []reference.Reference
	for _, img := range p.Images {
		if u := newUse(img); u.flaw == "" {
			written, refs = append(written, u.ref), append(refs, s.original(u.ref))
		}
	}
	return slices.Concat(s.idleLists(written, refs), s.idleRules(refs), s.idleSigners())
}

// idleLists are allowed registries and mirrors without an image.
func (s *Stage) idleLists(written, refs []reference.Reference) (idle []Idle) {
	for i, entry := range s.cfg.Registries {
		idle = append(idle, idlePattern(fmt.Sprintf("images.registries[%d]", i), entry, refs)...)
	}
	for i, m := range s.cfg.Mirrors {
		idle = append(idle, idlePattern(fmt.Sprintf("images.mirrors[%d]", i), m.At, written)...)
	}
	return idle
}

func idlePattern(path, entry string, refs []reference.Reference) []Idle {
	if slices.ContainsFunc(refs, func(r reference.Reference) bool { return r.Matches(entry) }) {
		return nil
	}
	why := fmt.Sprintf("%q matches no image of the repository", entry)
	if meant := reference.Meant(entry, refs); meant != "" {
		why += fmt.Sprintf("; %q would", meant)
	}
	return []Idle{{path, entry, why}}
}

// idleRules are patterns without an image, and rules that an earlier one decides for.
func (s *Stage) idleRules(refs []reference.Reference) (idle []Idle) {
	for i, rule := range s.cfg.Rules {
		path := fmt.Sprintf("images.rules[%d]", i)
		before := len(idle)
		for j, entry := range rule.Match {
			idle = append(idle, idlePattern(fmt.Sprintf("%s.match[%d]", path, j), entry, refs)...)
		}
		decides := func(r reference.Reference) bool { return s.firstRule(r) == i }
		if len(idle) == before && !slices.ContainsFunc(refs, decides) {
			idle = append(idle, Idle{path, path, "no image is decided by this rule, because earlier rules match all of its images"})
		}
	}
	return idle
}

// idleSigners are keys and roots that no rule names.
func (s *Stage) idleSigners() (idle []Idle) {
	keys, roots := map[string]bool{}, map[string]bool{publicGood: true}
	for _, r := range s.cfg.Rules {
		roots[r.Root] = true
		for _, k := range r.Keys {
			keys[k] = true
		}
	}
	for _, b := range s.cfg.Blobs {
		roots[b.Root] = true
		for _, k := range b.Keys {
			keys[k] = true
		}
	}
	for i, k := range s.cfg.Keys {
		if !keys[k.ID] {
			idle = append(idle, Idle{fmt.Sprintf("images.keys[%d]", i), k.ID, fmt.Sprintf("no rule names the key %q, so that it verifies nothing", k.ID)})
		}
	}
	for i, r := range s.cfg.Roots {
		if !roots[r.ID] && len(s.cfg.Policies) == 0 {
			idle = append(idle, Idle{fmt.Sprintf("images.roots[%d]", i), r.ID, fmt.Sprintf("no rule names the root %q, so that it verifies nothing", r.ID)})
		}
	}
	return idle
}
