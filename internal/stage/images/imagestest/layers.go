package imagestest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sigstore/sigstore-go/pkg/tlog"
)

// Layer signs the image in the older format without a key of one's own.
func (s *Sigstore) Layer(image string, o Signing) (Layer, error) {
	payload, err := simpleSigning(image)
	if err != nil {
		return Layer{}, err
	}
	certificate, private, err := s.virtual.GenerateLeafCert(o.Subject, o.Issuer)
	if err != nil {
		return Layer{}, fmt.Errorf("make certificate: %w", err)
	}
	sum := sha256.Sum256(payload)
	sig, err := private.(*ecdsa.PrivateKey).Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return Layer{}, fmt.Errorf("sign %s: %w", image, err)
	}
	l := Layer{payload, map[string]string{
		"dev.cosignproject.cosign/signature": base64.StdEncoding.EncodeToString(sig),
		"dev.sigstore.cosign/certificate":    string(certificatePEM(certificate)),
		"dev.sigstore.cosign/chain":          string(s.chain()),
	}}
	return l, s.witnessLayer(&l, sig, certificatePEM(certificate), o)
}

func (s *Sigstore) witnessLayer(l *Layer, sig, public []byte, o Signing) error {
	if !o.NoLog {
		body := fmt.Appendf(nil,
			`{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"%x"}},"signature":{"content":%q,"publicKey":{"content":%q}}}}`,
			sha256.Sum256(l.Payload), base64.StdEncoding.EncodeToString(sig), base64.StdEncoding.EncodeToString(public))
		if err := s.enter(l, body, o.at()); err != nil {
			return err
		}
	}
	if o.NoTimestamp {
		return nil
	}
	stamp, err := s.virtual.TimestampResponse(sig)
	if err != nil {
		return fmt.Errorf("stamp signature: %w", err)
	}
	l.Annotations["dev.sigstore.cosign/rfc3161timestamp"] = fmt.Sprintf(`{"SignedRFC3161Timestamp":%q}`, base64.StdEncoding.EncodeToString(stamp))
	return nil
}

// Log enters a key's signature of the older format into the transparency log.
func (s *Sigstore) Log(l *Layer, k *Key) error {
	sig, err := base64.StdEncoding.DecodeString(l.Annotations["dev.cosignproject.cosign/signature"])
	if err != nil {
		return err
	}
	return s.witnessLayer(l, sig, []byte(k.PublicPEM), Signing{NoTimestamp: true})
}

// enter adds the log's signed promise for a body.
func (s *Sigstore) enter(l *Layer, body []byte, at time.Time) error {
	id, err := s.virtual.RekorLogID()
	if err != nil {
		return fmt.Errorf("name log: %w", err)
	}
	entry := tlog.RekorPayload{Body: base64.StdEncoding.EncodeToString(body), IntegratedTime: at.Unix(), LogIndex: 7, LogID: id}
	set, err := s.virtual.RekorSignPayload(entry)
	if err != nil {
		return fmt.Errorf("sign log entry: %w", err)
	}
	data, err := json.Marshal(map[string]any{"SignedEntryTimestamp": set, "Payload": entry})
	if err != nil {
		return fmt.Errorf("write log entry: %w", err)
	}
	l.Annotations["dev.sigstore.cosign/bundle"] = string(data)
	return nil
}

// StatementLayer attests in the older format without a key of one's own.
func (s *Sigstore) StatementLayer(image string, o Signing, predicateType string, predicate any) (Layer, error) {
	statement, err := Statement(image, predicateType, predicate)
	if err != nil {
		return Layer{}, err
	}
	e, err := s.virtual.AttestAtTime(o.Subject, o.Issuer, statement, o.at(), false)
	if err != nil {
		return Layer{}, fmt.Errorf("attest %s: %w", image, err)
	}
	content, err := e.SignatureContent()
	if err != nil {
		return Layer{}, err
	}
	verification, err := e.VerificationContent()
	if err != nil {
		return Layer{}, err
	}
	env, err := json.Marshal(content.EnvelopeContent().RawEnvelope())
	if err != nil {
		return Layer{}, fmt.Errorf("write envelope: %w", err)
	}
	entries, err := e.TlogEntries()
	if err != nil {
		return Layer{}, err
	}
	l := Layer{env, map[string]string{
		"dev.sigstore.cosign/certificate": string(certificatePEM(verification.Certificate())),
		"dev.sigstore.cosign/chain":       string(s.chain()),
	}}
	if o.NoLog {
		return l, nil
	}
	return l, s.enter(&l, entries[0].TransparencyLogEntry().GetCanonicalizedBody(), o.at())
}

// StatementLayer attests in the older format with a key, without a log entry.
func StatementLayer(image string, k *Key, predicateType string, predicate any) (Layer, error) {
	statement, err := Statement(image, predicateType, predicate)
	if err != nil {
		return Layer{}, err
	}
	sig, err := k.Sign(fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(inToto), inToto, len(statement), statement))
	if err != nil {
		return Layer{}, fmt.Errorf("attest %s: %w", image, err)
	}
	env, err := json.Marshal(map[string]any{
		"payloadType": inToto, "payload": statement, "signatures": []any{map[string]any{"keyid": "", "sig": sig}},
	})
	return Layer{env, map[string]string{}}, err
}
