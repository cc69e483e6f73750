package settings

import (
	"strings"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

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
			out = append(out, clientCertificate{strings.ToLower(value.Text(s.Value)), s.Path})
		}
	}
	for i, d := range p.Documents {
		notes := value.Object(value.Object(d.Model["metadata"])["annotations"])
		mode, key := strings.ToLower(value.Text(notes[tlsVerify])), tlsVerify
		if mode == "" && value.Text(notes[tlsClientCA]) != "" { // the controller's default
			mode, key = "on", tlsClientCA
		}
		if d.Kind == plan.Kubernetes && mode != "" {
			out = append(out, clientCertificate{mode, []any{"documents", i, "metadata", "annotations", key}})
		}
	}
	return out
}
