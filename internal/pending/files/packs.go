package files

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/policies"
)

// Rules names the rules that exceptions may name, given those of the engine.
type Rules func(*policy.Engine) []string

// engine loads the rules of every kind, those of the packs included.
func (s Side) engine(profile string) (*policy.Engine, error) {
	var packs []policy.Pack
	for _, dir := range s.Config.Hardening.Packs {
		dir = path.Clean(filepath.ToSlash(dir))
		sub, err := fs.Sub(s.Tree.FS(), dir)
		if err == nil {
			_, err = fs.Stat(sub, ".")
		}
		if err != nil {
			continue // said where the setting stands
		}
		packs = append(packs, policy.Pack{Name: path.Base(dir), Dir: dir, FS: sub})
	}
	return policy.Load(policies.FS, packs, profile)
}

// packs are the mistakes in packs, and in what the configuration says about rules.
func (s Side) packs(rules Rules) (all []Mistake) {
	h := s.Config.Hardening
	if len(h.Packs)+len(h.Params)+len(s.Config.Exceptions) == 0 {
		return nil
	}
	for i, dir := range h.Packs {
		if info, err := fs.Stat(s.Tree.FS(), path.Clean(filepath.ToSlash(dir))); err != nil || !info.IsDir() {
			all = append(all, Mistake{s.Config.At(at("hardening.packs", i, "")), fmt.Sprintf("hardening.packs names %s, which is no directory of the repository", dir)})
		}
	}
	engine, err := s.engine("")
	if err != nil {
		return append(all, inRego(s.Config, err)...)
	}
	for _, err := range flat(engine.Configure(h.Params)) {
		if e, ok := errors.AsType[*policy.ParamError](err); ok {
			p := "hardening.params." + e.Path
			all = append(all, Mistake{s.Config.At(p), p + " " + e.Message})
		}
	}
	for _, err := range flat(s.Config.CheckRules(rules(engine))) {
		if e, ok := errors.AsType[*config.Error](err); ok {
			all = append(all, Mistake{e.Location, e.Message})
		}
	}
	return all
}

// regoPlace is how the rules' loader names a place.
var regoPlace = regexp.MustCompile(`^(?:[a-z ]+: )*([^:\n]+\.(?:rego|ya?ml|json)):(?:(\d+):)?(?:(\d+):)? *(?s:(.*))$`)

// inRego gives the errors of packs their places. A line without one goes on with the last.
func inRego(c config.Config, err error) (all []Mistake) {
	place := c.At("hardening.packs")
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if p := regoPlace.FindStringSubmatch(line); p != nil {
			place, line = row(p[1], p[2], p[3]), p[4]
		}
		all = append(all, Mistake{place, "policy pack: " + line})
	}
	return all
}

// flat splits joined errors.
func flat(err error) (all []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	for _, err := range joined.Unwrap() {
		all = append(all, flat(err)...)
	}
	return all
}

// Packs lists what happens to the rules of packs, given both sides' profile.
func Packs(base, head Side) (all []finding.Change) {
	if base.Tree == nil || len(base.Config.Hardening.Packs)+len(head.Config.Hardening.Packs) == 0 {
		return nil
	}
	b, err := base.engine(base.Config.Hardening.Profile)
	h, err2 := head.engine(head.Config.Hardening.Profile)
	if errors.Join(err, err2) != nil {
		return nil // broken, and said to be
	}
	builtin, err := Side{Tree: head.Tree}.engine("")
	if err != nil {
		return nil
	}
	own := byID(builtin)
	was, now := byID(b), byID(h)
	note := func(text string, e finding.Effect) {
		all = append(all, finding.Change{Setting: "hardening.packs", Text: text, Effect: e, Location: head.Config.At("hardening.packs")})
	}
	for _, r := range h.Rules() {
		old, had := was[r.ID]
		switch _, ours := own[r.ID]; {
		case ours:
		case !had:
			note("adds the rule "+strconv.Quote(r.ID), finding.Tightens)
		case r.Severity < old.Severity:
			note(fmt.Sprintf("lowers the rule %q, %s → %s", r.ID, old.Severity, r.Severity), finding.Loosens)
		case r.Severity > old.Severity:
			note(fmt.Sprintf("raises the rule %q, %s → %s", r.ID, old.Severity, r.Severity), finding.Tightens)
		}
	}
	for _, r := range b.Rules() {
		if _, has := now[r.ID]; !has {
			if _, ours := own[r.ID]; !ours {
				note("drops the rule "+strconv.Quote(r.ID), finding.Loosens)
			}
		}
	}
	return all
}

func byID(e *policy.Engine) map[string]finding.Rule {
	out := map[string]finding.Rule{}
	for _, r := range e.Rules() {
		out[r.ID] = r
	}
	return out
}
