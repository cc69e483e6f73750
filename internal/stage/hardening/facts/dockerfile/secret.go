package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/hardening/facts/container"
)

var (
	secretFiles = []string{
		".env", ".netrc", ".npmrc", ".pypirc", ".git-credentials", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
		"credentials", "credentials.json", "client.jwt", "jwt.pem", ".htpasswd", "kubeconfig", "secrets.yml",
		"secrets.yaml", "secrets.json",
	}
	secretSuffixes = []string{".key", ".pfx", ".p12", ".jks", ".keystore", ".kdbx"}
)

func isSecretFile(name string) bool {
	base := path.Base(strings.TrimSuffix(name, "/"))
	if slices.Contains(secretFiles, base) || container.IsHomeDir(base) {
		return true
	}
	if strings.HasPrefix(base, ".env.") {
		return !strings.Contains(base, "example") && !strings.Contains(base, "sample") && !strings.Contains(base, "template")
	}
	return slices.ContainsFunc(secretSuffixes, func(s string) bool { return strings.HasSuffix(base, s) })
}
