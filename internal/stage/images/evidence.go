package images

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/verify"
)

// evidenceFile is where the records of verified images are written.
const evidenceFile = "images/evidence.json"

// record is the evidence for one verified image.
type record struct {
	Reference string `json:"reference"`
	Digest    string `json:"digest"`
	// SignedDigest differs from Digest when the signed index vouches for the image.
	SignedDigest string `json:"signed_digest"`
	// Signature is the digest of the blob that holds the signature.
	Signature   string          `json:"signature"`
	Format      verify.Format   `json:"format"`
	Key         string          `json:"key"`
	Fingerprint string          `json:"fingerprint"`
	Log         verify.LogState `json:"transparency_log"`
	Places      []string        `json:"places"`
}

// records lists the verified images, sorted by reference.
func records(uses []use, answers map[reference.Reference]*answer) []record {
	var out []record
	for _, ref := range references(uses) {
		a := answers[ref]
		if a == nil || a.verdict == nil || a.gap != nil {
			continue
		}
		if res, ok := a.verdict.verified(); ok {
			out = append(out, record{
				Reference: ref.String(), Digest: a.digest, SignedDigest: a.verdict.digest, Signature: res.Item.Digest,
				Format: res.Item.Format, Key: res.Key.ID, Fingerprint: res.Key.Fingerprint, Log: res.Log, Places: places(uses, ref),
			})
		}
	}
	slices.SortFunc(out, func(a, b record) int { return cmp.Compare(a.Reference, b.Reference) })
	return out
}

func places(uses []use, ref reference.Reference) []string {
	var out []string
	for _, u := range uses {
		if u.flaw == "" && u.ref == ref {
			out = append(out, u.Location.String())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// addEvidence writes the records and a note for each key that signed.
func addEvidence(set *finding.Set, list []record) error {
	if len(list) == 0 {
		return nil
	}
	data, err := json.MarshalIndent(struct {
		Schema int      `json:"schema"`
		Images []record `json:"images"`
	}{1, list}, "", "  ")
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	set.Files = append(set.Files, finding.File{Name: evidenceFile, Data: append(data, '\n')})
	byKey := map[string]int{}
	for _, r := range list {
		byKey[fmt.Sprintf("%s (%s), transparency log %s", r.Key, r.Fingerprint, r.Log)]++
	}
	for key, n := range byKey {
		set.Notes = append(set.Notes, fmt.Sprintf("%d %s signed by key %s", n, plural(n, "image is", "images are"), key))
	}
	return nil
}
