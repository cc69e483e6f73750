package registry

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/stella-ops/assure/internal/config"
)

// maxDockerConfig bounds a Docker config.json, in bytes.
const maxDockerConfig = 1 << 20

// keychain holds credentials by registry host.
type keychain map[string]authn.AuthConfig

// newKeychain collects credentials, weakest first: the GitHub token for ghcr.io, then
// Docker's own file, then those given to us by name.
func newKeychain(auth []config.RegistryAuth, token string, docker []byte) (keychain, error) {
	k := keychain{}
	if token != "" {
		k["ghcr.io"] = authn.AuthConfig{Username: "x-access-token", Password: token}
	}
	if err := k.addDocker(docker); err != nil {
		return nil, err
	}
	for _, a := range auth {
		if a.Host != "" {
			k[canonical(a.Host)] = authn.AuthConfig{Username: a.Username, Password: a.Password}
		}
	}
	return k, nil
}

// For returns the credential for the host, anonymous without one.
func (k keychain) For(host string) authn.Authenticator {
	a, ok := k[canonical(host)]
	if !ok {
		return authn.Anonymous
	}
	return authn.FromConfig(a)
}

func (k keychain) addDocker(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if len(data) > maxDockerConfig {
		return fmt.Errorf("read Docker configuration: larger than %d bytes", maxDockerConfig)
	}
	var file struct {
		Auths map[string]struct {
			Auth, Username, Password, IdentityToken, RegistryToken string
		} `json:"auths"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		// The text of a decoding error could quote a credential.
		return fmt.Errorf("read Docker configuration: it is not the JSON of a config.json")
	}
	for host, a := range file.Auths {
		c := authn.AuthConfig{Username: a.Username, Password: a.Password, IdentityToken: a.IdentityToken, RegistryToken: a.RegistryToken}
		if user, password, ok := basic(a.Auth); ok && c.Username == "" {
			c.Username, c.Password = user, password
		}
		if c != (authn.AuthConfig{}) {
			k[canonical(host)] = c
		}
	}
	return nil
}

func basic(auth string) (user, password string, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(auth)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(strings.TrimRight(string(raw), "\x00"), ":")
}

// canonical reduces the forms that people and Docker write for a registry to its host.
func canonical(host string) string {
	host = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(host), "https://"), "http://")
	host, _, _ = strings.Cut(host, "/")
	switch host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return "docker.io"
	}
	return host
}
