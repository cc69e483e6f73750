package probe

import "github.com/stella-ops/assure/internal/finding"

// The ids of the rules that probes judge.
const (
	MethodsRule     = "probe/allowed-methods"
	TraceRule       = "probe/trace"
	TLSRule         = "probe/tls-version"
	SuitesRule      = "probe/tls-cipher"
	CertificateRule = "probe/certificate"
	PlainHTTPRule   = "probe/plain-http"
	HealthRule      = "probe/health"
	MetricsRule     = "probe/metrics"
	RateRule        = "probe/rate-limit"
	BearerRule      = "probe/bearer-token"
	StoreRule       = "probe/store-auth"
	CommandsRule    = "probe/store-commands"
	MemoryRule      = "probe/store-memory"
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
		{
			ID: SuitesRule, Title: "No weak TLS cipher suite", Severity: finding.High, Controls: []string{"SHG-4.01"}, Tags: []string{"CWE-327"},
			Description: "Suites with NULL, export, RC4, DES or no authentication can be read or changed on the way; suites with RSA key exchange can be read later by whoever gets the key (RFC 9325).",
			Remediation: "Accept ECDHE suites with AES-GCM or ChaCha20 only, for example `ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;` in nginx.",
		},
		{
			ID: CertificateRule, Title: "The certificate is valid and strong", Severity: finding.High, Controls: []string{"SHG-4.02"}, Tags: []string{"CWE-295"},
			Description: "Clients turn away from a certificate that has expired, that is signed with SHA-1, whose key is short or that no authority they trust has signed - or, worse, they stop looking.",
			Remediation: "Use a certificate of Let's Encrypt or of the internal authority (dast.target.ca-file), with an RSA key of 2048 bits or more or an elliptic curve, and renew it in time.",
		},
		{
			ID: HealthRule, Title: "The service tells its health", Severity: finding.Medium, Controls: []string{"SHG-3.22"}, Tags: []string{"CWE-778"},
			Description: "An orchestrator restarts what is ill and waits for what is not ready only when the service answers a health check soon and truthfully.",
			Remediation: "Answer `GET /health` with 200 and a short body within two seconds, and declare a `healthcheck`.",
		},
		{
			ID: MetricsRule, Title: "The metrics are there", Severity: finding.Medium, Controls: []string{"SHG-7.04"}, Tags: []string{"CWE-778"},
			Description: "The guide's alerts read the metrics of the service; what is missing there never wakes anybody, the end of the offline token least of all.",
			Remediation: "Serve Prometheus metrics at `/metrics` with the gauge `stella_quota_token_days_remaining`, or name others under dast.required-metrics.",
		},
		{
			ID: RateRule, Title: "The request rate is limited", Severity: finding.Medium, Controls: []string{"SHG-4.09"}, Tags: []string{"CWE-770"},
			Description: "Without a limit one client takes the service away from all others. The guide sets 40 requests a second.",
			Remediation: "Limit at the ingress, for example `limit_req_zone $binary_remote_addr zone=api:10m rate=40r/s;` in nginx, and answer 429.",
		},
		{
			ID: CommandsRule, Title: "Destructive store commands are out of reach", Severity: finding.Medium, Controls: []string{"SHG-3.32"}, Tags: []string{"CWE-749"},
			Description: "FLUSHALL empties the store in one line. The guide renames it away, so that a client that was taken over cannot use it.",
			Remediation: "Start the store with `--rename-command FLUSHALL \"\"`, or take `@dangerous` from the client's ACL.",
		},
		{
			ID: MemoryRule, Title: "The store has a memory limit", Severity: finding.Low, Controls: []string{"SHG-7.12"}, Tags: []string{"CWE-770"},
			Description: "Without maxmemory the alert on used memory divides by zero and never fires, and the store grows until the kernel kills it.",
			Remediation: "Start the store with `--maxmemory` below the container's memory limit.",
		},
	}
}
