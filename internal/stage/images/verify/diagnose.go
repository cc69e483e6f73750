package verify

import (
	"bytes"
	"slices"
	"strings"

	"github.com/sigstore/sigstore/pkg/signature"
)

// diagnoseKey finds out why no key verified a signature. It decides nothing.
func (c *checker) diagnoseKey() Result {
	signed := c.signedBy()
	switch {
	case signed == nil && len(c.p.Keys) == 0:
		return c.result(WrongIdentity, "it was made with a key, not with a certificate of an identity that the policy names")
	case signed == nil:
		return c.result(WrongKey, "none of the keys fits: another key signed it, or it was altered")
	case !c.it.claimsDigest(c.digest):
		return c.result(OtherImage, "key %s signed another image (%s); the signature was copied", signed.ID, firstOf(c.it.claims))
	case c.ignoreLog():
		return c.result(Malformed, "key %s signed it, but it is not what it should be: %s", signed.ID, short(c.last))
	case !c.it.logged():
		return c.result(NoLog, "key %s signed it, but it carries no entry of a transparency log, which the policy requires", signed.ID)
	case !c.it.knownLog(c.p.Roots):
		return c.result(UnknownLog, "key %s signed it, but its log %s is not in the trusted root", signed.ID, c.it.logNames())
	}
	return c.result(BadLog, "key %s signed it, but its log entry does not verify: %s", signed.ID, short(c.last))
}

func firstOf(digests []string) string {
	if len(digests) == 0 {
		return "none that it names"
	}
	return digests[0]
}

// signedBy returns the key whose signature it is, whatever it signs.
func (c *checker) signedBy() *Key {
	for i, k := range c.p.Keys {
		if c.fitsAny(k.verifiers) {
			return &c.p.Keys[i]
		}
	}
	return nil
}

// fitsAny tells whether the bare signature was made with one of the keys.
func (c *checker) fitsAny(keys []signature.Verifier) bool {
	return slices.ContainsFunc(keys, func(v signature.Verifier) bool {
		return guarded(c.ctx, func() error {
			return v.VerifySignature(bytes.NewReader(c.it.raw), bytes.NewReader(c.it.signed))
		}) == nil
	})
}

func (it Item) knownLog(roots Roots) bool {
	return slices.ContainsFunc(it.logs, func(l logEntry) bool { return roots.RekorLogs()[l.Log] != nil })
}

func (it Item) logNames() string {
	var names []string
	for _, l := range it.logs {
		names = append(names, l.Log)
	}
	return strings.Join(names, ", ")
}
