package verify

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/sigstore/cosign/v2/pkg/cosign/bundle"
)

// The annotations of a signature layer (cosign's signature specification).
const (
	annotationSignature   = "dev.cosignproject.cosign/signature"
	annotationCertificate = "dev.sigstore.cosign/certificate"
	annotationChain       = "dev.sigstore.cosign/chain"
	annotationBundle      = "dev.sigstore.cosign/bundle"
)

// Limits of a single annotation, in bytes, and of a certificate chain.
const (
	maxAnnotation = 256 << 10
	maxChain      = 10
)

// envelope is what the annotations of a signature say, with every part checked for
// its form. cosign itself crashes on some forms, so nothing else reaches it.
type envelope struct {
	// signature is base64 as written.
	signature string
	// certificate and chain are PEM, empty without one.
	certificate, chain []byte
	// subject says for whom the certificate was made.
	subject string
	// entry is the transparency log's, nil without one.
	entry *bundle.RekorBundle
}

// parseAnnotations reads the annotations of a signature layer.
func parseAnnotations(a map[string]string) (envelope, error) {
	for _, name := range []string{annotationSignature, annotationCertificate, annotationChain, annotationBundle} {
		if len(a[name]) > maxAnnotation {
			return envelope{}, fmt.Errorf("annotation %s is larger than %d KiB", name, maxAnnotation>>10)
		}
	}
	e := envelope{signature: a[annotationSignature]}
	raw, err := base64.StdEncoding.DecodeString(e.signature)
	if err != nil || len(raw) == 0 {
		return envelope{}, fmt.Errorf("annotation %s is not a signature in base64", annotationSignature)
	}
	if err := e.parseCertificates(a); err != nil {
		return envelope{}, err
	}
	e.entry, err = parseEntry(a[annotationBundle])
	return e, err
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
	e.certificate, e.subject = encode(leaf[:1]), subject(leaf[0])
	e.chain = encode(chain)
	return nil
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

// subject is the identity in a certificate of Sigstore: its subject alternative name.
func subject(c *x509.Certificate) string {
	switch {
	case len(c.EmailAddresses) > 0:
		return c.EmailAddresses[0]
	case len(c.URIs) > 0:
		return c.URIs[0].String()
	case c.Subject.CommonName != "":
		return c.Subject.CommonName
	}
	return "an unnamed subject"
}

// parseEntry reads the log entry of a signature. Its body must be text: cosign takes
// that for granted.
func parseEntry(text string) (*bundle.RekorBundle, error) {
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
	if !loggedSignature(*raw.Payload.Body) {
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

// loggedSignature tells whether the entry's body logs a signature over bytes. cosign
// compares the signatures only for these kinds.
func loggedSignature(body string) bool {
	data, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return false
	}
	var entry struct{ Kind string }
	return json.Unmarshal(data, &entry) == nil && (entry.Kind == "hashedrekord" || entry.Kind == "rekord")
}
