package probe

import "github.com/stella-ops/assure/internal/finding"

// The ids of the rules that probes judge.
const (
	MethodsRule   = "probe/allowed-methods"
	TraceRule     = "probe/trace"
	TLSRule       = "probe/tls-version"
	PlainHTTPRule = "probe/plain-http"
	BearerRule    = "probe/bearer-token"
	StoreRule     = "probe/store-auth"
)

// Rules lists every rule that a probe can judge.
func Rules() []finding.Rule {
	return []finding.Rule{
		{
			ID: MethodsRule, Title: "Only the allowed HTTP methods are answered", Severity: finding.Medium, Controls: []string{"SHG-4.08"}, Tags: []string{"CWE-650"},
			Description: "Every method that an ingress lets through is attack surface. The guide allows GET, POST and PATCH; everything else must be refused before it reaches the application.",
			Remediation: "Refuse other methods at the ingress, for example `limit_except GET POST PATCH { deny all; }` in nginx, and answer 405.",
		},
		{
			ID: TraceRule, Title: "TRACE does not echo requests", Severity: finding.High, Controls: []string{"SHG-4.08"}, Tags: []string{"CWE-693"},
			Description: "TRACE returns the request as the server received it, with headers that proxies added and cookies that scripts must not read.",
			Remediation: "Refuse TRACE at the ingress and in the application server (`TraceEnable off` in Apache httpd); answer 405.",
		},
		{
			ID: TLSRule, Title: "TLS 1.2 or newer only", Severity: finding.High, Controls: []string{"SHG-4.01"}, Tags: []string{"CWE-326"},
			Description: "SSL 3.0, TLS 1.0 and TLS 1.1 have broken primitives and were retired by RFC 7568 and RFC 8996. A server that still accepts them lets an attacker on the path downgrade a connection.",
			Remediation: "Accept TLS 1.2 and 1.3 only, for example `ssl_protocols TLSv1.2 TLSv1.3;` in nginx or `minVersion: VersionTLS12` in Traefik, and serve no plain HTTP.",
		},
		{
			ID: PlainHTTPRule, Title: "Plain HTTP is refused or redirected", Severity: finding.High, Controls: []string{"SHG-1.01"}, Tags: []string{"CWE-319"},
			Description: "SBOMs and results travel over TLS only. A port that answers plain HTTP with content shows it, and every token sent with it, to everyone on the path.",
			Remediation: "Serve HTTPS only; let the plain port close the connection, or answer 301 or 308 to the https address.",
		},
		{
			ID: BearerRule, Title: "Protected paths demand a bearer token", Severity: finding.Critical, Controls: []string{"SHG-7.30", "SHG-7.21"}, Tags: []string{"CWE-306"},
			Description: "A path that the guide protects answered without a valid token, so anybody who reaches the port can use it.",
			Remediation: "Demand a verified bearer token on the path and all its spellings, switch the anonymous fallback off (`allowAnonymousFallback: false`), and answer 401 otherwise.",
		},
		{
			ID: StoreRule, Title: "The data store demands authentication", Severity: finding.Critical, Controls: []string{"SHG-3.28"}, Tags: []string{"CWE-306"},
			Description: "Valkey or Redis answered a command before anybody authenticated. Whoever reaches the port can read and change all data, and often run code.",
			Remediation: "Start the store with `--aclfile` or `requirepass` from a secret, keep protected mode on and publish no port.",
		},
	}
}
