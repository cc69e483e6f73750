package verify

import (
	"context"
	"time"
)

// Log is what is asked of the transparency log, in the words of the configuration.
type Log string

// The log modes; empty means IfPresent. They are about keys: what makes a certificate
// valid, the trusted root alone says.
const (
	Required  Log = "required"
	IfPresent Log = "if-present"
	Ignore    Log = "ignore"
)

// LogState is what is known of the log entry of a verified signature.
type LogState string

// The log states.
const (
	LogVerified LogState = "verified"
	LogAbsent   LogState = "absent"
	LogNotAsked LogState = "not asked"
)

// Policy says who may sign and what the log must show.
type Policy struct {
	Keys       []Key
	Identities []Identity
	Log        Log
	Roots      Roots
	// IgnoreSCT accepts certificates that no certificate log of the roots holds.
	IgnoreSCT bool
}

// Reason says which of the failures that look alike a verification met.
type Reason string

// The reasons; the empty one means verified.
const (
	Verified      Reason = ""
	Malformed     Reason = "malformed"
	WrongKey      Reason = "wrong key"
	WrongIdentity Reason = "wrong identity"
	Altered       Reason = "altered"
	OtherImage    Reason = "other image"
	Authority     Reason = "unknown authority"
	Expired       Reason = "expired"
	NoTime        Reason = "no signed time"
	NoLog         Reason = "no log entry"
	BadLog        Reason = "bad log entry"
	NoSCT         Reason = "no certificate log"
	// UnknownLog and Undecided are failures to judge, not judgements.
	UnknownLog Reason = "unknown log"
	Undecided  Reason = "undecided"
)

// Signer is who made a verified signature: the holder of a key, or of an identity
// that a certificate names.
type Signer struct {
	// ID is the key's id, or how the policy writes the identity. It tells signers apart.
	ID string
	// Fingerprint is the key's; a certificate has an issuer and a subject instead.
	Fingerprint     string
	Issuer, Subject string
}

// Entry is a place in a transparency log.
type Entry struct {
	// Log is the log's id in hex.
	Log   string `json:"log"`
	Index int64  `json:"index"`
}

// Result is the outcome for one signature or statement.
type Result struct {
	Item   Item
	Reason Reason
	// Signer is who signed, when the item is verified.
	Signer Signer
	Log    LogState
	// Entry is the verified log entry, nil without one.
	Entry *Entry
	// Time is when the log or a timestamp authority saw it, zero when neither did.
	Time time.Time
	// Detail explains the reason in a sentence without a full stop.
	Detail string
}

// Check verifies one signature of the digest against each signer of the policy. A
// statement about the image, which the same signer may have made, is no signature.
func Check(ctx context.Context, it Item, digest string, p Policy) Result {
	if it.malformed == nil && it.Statement() {
		return Result{Item: it, Reason: Malformed, Detail: "it is a statement about an image, not a signature"}
	}
	return check(ctx, it, digest, p)
}

// CheckStatement verifies one statement of a kind about the digest.
func CheckStatement(ctx context.Context, it Item, kind, digest string, p Policy) Result {
	if it.malformed == nil && !(it.Statement() && IsOf(it.predicate, kind)) {
		return Result{Item: it, Reason: Malformed, Detail: "it is no statement of the kind " + kind}
	}
	return check(ctx, it, digest, p)
}

func check(ctx context.Context, it Item, digest string, p Policy) Result {
	if it.malformed != nil {
		return Result{Item: it, Reason: Malformed, Detail: it.malformed.Error()}
	}
	c := checker{ctx: ctx, it: it, digest: digest, p: p}
	if r, done := c.keys(); done {
		return r
	}
	if it.certificate == nil {
		return c.diagnoseKey()
	}
	return c.keyless()
}

// checker holds one question while it is asked of one signer after another.
type checker struct {
	ctx    context.Context
	it     Item
	digest string
	p      Policy
	last   error
}

// keys asks every key; a bundle with a certificate was made by none of them.
func (c *checker) keys() (Result, bool) {
	if c.it.bundle != nil && c.it.certificate != nil {
		return Result{}, false
	}
	for _, k := range c.p.Keys {
		for _, v := range k.verifiers {
			err := c.verify(c.keyOptions(v))
			if err == nil {
				return c.verified(Signer{ID: k.ID, Fingerprint: k.Fingerprint}, c.p.logState(c.it)), true
			}
			if c.undecided(err) {
				return c.open(err), true
			}
			c.last = err
		}
	}
	return Result{}, false
}

func (p Policy) logState(it Item) LogState {
	switch {
	case p.Log == Ignore:
		return LogNotAsked
	case it.logged():
		return LogVerified
	}
	return LogAbsent
}

func (c *checker) verified(s Signer, state LogState) Result {
	r := Result{Item: c.it, Signer: s, Log: state}
	if state == LogVerified {
		r.Entry, r.Time = c.it.entry(c.p.Roots)
	}
	return r
}

func (c *checker) open(err error) Result {
	return Result{Item: c.it, Reason: Undecided, Detail: short(err)}
}

func (c *checker) ignoreLog() bool {
	return c.p.Log == Ignore || c.p.Log != Required && !c.it.logged()
}
