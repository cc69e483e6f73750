package workload

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
	"github.com/stella-ops/assure/internal/stage/hardening/facts/value"
)

// keyFile are names of entries that hold a private key or a token.
var keyFile = regexp.MustCompile(`(?i)(\.(key|pem|pfx|p12|jwt|jks)|^ssh-privatekey|^\.dockerconfigjson|^\.dockercfg)$`)

// heldValues are the secrets that a Secret or a ConfigMap carries in the file itself.
// What is encrypted in place, as SOPS does, is none.
func heldValues(r *resource) []container.Secret {
	out := []container.Secret{}
	if r.group != "" || r.kind != "Secret" && r.kind != "ConfigMap" {
		return out
	}
	for _, part := range []string{"data", "stringData"} {
		values := value.Object(r.obj[part])
		for _, key := range value.Keys(values) {
			value := value.Text(values[key])
			if part == "data" && r.kind == "Secret" {
				decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
				if err != nil {
					continue
				}
				value = string(decoded)
			}
			if (container.IsSecretKey(key) || keyFile.MatchString(key) && r.kind == "Secret") && container.IsLiteral(value) && !strings.HasPrefix(value, "ENC[") {
				out = append(out, container.Secret{Key: key, From: strings.ToLower(r.kind), Path: []any{part, key}})
			}
		}
	}
	return out
}
