package images

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// keyRules are about the keys themselves.
func keyRules() []finding.Rule {
	return []finding.Rule{
		{
			ID: rulePrivateKey, Severity: finding.Critical,
			Title:       "The repository holds a private signing key",
			Description: "Whoever reads the repository can sign in the name of its owner, at once or after guessing the passphrase.",
			Remediation: "Take the key out of the history, replace it everywhere, and keep the new one in a key service or a secret store.",
		},
		{
			ID: ruleKeyDiffers, Severity: finding.High, Controls: []string{"SHG-6.04"},
			Title:       "A public key is not the same everywhere",
			Description: "The repository, the published address and the image each say whose signatures count. Where they disagree, somebody replaced one of them or forgot it, and who relies on it accepts what others refuse.",
			Remediation: "Find out which key is the right one, compare its fingerprint with the owner's, and put it in all places.",
		},
	}
}

// judgeKeyPlaces wants one key in the repository, at its URL and in the images that it
// signs.
func (r *run) judgeKeyPlaces(ctx context.Context, set *finding.Set, uses []use, answers map[reference.Reference]*answer) {
	for _, k := range r.stage.cfg.Keys {
		if published(k) {
			data, err := r.client.Fetch(ctx, k.URL, maxKeyBytes)
			r.compareKey(set, k, data, err, finding.Finding{Location: finding.Top(k.File), Subject: k.ID, Key: "url"}, k.URL)
		}
		if k.ImagePath == "" {
			continue
		}
		for _, u := range uses {
			if a := answers[u.ref]; u.flaw == "" && a.digest != "" && r.signs(k.ID, u.ref) {
				data, err := r.files.Get(ctx, u.ref.At(a.digest)+" "+k.ImagePath, func() ([]byte, error) {
					return r.client.File(ctx, u.ref, a.digest, k.ImagePath)
				})
				r.compareKey(set, k, data, err, u.finding("", 0, ""), fmt.Sprintf("%s in %s", k.ImagePath, u.ref))
			}
		}
	}
}

// published tells whether a key of the repository also has an address.
func published(k config.Key) bool { return k.File != "" && k.URL != "" }

// noteKeyPlaces says what is not compared without a network.
func (s *Stage) noteKeyPlaces(set *finding.Set) {
	for _, k := range s.cfg.Keys {
		if published(k) || k.ImagePath != "" {
			set.Notes = append(set.Notes, fmt.Sprintf("offline: the key %s was not compared with its address or with images", k.ID))
		}
	}
}

// signs tells whether a rule about the image names the key.
func (r *run) signs(id string, ref reference.Reference) bool {
	return slices.ContainsFunc(r.demands(ref), func(d *demand) bool {
		return slices.ContainsFunc(d.authorities, func(a authority) bool {
			return slices.ContainsFunc(a.policy.Keys, func(k verify.Key) bool { return k.ID == id })
		})
	})
}

// compareKey compares what stands at a place with the key that is trusted. What could
// not be read is a gap; what is not there is not the key.
func (r *run) compareKey(set *finding.Set, k config.Key, data []byte, err error, f finding.Finding, place string) {
	if err != nil && !errors.Is(err, registry.ErrNoFile) {
		g := finding.Gap{Rule: gap.KeyUnavailable, Location: f.Location, Subject: k.ID, Message: fmt.Sprintf("the key %s could not be compared with %s: %v", k.ID, place, err)}
		if f.Subject != k.ID {
			g.Subject += " in " + f.Subject // the image
		}
		if k.File != "" && k.File != f.Location.URI {
			g.Depends = []string{k.File}
		}
		set.Gaps = append(set.Gaps, g)
		return
	}
	set.Judge(ruleKeyDiffers, 1)
	trusted := r.keys[k.ID].Fingerprint
	there, bad := verify.LoadKey("", data)
	switch {
	case err != nil:
		f.Message = fmt.Sprintf("the key %s (%s) is not at %s: %v", k.ID, trusted, place, err)
	case bad != nil:
		f.Message = fmt.Sprintf("the key %s (%s) is not at %s: %v", k.ID, trusted, place, bad)
	case there.Fingerprint != trusted:
		f.Message = fmt.Sprintf("the key %s is %s, but %s is %s", k.ID, trusted, place, there.Fingerprint)
	default:
		return
	}
	f.Rule, f.Severity = ruleKeyDiffers, severityOf(ruleKeyDiffers)
	set.Findings = append(set.Findings, f)
}
