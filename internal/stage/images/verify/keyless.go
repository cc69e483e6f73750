package verify

import (
	"fmt"
	"strings"
	"time"

	sigverify "github.com/sigstore/sigstore-go/pkg/verify"
)

// keyless asks every identity that the certificate names. That it does is compared
// here first, to ask seldom, and again by cosign.
func (c *checker) keyless() Result {
	if r, missing := c.proof(); missing {
		return r
	}
	for _, id := range c.p.Identities {
		if !id.names(c.it.summary) {
			continue
		}
		err := c.verify(c.certificateOptions(id.wanted))
		if err == nil {
			return c.verifiedIdentity(id)
		}
		if c.undecided(err) {
			return c.open(err)
		}
		c.last = err
	}
	return c.diagnoseCertificate()
}

func (c *checker) verifiedIdentity(id Identity) Result {
	s := Signer{ID: id.text, Issuer: c.it.summary.Issuer, Subject: c.it.summary.SubjectAlternativeName}
	state := LogVerified
	if len(c.p.Roots.RekorLogs()) == 0 {
		state = LogAbsent
	}
	r := c.verified(s, state)
	if r.Time.IsZero() {
		r.Time = c.stamped()
	}
	return r
}

// proof is what a certificate of a few minutes needs beside it: an entry of a log, or
// the stamp of an authority where the trusted root has no log.
func (c *checker) proof() (Result, bool) {
	logs := len(c.p.Roots.RekorLogs()) > 0
	switch {
	case len(c.p.Identities) == 0:
		return Result{}, false
	case logs && !c.it.logged():
		return c.result(NoLog, "%s signed it, but it carries no entry of a transparency log, so nothing shows when", c.it.who()), true
	case !logs && c.p.Log == Required:
		return c.result(NoLog, "%s signed it, and the policy requires a log entry, but the trusted root has no transparency log", c.it.who()), true
	case !logs && c.it.stamps == 0:
		return c.result(NoTime, "%s signed it, but it carries no signed timestamp, and the trusted root has no transparency log", c.it.who()), true
	}
	return Result{}, false
}

func (c *checker) result(reason Reason, format string, args ...any) Result {
	return Result{Item: c.it, Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// stamped is the earliest time that a trusted authority signed, zero without one.
func (c *checker) stamped() time.Time {
	var t time.Time
	if c.it.bundle == nil {
		return t
	}
	_ = guarded(c.ctx, func() error {
		stamps, err := sigverify.VerifySignedTimestampWithThreshold(c.it.bundle, c.p.Roots, 1)
		for _, s := range stamps {
			if t.IsZero() || s.Time.Before(t) {
				t = s.Time
			}
		}
		return err
	})
	return t
}

// diagnoseCertificate finds out why no identity verified it. It decides nothing.
func (c *checker) diagnoseCertificate() Result {
	who := c.it.who()
	if len(c.p.Identities) == 0 {
		return c.result(WrongKey, "it was made with a certificate for %s, not with a key of the policy", who)
	}
	if c.last == nil {
		c.last = c.verify(c.certificateOptions(anybody))
		if c.last == nil {
			return c.result(WrongIdentity, "%s signed it, whom the policy does not name", who)
		}
	}
	switch {
	case c.undecided(c.last):
		return c.open(c.last)
	case !c.fits():
		return c.result(Altered, "its signature does not fit its certificate for %s: it was altered", who)
	case !c.it.claimsDigest(c.digest):
		return c.result(OtherImage, "%s signed another image (%s); the signature was copied", who, firstOf(c.it.claims))
	case !c.issued():
		return c.result(Authority, "no authority of the trusted root issued its certificate for %s", who)
	case len(c.p.Roots.RekorLogs()) > 0 && !c.it.knownLog(c.p.Roots):
		return c.result(UnknownLog, "%s signed it, but its log %s is not in the trusted root", who, c.it.logNames())
	case c.late():
		return c.result(Expired, "the certificate for %s was not valid when it signed: %s", who, short(c.last))
	case mentions(c.last, "sct", "signed certificate timestamp"):
		return c.result(NoSCT, "the certificate for %s is in no certificate log of the trusted root: %s", who, short(c.last))
	}
	return c.result(BadLog, "%s signed it, but its log entry or timestamp does not verify: %s", who, short(c.last))
}

// fits tells whether the bare signature was made with the certificate's key.
func (c *checker) fits() bool {
	keys, err := verifiers(c.it.certificate.PublicKey)
	return err == nil && c.fitsAny(keys)
}

// issued tells whether the certificate leads to an authority of the trusted root.
func (c *checker) issued() bool {
	return guarded(c.ctx, func() error {
		_, err := sigverify.VerifyLeafCertificate(c.it.certificate.NotBefore, c.it.certificate, c.p.Roots)
		return err
	}) == nil
}

func (c *checker) late() bool {
	for _, l := range c.it.logs {
		if l.promised && (l.time.Before(c.it.certificate.NotBefore) || l.time.After(c.it.certificate.NotAfter)) {
			return true
		}
	}
	return mentions(c.last, "expired", "certificate validity", "verify leaf certificate")
}

func mentions(err error, words ...string) bool {
	text := strings.ToLower(err.Error())
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// who is the identity in the certificate, for messages.
func (it Item) who() string {
	return fmt.Sprintf("%s (issuer %s)", it.summary.SubjectAlternativeName, orNone(it.summary.Issuer))
}

func orNone(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
