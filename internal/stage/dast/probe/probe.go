// Package probe asks a running service the questions of the hardening guide that only
// a live answer settles: methods, TLS versions, tokens, an open store. A probe changes
// nothing on the other side, and what it cannot see it calls unknown, never a pass.
package probe

import (
	"context"
	"net"
	"net/url"
)

// Verdict is the answer of one probe.
type Verdict string

// The verdicts. Unknown must never be counted as a pass. Warn is something that the
// guide does not want and that opens nothing by itself.
const (
	Pass          Verdict = "pass"
	Fail          Verdict = "fail"
	Warn          Verdict = "warn"
	Unknown       Verdict = "unknown"
	NotApplicable Verdict = "not-applicable"
)

// Outcome is what one question brought to light.
type Outcome struct {
	// Rule is the id of the rule that was judged, one of Rules.
	Rule string
	// Service is the name that the target carries.
	Service string
	Verdict Verdict
	// Message says what was seen, in one sentence.
	Message string
	// URL is what was asked; Evidence is a short piece of the answer, foreign text.
	URL, Evidence string
	// Key is the key of the service that the outcome is about, where one rule may be
	// about several.
	Key string
}

// DialFunc makes a connection; nil means the default dialer.
type DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// Target is one endpoint to ask.
type Target struct {
	Base    *url.URL
	Service string
	// Dial makes the connections; nil means the default dialer.
	Dial DialFunc
	// Token opens the protected paths; empty means that the test has none.
	Token string
	// Peer is an address next to the target, which a network bypass might trust.
	Peer string
}
