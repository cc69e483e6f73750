package verify

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/sigstore/cosign/v2/pkg/cosign/bundle"
)

// The annotations of a signature layer (cosign's signature specification).
const (
	annotationSignature   = "dev.cosignproject.cosign/signature"
	annotationCertificate = "dev.sigstore.cosign/certificate"
	annotationChain       = "dev.sigstore.cosign/chain"
	annotationBundle      = "dev.sigstore.cosign/bundle"
	annotationTimestamp   = "dev.sigstore.cosign/rfc3161timestamp"
)

// Limits of a single annotation, in bytes, and of a certificate chain.
const (
	maxAnnotation = 256 << 10
	maxChain      = 10
)

// envelope is what the annotations of a signature say, with every part checked for
// its form. cosign itself crashes on some forms, so nothing else reaches it.
type envelope struct {
	// signature is base64 as written, and raw its bytes; a statement has its own.
	signature string
	raw       []byte
	// certificate and chain are PEM, empty without one; leaf is the former.
	certificate, chain []byte
	leaf               *x509.Certificate
	// entry is the transparency log's and stamp a clock's, nil without one.
	entry *bundle.RekorBundle
	stamp *bundle.RFC3161Timestamp
}

// parseAnnotations reads the annotations of a layer. Entries of the log are of one of
// the kinds, because cosign compares the signature for these only.
func parseAnnotations(a map[string]string, kinds ...string) (envelope, error) {
	for _, name := range []string{annotationSignature, annotationCertificate, annotationChain, annotationBundle, annotationTimestamp} {
		if len(a[name]) > maxAnnotation {
			return envelope{}, fmt.Errorf("annotation %s is larger than %d KiB", name, maxAnnotation>>10)
		}
	}
	var e envelope
	if err := e.parseCertificates(a); err != nil {
		return envelope{}, err
	}
	var err error
	if e.entry, err = parseEntry(a[annotationBundle], kinds); err != nil {
		return envelope{}, err
	}
	e.stamp, err = parseStamp(a[annotationTimestamp])
	return e, err
}

func (e *envelope) parseSignature(a map[string]string) error {
	e.signature = a[annotationSignature]
	var err error
	e.raw, err = base64.StdEncoding.DecodeString(e.signature)
	if err != nil || len(e.raw) == 0 {
		return fmt.Errorf("annotation %s is not a signature in base64", annotationSignature)
	}
	return nil
}

func (e *envelope) parseCertificates(a map[string]string) error {
	leaf, err := parsePEM(a, annotationCertificate)
	if err != nil {
		return err
	}
	chain, err := parsePEM(a, annotationChain)
	if err != nil || len(leaf) == 0 {
		return err
	}
	e.certificate, e.leaf = encode(leaf[:1]), leaf[0]
	e.chain = encode(chain)
	return nil
}

func parseStamp(text string) (*bundle.RFC3161Timestamp, error) {
	if text == "" {
		return nil, nil
	}
	var t bundle.RFC3161Timestamp
	if err := json.Unmarshal([]byte(text), &t); err != nil || len(t.SignedRFC3161Timestamp) == 0 {
		return nil, fmt.Errorf("annotation %s is not a signed timestamp", annotationTimestamp)
	}
	return &t, nil
}

// parsePEM reads certificates; an annotation that is there holds at least one.
func parsePEM(a map[string]string, name string) ([]*x509.Certificate, error) {
	text, ok := a[name]
	if !ok || text == "" {
		return nil, nil
	}
	var certificates []*x509.Certificate
	for rest := []byte(text); ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" || len(certificates) == maxChain {
			return nil, fmt.Errorf("annotation %s is not a certificate chain", name)
		}
		certificates = append(certificates, c)
	}
	if len(certificates) == 0 {
		return nil, fmt.Errorf("annotation %s holds no certificate", name)
	}
	return certificates, nil
}

func encode(certificates []*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range certificates {
		// Writing to a buffer never fails.
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	return b.Bytes()
}

// parseEntry reads the log entry of a signature. Its body must be text: cosign takes
// that for granted.
func parseEntry(text string, kinds []string) (*bundle.RekorBundle, error) {
	if text == "" {
		return nil, nil
	}
	malformed := fmt.Errorf("annotation %s is not an entry of a transparency log", annotationBundle)
	var raw struct {
		SignedEntryTimestamp []byte
		Payload              struct {
			Body           *string `json:"body"`
			IntegratedTime int64   `json:"integratedTime"`
			LogIndex       int64   `json:"logIndex"`
			LogID          string  `json:"logID"`
		}
	}
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&raw); err != nil || d.More() || raw.Payload.Body == nil {
		return nil, malformed
	}
	if !slices.Contains(kinds, kindOf(*raw.Payload.Body)) {
		return nil, malformed
	}
	return &bundle.RekorBundle{
		SignedEntryTimestamp: raw.SignedEntryTimestamp,
		Payload: bundle.RekorPayload{
			Body: *raw.Payload.Body, IntegratedTime: raw.Payload.IntegratedTime,
			LogIndex: raw.Payload.LogIndex, LogID: raw.Payload.LogID,
		},
	}, nil
}

// kindOf is what an entry's body logs: hashedrekord, dsse and so on.
func kindOf(body string) string {
	data, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return ""
	}
	var entry struct{ Kind string }
	if json.Unmarshal(data, &entry) != nil {
		return ""
	}
	return entry.Kind
}
