package verify

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
)

// Instance are the parts of a private Sigstore instance in PEM. Chains start with the
// certificate that issues and end with the root.
type Instance struct {
	Authorities, Clocks [][]byte
	Logs, CTLogs        []LogKey
}

// LogKey is a transparency log with its public key.
type LogKey struct {
	URL string
	PEM []byte
}

// NewRoots makes trusted roots of an instance's parts.
func NewRoots(i Instance) (Roots, error) {
	authorities, err := i.authorities()
	if err != nil {
		return nil, err
	}
	clocks, err := i.clocks()
	if err != nil {
		return nil, err
	}
	logs, err := logsOf(i.Logs)
	if err != nil {
		return nil, err
	}
	ct, err := logsOf(i.CTLogs)
	if err != nil {
		return nil, err
	}
	r, err := root.NewTrustedRoot(root.TrustedRootMediaType01, authorities, ct, clocks, logs)
	if err != nil {
		return nil, fmt.Errorf("make trusted root: %w", err)
	}
	return r, nil
}

func (i Instance) authorities() ([]root.CertificateAuthority, error) {
	var list []root.CertificateAuthority
	for _, pem := range i.Authorities {
		chain, err := chainOf(pem)
		if err != nil {
			return nil, err
		}
		last := chain[len(chain)-1]
		list = append(list, &root.FulcioCertificateAuthority{
			Root: last, Intermediates: chain[:len(chain)-1], ValidityPeriodStart: last.NotBefore, ValidityPeriodEnd: last.NotAfter,
		})
	}
	return list, nil
}

func (i Instance) clocks() ([]root.TimestampingAuthority, error) {
	var list []root.TimestampingAuthority
	for _, pem := range i.Clocks {
		chain, err := chainOf(pem)
		if err != nil {
			return nil, err
		}
		last := chain[len(chain)-1]
		clock := &root.SigstoreTimestampingAuthority{Root: last, ValidityPeriodStart: last.NotBefore, ValidityPeriodEnd: last.NotAfter}
		if len(chain) > 1 {
			clock.Leaf, clock.Intermediates = chain[0], chain[1:len(chain)-1]
		}
		list = append(list, clock)
	}
	return list, nil
}

func chainOf(pem []byte) ([]*x509.Certificate, error) {
	chain, err := cryptoutils.UnmarshalCertificatesFromPEM(pem)
	if err != nil || len(chain) == 0 {
		return nil, errors.New("read certificate chain: it is not PEM")
	}
	return chain, nil
}

// longAgo is when the logs of an instance without dates begin.
var longAgo = time.Unix(1, 0)

func logsOf(keys []LogKey) (map[string]*root.TransparencyLog, error) {
	logs := map[string]*root.TransparencyLog{}
	for _, k := range keys {
		public, err := cryptoutils.UnmarshalPEMToPublicKey(k.PEM)
		if err != nil {
			return nil, errors.New("read key of a log: it is not a public key in PEM")
		}
		id, err := logID(public)
		if err != nil {
			return nil, err
		}
		logs[hex.EncodeToString(id)] = &root.TransparencyLog{
			BaseURL: k.URL, ID: id, HashFunc: crypto.SHA256, PublicKey: public, SignatureHashFunc: crypto.SHA256, ValidityPeriodStart: longAgo,
		}
	}
	return logs, nil
}

func logID(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("encode key of a log: %w", err)
	}
	h := crypto.SHA256.New()
	h.Write(der)
	return h.Sum(nil), nil
}
