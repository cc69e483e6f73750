package verify

import (
	"encoding/base64"
	"encoding/json/jsontext"
	"encoding/json/v2"
	"errors"
	"fmt"

	"github.com/sigstore/cosign/v2/pkg/oci/static"

	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// inToto is the payload type of statements.
const inToto = "application/vnd.in-toto+json"

// Statement is a statement about an image, as in-toto writes it.
type Statement struct {
	Type      string `json:"_type"`
	Predicate string `json:"predicateType"`
	Subject   []struct {
		Digest map[string]string `json:"digest"`
	} `json:"subject"`
	// Content is the predicate.
	Content jsontext.Value `json:"predicate"`
}

// Decode reads a statement strictly: names are given once, in their own case, so that
// no two readers see different things.
func (it Item) Decode() (Statement, error) {
	var s Statement
	if err := json.Unmarshal(it.statement, &s); err != nil {
		return Statement{}, errors.New("it is not an in-toto statement in strict JSON")
	}
	return s, nil
}

// readEnvelope sorts the item before it is verified; the verified statement is
// compared again afterwards.
func (it *Item) readEnvelope(payloadType string, payload, sig []byte) error {
	if payloadType != inToto {
		return errors.New("its envelope holds no in-toto statement")
	}
	it.statement, it.raw = payload, sig
	it.signed = fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
	s, err := it.Decode()
	if err != nil || s.Predicate == "" {
		return errors.New("its envelope holds no in-toto statement")
	}
	it.predicate = s.Predicate
	for _, subject := range s.Subject {
		if d := subject.Digest["sha256"]; d != "" {
			it.claims = append(it.claims, "sha256:"+d)
		}
	}
	return nil
}

// parseStatement rebuilds a statement of the older format from checked parts only.
func parseStatement(layer registry.Descriptor, data []byte) Item {
	it := Item{Format: LegacyStatement, Digest: layer.Digest}
	e, err := parseAnnotations(layer.Annotations, "intoto", "dsse")
	if err == nil {
		err = it.take(e)
	}
	if err == nil {
		err = it.readDSSE(data)
	}
	if err == nil {
		it.legacy, err = static.NewAttestation(data, e.options()...)
	}
	it.malformed = err
	return it
}

func (it *Item) readDSSE(data []byte) error {
	var env struct {
		PayloadType string `json:"payloadType"`
		Payload     string `json:"payload"`
		Signatures  []struct {
			KeyID string `json:"keyid"`
			Sig   string `json:"sig"`
			Cert  string `json:"cert"`
		} `json:"signatures"`
	}
	if err := json.Unmarshal(data, &env, json.RejectUnknownMembers(true)); err != nil {
		return errors.New("it is not a signed envelope in strict JSON")
	}
	if len(env.Signatures) != 1 {
		return errors.New("its envelope must have exactly one signature")
	}
	payload, err := base64.StdEncoding.DecodeString(env.Payload)
	if err != nil {
		return errors.New("its envelope's payload is not base64")
	}
	sig, err := base64.StdEncoding.DecodeString(env.Signatures[0].Sig)
	if err != nil {
		return errors.New("its envelope's signature is not base64")
	}
	if err := it.readEnvelope(env.PayloadType, payload, sig); err != nil {
		return err
	}
	if it.predicate == PredicateSignature {
		return errors.New("it is a signature in the place of a statement")
	}
	return nil
}
