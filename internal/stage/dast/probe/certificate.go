package probe

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// The smallest keys that are still accepted (RFC 9325, section 4.1).
const (
	minRSA   = 2048
	minCurve = 224
)

// Trust says what a certificate is judged by.
type Trust struct {
	Now time.Time
	// Roots are the authorities that are trusted; nil means that the test knows none,
	// as for the throw-away certificates of a stack.
	Roots *x509.CertPool
	// Name makes the certificate answer for the host that was asked. The name of a
	// service within a stack is not the name that its users know.
	Name bool
}

// Certificate judges the certificate that the target shows.
func Certificate(ctx context.Context, t Target, trust Trust) []Outcome {
	chain, err := t.chain(ctx)
	switch {
	case len(chain) > 0:
	case t.offersTLS(ctx):
		return []Outcome{t.outcome(CertificateRule, Unknown, "", "The certificate could not be read: %v. A server that offers GOST suites alone cannot be asked; offer another suite in the test.", plain(err))}
	default:
		return []Outcome{t.outcome(CertificateRule, NotApplicable, "", "The port does not speak TLS.")}
	}
	v, message := trust.judge(chain, t.Base.Hostname())
	o := t.outcome(CertificateRule, v, "", "%s", message)
	leaf := chain[0]
	o.Evidence = quote([]byte(fmt.Sprintf("subject %q, issuer %q, from %s until %s, %s, %s", leaf.Subject, leaf.Issuer,
		leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly), keySize(leaf), leaf.SignatureAlgorithm)))
	return []Outcome{o}
}

// judge looks for the worst fault.
func (k Trust) judge(chain []*x509.Certificate, host string) (Verdict, string) {
	leaf := chain[0]
	own := leaf.CheckSignatureFrom(leaf) == nil || slices.Equal(leaf.RawSubject, leaf.RawIssuer)
	switch {
	case k.Now.After(leaf.NotAfter):
		return Fail, "The certificate has expired."
	case k.Now.Before(leaf.NotBefore):
		return Fail, "The certificate is not valid yet."
	case weakKey(leaf):
		return Fail, fmt.Sprintf("The certificate's key is too short: %s.", keySize(leaf))
	case weakSignature(leaf.SignatureAlgorithm) && !own:
		return Fail, fmt.Sprintf("The certificate is signed with %s.", leaf.SignatureAlgorithm)
	case k.Name && leaf.VerifyHostname(host) != nil:
		return Fail, fmt.Sprintf("The certificate is not for %s.", host)
	case k.Roots != nil:
		return k.verify(chain)
	case own:
		return Warn, "The certificate is signed by itself; name its authority with dast.target.ca-file if that is meant for the test."
	}
	return Pass, "The certificate is valid and strong; its authority was not judged, because dast.target.ca-file names none."
}

func (k Trust) verify(chain []*x509.Certificate) (Verdict, string) {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{Roots: k.Roots, Intermediates: between, CurrentTime: k.Now}); err != nil {
		return Fail, fmt.Sprintf("The certificate does not come from a trusted authority: %v.", err)
	}
	return Pass, "The certificate is valid and comes from a trusted authority."
}

// chain asks for the target's certificates.
func (t Target) chain(ctx context.Context) ([]*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := connect(ctx, t.addr(), t.dial)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var seen []*x509.Certificate
	cfg := &tls.Config{
		InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, CipherSuites: everySuite(), ServerName: serverName(t.Base.Hostname()), //nolint:gosec // judged above
		VerifyConnection: func(s tls.ConnectionState) error {
			seen = s.PeerCertificates
			return nil
		},
	}
	err = tls.Client(conn, cfg).HandshakeContext(ctx)
	return seen, err // a server that goes on to ask for our certificate has shown its own
}

func serverName(host string) string {
	if net.ParseIP(host) != nil {
		return ""
	}
	return host
}

func everySuite() (ids []uint16) {
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		ids = append(ids, s.ID)
	}
	return ids
}

// offersTLS tells whether the target greets at all.
func (t Target) offersTLS(ctx context.Context) bool {
	for _, v := range []uint16{tls13, tls12, tls11, tls10} {
		if o := t.offer(ctx, v); o.state == accepted || o.state == unclear {
			return true
		}
	}
	return false
}

func weakKey(c *x509.Certificate) bool {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() < minRSA
	case *ecdsa.PublicKey:
		return k.Curve.Params().BitSize < minCurve
	}
	return false
}

func keySize(c *x509.Certificate) string {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d bits", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	}
	return c.PublicKeyAlgorithm.String()
}

func weakSignature(a x509.SignatureAlgorithm) bool {
	name := a.String()
	return strings.Contains(name, "SHA1") || strings.Contains(name, "MD5") || strings.Contains(name, "MD2")
}
