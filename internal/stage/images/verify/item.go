package verify

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sigstore/cosign/v2/pkg/oci"
	"github.com/sigstore/cosign/v2/pkg/oci/static"
	"github.com/sigstore/sigstore-go/pkg/bundle"

	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// PredicateSignature is the predicate type by which cosign marks a signature of an
// image among the statements about it.
const PredicateSignature = "https://sigstore.dev/cosign/sign/v1"

// Format is how a signature is stored.
type Format string

// The formats. Both are always read.
const (
	// Legacy is a layer below the tag sha256-<hex>.sig.
	Legacy Format = "simple-signing"
	// Bundle is a Sigstore bundle that refers to the image.
	Bundle Format = "sigstore-bundle"
)

// Item is one signature as found. Nothing about it is verified.
type Item struct {
	Format Format
	// Digest is the digest of the blob that holds it.
	Digest string
	// malformed says why it cannot be a signature.
	malformed error
	// logged is true when it carries an entry of a transparency log, whose ids are logs
	// in lower-case hex.
	logged bool
	logs   []string
	// keyless is the certificate's subject when there is no plain key.
	keyless string
	// claims are the digests that it says it signs.
	claims    []string
	predicate string

	legacy  oci.Signature
	payload []byte
	bundle  *bundle.Bundle
}

// parseLegacy rebuilds a signature from checked parts only.
func parseLegacy(layer registry.Descriptor, payload []byte) Item {
	it := Item{Format: Legacy, Digest: layer.Digest, payload: payload}
	e, err := parseAnnotations(layer.Annotations)
	if err != nil {
		it.malformed = err
		return it
	}
	it.keyless, it.claims = e.subject, claimedDigest(payload)
	var opts []static.Option
	if e.certificate != nil {
		opts = append(opts, static.WithCertChain(e.certificate, e.chain))
	}
	if e.entry != nil {
		it.logged, it.logs = true, []string{e.entry.Payload.LogID}
		opts = append(opts, static.WithBundle(e.entry))
	}
	it.legacy, it.malformed = static.NewSignature(payload, e.signature, opts...)
	return it
}

func claimedDigest(payload []byte) []string {
	var p struct {
		Critical struct {
			Image struct {
				Digest string `json:"docker-manifest-digest"`
			} `json:"image"`
		} `json:"critical"`
	}
	if json.Unmarshal(payload, &p) != nil || p.Critical.Image.Digest == "" {
		return nil
	}
	return []string{p.Critical.Image.Digest}
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
		it.malformed = errors.New("it is not a Sigstore bundle of a known version")
		return it
	}
	it.bundle = b
	it.readLog(b)
	it.readStatement(b)
	if content, err := b.VerificationContent(); err == nil && content.Certificate() != nil {
		it.keyless = subject(content.Certificate())
	}
	return it
}

func (it *Item) readLog(b *bundle.Bundle) {
	for _, e := range b.GetVerificationMaterial().GetTlogEntries() {
		it.logged = true
		it.logs = append(it.logs, fmt.Sprintf("%x", e.GetLogId().GetKeyId()))
	}
}

// readStatement sorts the bundle before it is verified; the verified statement is
// compared again afterwards.
func (it *Item) readStatement(b *bundle.Bundle) {
	env, err := b.Envelope()
	if err != nil {
		// A signature over bare bytes is no statement about an image.
		return
	}
	if len(env.Signatures) != 1 {
		it.malformed = errors.New("its envelope must have exactly one signature")
		return
	}
	s, err := env.Statement()
	if err != nil {
		it.malformed = errors.New("its envelope holds no in-toto statement")
		return
	}
	it.predicate = s.GetPredicateType()
	for _, subject := range s.GetSubject() {
		it.claims = append(it.claims, "sha256:"+subject.GetDigest()["sha256"])
	}
}
