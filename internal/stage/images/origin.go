package images

import (
	"context"
	"fmt"
	"time"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// freshRules are about images that time has passed by.
func freshRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: ruleOutdated, Severity: finding.Medium, Controls: []string{"SHG-8.01"},
			Title:       "A pinned image is old and its tag has moved on",
			Description: "The publisher has built the tag anew, most often with security updates, and the digest keeps the old one.",
			Remediation: "Pin the digest that the tag leads to now, after its signature was verified: assure fix.",
		},
		{
			ID: ruleBase, Severity: finding.Low, Controls: []string{"SHG-8.01"},
			Title:       "The base of an image has moved on",
			Description: "The image says which base it was built on, and the base's tag leads to a newer one. Fixes of the base reach the image only when it is built again.",
			Remediation: "Use a newer build of the image, or ask its publisher for one.",
		},
	}
}

// askOrigin asks how old the image is and whether its base has moved on. A base that
// cannot be asked for proves nothing about the image.
func (r *run) askOrigin(ctx context.Context, a *answer) {
	if r.stage.cfg.MaxAge == 0 || a.digest == "" {
		return
	}
	o, err := r.client.Origin(ctx, a.ref, a.digest)
	if err != nil {
		a.gap = explain(a.ref, err)
		return
	}
	a.origin = &o
	if o.Base == "" || o.BaseDigest == "" {
		return
	}
	base, err := reference.Parse(o.Base)
	if err != nil {
		a.noBase = fmt.Sprintf("the base that %s names is no reference: %v", a.ref, err)
		return
	}
	now, err := r.client.Manifest(ctx, base, base.TagOrLatest())
	switch {
	case registry.Is(err, registry.Absent), registry.Is(err, registry.Unknown):
	case err != nil:
		a.noBase = fmt.Sprintf("the base of %s, %s, could not be asked about: %v", a.ref, base, err)
	case now.Digest != o.BaseDigest && !now.Lists(o.BaseDigest):
		a.base = now.Digest
	}
}

// judgeFresh applies the rules about age.
func (r *run) judgeFresh(set *finding.Set, u use, a *answer) {
	if a.origin == nil {
		return
	}
	if a.ref.Digest != "" && a.ref.Tag != "" && a.origin.Known() && r.stage.opts.Now != nil {
		set.Judge(ruleOutdated, 1)
		moved := a.tag != "" && a.tag != a.ref.Digest && a.index == ""
		if age := r.stage.opts.Now().Sub(a.origin.Created); moved && age > r.stage.cfg.MaxAge {
			set.Findings = append(set.Findings, u.finding(ruleOutdated, severityOf(ruleOutdated), fmt.Sprintf(
				"%s was built %d days ago, and its tag leads to %s now", a.ref, int(age/(24*time.Hour)), a.tag)))
		}
	}
	if a.origin.Base == "" || a.origin.BaseDigest == "" || a.noBase != "" {
		return
	}
	set.Judge(ruleBase, 1)
	if a.base != "" {
		set.Findings = append(set.Findings, u.finding(ruleBase, severityOf(ruleBase), fmt.Sprintf(
			"%s was built on %s@%s, and that leads to %s now", a.ref, a.origin.Base, a.origin.BaseDigest, a.base)))
	}
}
