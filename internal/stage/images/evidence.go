package images

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

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
	// Rules are the rules and policies that it meets.
	Rules        []string `json:"rules"`
	Signatures   []signed `json:"signatures"`
	Attestations []signed `json:"attestations,omitempty"`
	Places       []string `json:"places"`
}

// signed is one verified signature or statement.
type signed struct {
	// Blob is the digest of the blob that holds it.
	Blob   string        `json:"blob"`
	Format verify.Format `json:"format"`
	// Type is the predicate type of a statement.
	Type        string          `json:"type,omitempty"`
	Signer      string          `json:"signer"`
	Fingerprint string          `json:"fingerprint,omitempty"`
	Issuer      string          `json:"issuer,omitempty"`
	Subject     string          `json:"subject,omitempty"`
	Log         verify.LogState `json:"transparency_log"`
	Entry       *verify.Entry   `json:"log_entry,omitempty"`
	// Time is when the log or a timestamp authority saw it.
	Time *time.Time `json:"time,omitempty"`
}

func newSigned(r verify.Result) signed {
	s := signed{
		Blob: r.Item.Digest, Format: r.Item.Format, Signer: r.Signer.ID, Fingerprint: r.Signer.Fingerprint,
		Issuer: r.Signer.Issuer, Subject: r.Signer.Subject, Log: r.Log, Entry: r.Entry,
	}
	if r.Item.Statement() {
		s.Type = r.Item.Predicate()
	}
	if !r.Time.IsZero() {
		at := r.Time.UTC()
		s.Time = &at
	}
	return s
}

// records lists the verified images, sorted by reference.
func records(uses []use, answers map[reference.Reference]*answer) []record {
	var out []record
	for _, ref := range references(uses) {
		a := answers[ref]
		if a != nil && a.gap == nil && a.verdict != nil && a.verdict.verified() {
			out = append(out, newRecord(a, places(uses, ref)))
		}
	}
	slices.SortFunc(out, func(a, b record) int { return cmp.Compare(a.Reference, b.Reference) })
	return out
}

func newRecord(a *answer, at []string) record {
	r := record{Reference: a.ref.String(), Digest: a.digest, SignedDigest: a.verdict.digest, Places: at}
	for _, o := range a.verdict.outcomes {
		r.Rules = append(r.Rules, o.demand.name)
		for _, res := range o.signatures {
			r.Signatures = append(r.Signatures, newSigned(res))
		}
		for _, res := range o.statements {
			r.Attestations = append(r.Attestations, newSigned(res))
		}
	}
	return r
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

// addEvidence writes the records and a note for each signer.
func (s *Stage) addEvidence(set *finding.Set, list []record) error {
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
	bySigner := map[string]int{}
	for _, r := range list {
		for _, s := range r.Signatures {
			bySigner[s.note()]++
		}
	}
	for who, n := range bySigner {
		set.Notes = append(set.Notes, fmt.Sprintf("%d %s signed by %s", n, plural(n, "image is", "images are"), who))
	}
	if s.cfg.VSA {
		return s.addSummaries(set, list)
	}
	return nil
}

func (s signed) note() string {
	if s.Fingerprint != "" {
		return fmt.Sprintf("key %s (%s), transparency log %s", s.Signer, s.Fingerprint, s.Log)
	}
	return fmt.Sprintf("%s (issuer %s), transparency log %s", s.Subject, s.Issuer, s.Log)
}
