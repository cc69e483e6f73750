package images

import (
	"context"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/blobs"
	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// judgeBlobs judges every entry of images.blobs. That needs no registry, except for
// what an SPDX file must name.
func (r *run) judgeBlobs(ctx context.Context, set *finding.Set, p *plan.Plan, uses []use, answers map[reference.Reference]*answer) error {
	b := blobs.Check{Set: set, Plan: p}
	for _, ref := range references(uses) {
		digest := ref.Digest
		if a := answers[ref]; a != nil {
			digest = a.digest
		}
		if d := (blobs.Image{Name: r.stage.original(ref).Name(), Digest: digest}); digest != "" && !slices.Contains(b.Deployed, d) {
			b.Deployed = append(b.Deployed, d)
		}
	}
	for i, blob := range r.stage.cfg.Blobs {
		rule := config.ImageRule{Keys: blob.Keys, Identities: blob.Identities, Root: blob.Root, Log: blob.Log}
		d, err := r.newRule(i, rule)
		if err != nil {
			return err
		}
		b.Judge(ctx, fmt.Sprintf("images.blobs[%d]", i), blob, d.authorities[0].policy)
	}
	return nil
}

// blobsOffline judges what needs no connection at all.
func (s *Stage) blobsOffline(ctx context.Context, set *finding.Set, p *plan.Plan, uses []use) error {
	if len(s.cfg.Blobs) == 0 {
		return nil
	}
	fetched := slices.ContainsFunc(s.cfg.Keys, func(k config.Key) bool { return k.File == "" && k.URL != "" }) ||
		slices.ContainsFunc(s.cfg.Roots, func(r config.Root) bool { return r.File == "" })
	if fetched {
		set.Gaps = append(set.Gaps, finding.Gap{
			Rule: gap.BlobNotVerified, Subject: "images.blobs", Remediation: "Give the key or trusted root as a file, or run without offline.",
			Message: "the files of images.blobs could not be verified offline, because a key or a trusted root must be fetched",
		})
		return nil
	}
	r, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	return r.judgeBlobs(ctx, set, p, uses, nil)
}
