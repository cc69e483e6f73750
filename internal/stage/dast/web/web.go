// Package web is a read-only web scanner in pure Go: a polite crawler that applies the
// passive rules of package rules to what a server answers anyway. It submits no form,
// sends no attack and never leaves the host and port that it was given.
package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// Target is one HTTP endpoint to scan.
type Target struct {
	// Base is where the crawl starts; its host and port are its borders.
	Base *url.URL
	// Service names the endpoint for messages.
	Service string
	// Seeds are further paths or URLs to visit. Those beyond the border are dropped.
	Seeds []string
	// Dial makes the connections; nil means the default dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Options bound a scan. Zero means the default that each field names.
type Options struct {
	// MaxURLs is how many URLs are fetched (200).
	MaxURLs int
	// MaxDepth is how many links may lie between a seed and a page (5).
	MaxDepth int
	// MaxBody is how many bytes of a decoded body are read (2 MiB).
	MaxBody int
	// MaxDuration bounds the whole crawl (1 minute).
	MaxDuration time.Duration
	// RequestTimeout bounds one request with its body (10 seconds).
	RequestTimeout time.Duration
	// RPS is how many requests a second are sent; 0 sends the next when the last is
	// answered, and slows down when the target asks for it.
	RPS int
	// Headers are sent with every request, such as Authorization.
	Headers http.Header
	// Exclude are regular expressions; a URL that one matches from its start is not
	// visited.
	Exclude []string
	// Threshold is how sure a rule must be before it speaks (Medium).
	Threshold rules.Threshold
	// Levels are applied to the alerts; the zero value changes nothing.
	Levels RuleLevels
	// Now is the date that cookies expire by; the zero value means time.Now at the
	// start of the scan.
	Now time.Time
}

// Result is what a scan saw and found.
type Result struct {
	// Engine is builtin or zap with its version.
	Engine string
	// URLs were answered, in the order of their visit.
	URLs []string
	// Requests is how many requests were sent.
	Requests int
	Alerts   []rules.Alert
	// Ignored are alerts that the rules file sets aside, Passed those that it counts
	// nowhere.
	Ignored, Passed []rules.Alert
	// Rules are all rules that were applied, with ids such as zap/10038.
	Rules []finding.Rule
	// Files are reports that the engine itself wrote.
	Files []finding.File
	// Notes are facts that change nothing, such as a limit that was reached.
	Notes []string
	// Gaps are what the scan should have judged and could not: each makes the result
	// incomplete.
	Gaps []string
}
