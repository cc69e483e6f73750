package imagestest

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"google.golang.org/protobuf/encoding/protojson"
)

const inToto = "application/vnd.in-toto+json"

// Sigstore is a private Sigstore instance in the process: an authority, a transparency
// log of both versions and a clock.
type Sigstore struct{ virtual *ca.VirtualSigstore }

// NewSigstore makes an instance with fresh keys.
func NewSigstore() (*Sigstore, error) {
	v, err := ca.NewVirtualSigstore()
	if err != nil {
		return nil, fmt.Errorf("make sigstore: %w", err)
	}
	return &Sigstore{v}, nil
}

// Parts are those of a trusted root that an instance may lack.
type Parts struct{ NoLog, NoClock, NoAuthority, CTLog bool }

// TrustedRoot returns the instance's trusted_root.json. Its certificates are in no
// certificate log, so it names one only when asked.
func (s *Sigstore) TrustedRoot(p Parts) ([]byte, error) {
	var authorities []root.CertificateAuthority
	var clocks []root.TimestampingAuthority
	logs, ct := map[string]*root.TransparencyLog{}, map[string]*root.TransparencyLog{}
	if !p.NoAuthority {
		authorities = s.virtual.FulcioCertificateAuthorities()
	}
	if !p.NoClock {
		clocks = s.virtual.TimestampingAuthorities()
	}
	if !p.NoLog {
		logs = named(s.virtual.RekorLogs())
	}
	if p.CTLog {
		ct = named(s.virtual.CTLogs())
	}
	r, err := root.NewTrustedRoot(root.TrustedRootMediaType01, authorities, ct, clocks, logs)
	if err != nil {
		return nil, fmt.Errorf("make trusted root: %w", err)
	}
	return r.MarshalJSON()
}

// named gives logs their ids in bytes, as the file has them.
func named(logs map[string]*root.TransparencyLog) map[string]*root.TransparencyLog {
	for id, l := range logs {
		// The map's keys are hex.
		l.ID, _ = hex.DecodeString(id)
		l.SignatureHashFunc = crypto.SHA256
	}
	return logs
}

// Signing says who signs and how it is witnessed.
type Signing struct {
	// Subject and Issuer are the identity in the certificate.
	Subject, Issuer string
	// Late is how long after the certificate was made the log saw the signature; zero
	// means a minute.
	Late time.Duration
	// RekorV2 uses the newer log, which has no time of its own.
	RekorV2 bool
	// NoLog and NoTimestamp leave a witness out.
	NoLog, NoTimestamp bool
	// PromiseOnly leaves out the proof of inclusion, as the first bundles did.
	PromiseOnly bool
}

func (o Signing) at() time.Time {
	if o.Late == 0 {
		o.Late = time.Minute
	}
	return time.Now().Add(o.Late)
}

// Statement returns an in-toto statement about the image.
func Statement(image, predicateType string, predicate any) ([]byte, error) {
	ref, err := split(image)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": predicateType, "predicate": predicate,
		"subject": []any{map[string]any{"digest": map[string]string{"sha256": ref.DigestStr()[len("sha256:"):]}}},
	})
}

// Bundle signs a statement about the image without a key of one's own.
func (s *Sigstore) Bundle(image string, o Signing, predicateType string, predicate any) ([]byte, error) {
	statement, err := Statement(image, predicateType, predicate)
	if err != nil {
		return nil, err
	}
	var e *ca.TestEntity
	if o.RekorV2 {
		e, err = s.virtual.AttestAtTimeHashedRekordV2(o.Subject, o.Issuer, statement, o.at())
	} else {
		e, err = s.virtual.AttestAtTime(o.Subject, o.Issuer, statement, o.at(), !o.PromiseOnly)
	}
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", image, err)
	}
	return s.marshal(e, o)
}

// marshal writes a bundle's JSON.
func (s *Sigstore) marshal(e *ca.TestEntity, o Signing) ([]byte, error) {
	content, err := e.VerificationContent()
	if err != nil {
		return nil, err
	}
	signature, err := e.SignatureContent()
	if err != nil {
		return nil, err
	}
	env := signature.EnvelopeContent().RawEnvelope()
	payload, err := base64.StdEncoding.DecodeString(env.Payload)
	if err != nil {
		return nil, err
	}
	mediaType := "application/vnd.dev.sigstore.bundle.v0.3+json"
	certificate := &protocommon.X509Certificate{RawBytes: content.Certificate().Raw}
	material := &protobundle.VerificationMaterial{Content: &protobundle.VerificationMaterial_Certificate{Certificate: certificate}}
	if o.PromiseOnly {
		mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1"
		material.Content = &protobundle.VerificationMaterial_X509CertificateChain{
			X509CertificateChain: &protocommon.X509CertificateChain{Certificates: []*protocommon.X509Certificate{certificate}},
		}
	}
	if err := s.witness(material, e, o); err != nil {
		return nil, err
	}
	return protojson.Marshal(&protobundle.Bundle{
		MediaType: mediaType, VerificationMaterial: material,
		Content: &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
			Payload: payload, PayloadType: env.PayloadType, Signatures: []*protodsse.Signature{{Sig: signature.Signature()}},
		}},
	})
}

// promise is what the older log signs.
func (s *Sigstore) promise(e *protorekor.TransparencyLogEntry) (*protorekor.InclusionPromise, error) {
	set, err := s.virtual.RekorSignPayload(tlog.RekorPayload{
		Body: base64.StdEncoding.EncodeToString(e.GetCanonicalizedBody()), IntegratedTime: e.GetIntegratedTime(),
		LogIndex: e.GetLogIndex(), LogID: hex.EncodeToString(e.GetLogId().GetKeyId()),
	})
	return &protorekor.InclusionPromise{SignedEntryTimestamp: set}, err
}

func (s *Sigstore) witness(m *protobundle.VerificationMaterial, e *ca.TestEntity, o Signing) error {
	entries, err := e.TlogEntries()
	if err != nil {
		return err
	}
	if !o.NoLog {
		entry := entries[0].TransparencyLogEntry()
		if !o.RekorV2 {
			entry.KindVersion = &protorekor.KindVersion{Kind: "dsse", Version: "0.0.1"}
			if entry.InclusionPromise, err = s.promise(entry); err != nil {
				return err
			}
		}
		m.TlogEntries = []*protorekor.TransparencyLogEntry{entry}
	}
	stamps, err := e.Timestamps()
	if err != nil {
		return err
	}
	if !o.NoTimestamp {
		m.TimestampVerificationData = &protobundle.TimestampVerificationData{
			Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: stamps[0]}},
		}
	}
	return nil
}

func (s *Sigstore) chain() []byte {
	var b bytes.Buffer
	fulcio := s.virtual.FulcioCertificateAuthorities()[0].(*root.FulcioCertificateAuthority)
	for _, c := range append(fulcio.Intermediates[:1:1], fulcio.Root) {
		b.Write(certificatePEM(c))
	}
	return b.Bytes()
}

// Chain is the PEM of the authority's certificates, the issuing one first, and LogKey
// that of the log's key.
func (s *Sigstore) Chain() []byte { return s.chain() }

// LogKey is the PEM of the log's public key.
func (s *Sigstore) LogKey() ([]byte, error) {
	for _, l := range s.virtual.RekorLogs() {
		der, err := x509.MarshalPKIXPublicKey(l.PublicKey)
		return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
	}
	return nil, nil
}

func certificatePEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}
