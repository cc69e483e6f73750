package hardening

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/plan"
)

// application are the facts about applications' settings.
type application struct {
	// Settings are all settings, whatever their spelling.
	Settings []setting `json:"settings"`
	// Derived are the facts that follow from them.
	Derived derived `json:"derived"`
}

func applicationFacts(p *plan.Plan) application {
	list := settingsOf(p)
	return application{Settings: list, Derived: derive(p, list)}
}

// derived are facts that follow from the settings.
type derived struct {
	// Concelier is where the application is configured and run.
	Concelier []place `json:"concelier"`
	// SecretPaths say where the authority's client secret is expected.
	SecretPaths []secretPath `json:"secret_paths"`
	Bypasses    []bypass     `json:"bypasses"`
	Loggers     []logger     `json:"loggers"`
	// AuditLoggers decide about the audit log.
	AuditLoggers []logger   `json:"audit_loggers"`
	Sinks        []sink     `json:"sinks"`
	Refreshes    []refresh  `json:"refreshes"`
	Listeners    []listener `json:"listeners"`
	// Limits are requests a second that the ingress lets in.
	Limits []rate `json:"limits"`
	// ClientCertificates say whether clients must show one.
	ClientCertificates []clientCertificate `json:"client_certificates"`
}

func derive(p *plan.Plan, list []setting) derived {
	return derived{
		Concelier: concelierPlaces(p, list), SecretPaths: secretPaths(p, list), Bypasses: bypasses(list),
		Loggers: loggers(list), AuditLoggers: auditLoggers(list), Sinks: sinks(list),
		Refreshes: refreshes(list), Listeners: listeners(list), Limits: limits(p),
		ClientCertificates: clientCertificates(p, list),
	}
}

// listener is an address that an ASP.NET Core service listens on.
type listener struct {
	Address string `json:"address"`
	// Plain is true for HTTP without TLS that others can reach.
	Plain bool   `json:"plain"`
	From  string `json:"from"`
	Path  []any  `json:"path"`
}

func listeners(list []setting) []listener {
	out := []listener{}
	for _, s := range list {
		if s.Overridden || !s.Known {
			continue
		}
		switch {
		case s.Name == "urls", s.Name == "aspnetcore_urls",
			strings.HasPrefix(s.Name, "kestrel.endpoints.") && strings.HasSuffix(s.Name, ".url"):
			for _, a := range strings.Split(text(s.Value), ";") {
				out = append(out, listener{strings.TrimSpace(a), plainHTTP(a), s.From, s.Path})
			}
		case s.Name == "aspnetcore_http_ports" && text(s.Value) != "":
			out = append(out, listener{"port " + text(s.Value), true, s.From, s.Path})
		}
	}
	return out
}

// plainHTTP tells an address without TLS; the loopback interface is nobody else's.
func plainHTTP(address string) bool {
	host, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(address)), "http://")
	if !ok {
		return false
	}
	host = strings.SplitN(host, "/", 2)[0]
	if i := strings.LastIndex(host, ":"); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host != "localhost" && (err != nil || !ip.IsLoopback())
}

// rate is a limit on requests.
type rate struct {
	// PerSecond is how many requests a second are let in.
	PerSecond float64 `json:"per_second"`
	Path      []any   `json:"path"`
}

// limitAnnotations of ingress-nginx, with the seconds that they count in.
var limitAnnotations = []struct {
	name    string
	seconds float64
}{{"nginx.ingress.kubernetes.io/limit-rps", 1}, {"nginx.ingress.kubernetes.io/limit-rpm", 60}}

// limits are the rate limits of ingresses and of Traefik's middlewares.
func limits(p *plan.Plan) []rate {
	out := []rate{}
	add := func(v any, seconds float64, at ...any) {
		if n, err := strconv.ParseFloat(text(v), 64); err == nil && n > 0 {
			out = append(out, rate{n / seconds, at})
		}
	}
	for i, d := range p.Documents {
		if d.Kind != plan.Kubernetes {
			continue
		}
		notes := object(object(d.Model["metadata"])["annotations"])
		for _, a := range limitAnnotations {
			add(notes[a.name], a.seconds, "documents", i, "metadata", "annotations", a.name)
		}
		if limit := object(object(d.Model["spec"])["rateLimit"]); d.Model["kind"] == "Middleware" {
			seconds := 1.0
			if period := duration("period", limit["period"]); period != nil && *period > 0 {
				seconds = *period
			}
			add(limit["average"], seconds, "documents", i, "spec", "rateLimit", "average")
		}
	}
	return out
}

// clientCertificate is a setting about certificates of clients.
type clientCertificate struct {
	// Mode is in lower case: Kestrel's or ingress-nginx's word.
	Mode string `json:"mode"`
	Path []any  `json:"path"`
}

const (
	tlsClientCA = "nginx.ingress.kubernetes.io/auth-tls-secret"
	tlsVerify   = "nginx.ingress.kubernetes.io/auth-tls-verify-client"
)

func clientCertificates(p *plan.Plan, list []setting) []clientCertificate {
	out := []clientCertificate{}
	for _, s := range list {
		if strings.HasPrefix(s.Name, "kestrel.") && strings.HasSuffix(s.Name, ".clientcertificatemode") && s.Known && !s.Overridden {
			out = append(out, clientCertificate{strings.ToLower(text(s.Value)), s.Path})
		}
	}
	for i, d := range p.Documents {
		notes := object(object(d.Model["metadata"])["annotations"])
		mode, key := strings.ToLower(text(notes[tlsVerify])), tlsVerify
		if mode == "" && text(notes[tlsClientCA]) != "" { // the controller's default
			mode, key = "on", tlsClientCA
		}
		if d.Kind == plan.Kubernetes && mode != "" {
			out = append(out, clientCertificate{mode, []any{"documents", i, "metadata", "annotations", key}})
		}
	}
	return out
}
