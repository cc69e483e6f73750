package service

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

var certificateWord = regexp.MustCompile(`(?i)\.(pfx|p12|pem|crt|cer)$|(^|[/._-])(tls|ssl|certs?|certificates?|https)([/._-]|$)`)

// certificate reports whether the service is given a server certificate: by a setting, a
// secret, a config or a mount that is named like one.
func (s scope) certificate() bool {
	for k := range value.Object(s.svc["environment"]) {
		if k = strings.ToLower(k); strings.Contains(k, "certificate") || strings.Contains(k, "cert_path") {
			return true
		}
	}
	for _, key := range []string{"secrets", "configs"} {
		for _, v := range value.List(s.svc[key]) {
			m := value.Object(v)
			for _, name := range []string{value.Text(v), value.Text(m["source"]), value.Text(m["target"])} {
				if certificateWord.MatchString(name) {
					return true
				}
			}
		}
	}
	for _, m := range s.mounts() {
		if certificateWord.MatchString(m.Target) || certificateWord.MatchString(m.Source) {
			return true
		}
	}
	return false
}
