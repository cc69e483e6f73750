package verify

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigstore/cosign/v2/pkg/oci"
	"github.com/sigstore/cosign/v2/pkg/oci/static"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"

	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// PredicateSignature is the predicate type by which cosign marks a signature of an
// image among the statements about it.
const PredicateSignature = "https://sigstore.dev/cosign/sign/v1"

// Format is how a signature is stored.
type Format string

// The formats. All are always read.
const (
	// Legacy is a layer below the tag sha256-<hex>.sig.
	Legacy Format = "simple-signing"
	// LegacyStatement is a layer below the tag sha256-<hex>.att.
	LegacyStatement Format = "dsse"
	// Bundle is a Sigstore bundle that refers to the image.
	Bundle Format = "sigstore-bundle"
)

// Item is one signature or statement as found. Nothing about it is verified.
type Item struct {
	Format Format
	// Digest is the digest of the blob that holds it.
	Digest string
	// malformed says why it cannot be what it should be.
	malformed error
	// logs are its entries of transparency logs, stamps the number of signed times.
	logs   []logEntry
	stamps int
	// certificate is nil when a plain key signed, and summary what it says.
	certificate *x509.Certificate
	summary     certificate.Summary
	// claims are the digests that it says it signs, and repository the name beside
	// them, which only the older format has.
	claims     []string
	repository string
	// predicate and statement are those of an in-toto statement.
	predicate string
	statement []byte

	// raw is the signature over signed.
	raw, signed []byte
	legacy      oci.Signature
	bundle      *bundle.Bundle
}

// logEntry is an entry as the item tells it.
type logEntry struct {
	Entry
	// time is when the log says it came in, and promised is true when it signs that.
	time     time.Time
	promised bool
}

// Statement tells a statement about an image from a signature of it.
func (it Item) Statement() bool { return it.predicate != "" && it.predicate != PredicateSignature }

// Predicate is the type of the statement's predicate.
func (it Item) Predicate() string { return it.predicate }

// Malformed says why it cannot be a signature, nil when it can.
func (it Item) Malformed() error { return it.malformed }

// Repository is the name that the signer gave the image, empty where the format has
// none.
func (it Item) Repository() string { return it.repository }

// Identity is whom the certificate names, both empty without one.
func (it Item) Identity() (subject, issuer string) {
	return it.summary.SubjectAlternativeName, it.summary.Issuer
}

func (it Item) logged() bool { return len(it.logs) > 0 }

func (it Item) claimsDigest(digest string) bool { return slices.Contains(it.claims, digest) }

// entry returns the first entry of a trusted log with its time.
func (it Item) entry(roots Roots) (*Entry, time.Time) {
	for _, l := range it.logs {
		if roots.RekorLogs()[l.Log] == nil {
			continue
		}
		if l.promised {
			return &l.Entry, l.time
		}
		return &l.Entry, time.Time{}
	}
	return nil, time.Time{}
}

// parseLegacy rebuilds a signature from checked parts only.
func parseLegacy(layer registry.Descriptor, payload []byte) Item {
	it := Item{Format: Legacy, Digest: layer.Digest, signed: payload}
	e, err := parseAnnotations(layer.Annotations, "hashedrekord", "rekord")
	if err == nil {
		err = e.parseSignature(layer.Annotations)
	}
	if err == nil {
		err = it.take(e)
	}
	if err != nil {
		it.malformed = err
		return it
	}
	it.raw = e.raw
	it.readClaims(payload)
	it.legacy, it.malformed = static.NewSignature(payload, e.signature, e.options()...)
	return it
}

// take copies what the annotations say.
func (it *Item) take(e envelope) error {
	if e.entry != nil {
		at := time.Unix(e.entry.Payload.IntegratedTime, 0).UTC()
		it.logs = []logEntry{{Entry{e.entry.Payload.LogID, e.entry.Payload.LogIndex}, at, true}}
	}
	if e.stamp != nil {
		it.stamps = 1
	}
	return it.certified(e.leaf)
}

// certified reads whom a certificate names; one that names nobody is none of Sigstore's.
func (it *Item) certified(leaf *x509.Certificate) error {
	if leaf == nil {
		return nil
	}
	s, err := certificate.SummarizeCertificate(leaf)
	if err != nil {
		return errors.New("its certificate names nobody")
	}
	it.certificate, it.summary = leaf, s
	return nil
}

func (e envelope) options() []static.Option {
	var opts []static.Option
	if e.certificate != nil {
		opts = append(opts, static.WithCertChain(e.certificate, e.chain))
	}
	if e.entry != nil {
		opts = append(opts, static.WithBundle(e.entry))
	}
	if e.stamp != nil {
		opts = append(opts, static.WithRFC3161Timestamp(e.stamp))
	}
	return opts
}

func (it *Item) readClaims(payload []byte) {
	var p struct {
		Critical struct {
			Identity struct {
				Reference string `json:"docker-reference"`
			} `json:"identity"`
			Image struct {
				Digest string `json:"docker-manifest-digest"`
			} `json:"image"`
		} `json:"critical"`
	}
	if json.Unmarshal(payload, &p) != nil || p.Critical.Image.Digest == "" {
		return
	}
	it.claims, it.repository = []string{p.Critical.Image.Digest}, p.Critical.Identity.Reference
}

// parseBundle reads a Sigstore bundle and what it says it is.
func parseBundle(layer registry.Descriptor, data []byte) (it Item) {
	it = Item{Format: Bundle, Digest: layer.Digest}
	defer func() {
		if r := recover(); r != nil {
			it.malformed = fmt.Errorf("it crashes the parser: %v", r)
		}
	}()
	b := new(bundle.Bundle)
	if err := b.UnmarshalJSON(data); err != nil {
		it.malformed = fmt.Errorf("it is not a valid Sigstore bundle: %s", short(err))
		return it
	}
	it.bundle = b
	it.malformed = it.readBundle(b)
	return it
}

var errBareBytes = errors.New("it signs bare bytes, not a statement about an image")

func (it *Item) readBundle(b *bundle.Bundle) error {
	for _, e := range b.GetVerificationMaterial().GetTlogEntries() {
		it.logs = append(it.logs, logEntry{
			Entry{fmt.Sprintf("%x", e.GetLogId().GetKeyId()), e.GetLogIndex()},
			time.Unix(e.GetIntegratedTime(), 0).UTC(),
			e.GetInclusionPromise() != nil && e.GetIntegratedTime() > 0,
		})
	}
	if stamps, err := b.Timestamps(); err == nil {
		it.stamps = len(stamps)
	}
	content, err := b.VerificationContent()
	if err != nil {
		return errors.New("it has neither a key nor a certificate")
	}
	if err := it.certified(content.Certificate()); err != nil {
		return err
	}
	env := b.GetDsseEnvelope()
	if env == nil {
		return errBareBytes
	}
	if len(env.GetSignatures()) != 1 {
		return errors.New("its envelope must have exactly one signature")
	}
	return it.readEnvelope(env.GetPayloadType(), env.GetPayload(), env.GetSignatures()[0].GetSig())
}

// SourceRepository is what the certificate says was built, empty without it.
func (it Item) SourceRepository() string { return it.summary.SourceRepositoryURI }
