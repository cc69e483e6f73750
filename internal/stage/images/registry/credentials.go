package registry

import (
	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/stella-ops/assure/internal/config"
)

// Credentials returns the function that finds the credential for a registry's host, for
// other clients than this one: the GitHub token for ghcr.io, the auths of a Docker
// config.json and those given by name, the strongest last; anonymous without any.
func Credentials(auth []config.RegistryAuth, token string, docker []byte) (func(host string) authn.Authenticator, error) {
	k, err := newKeychain(auth, token, docker)
	if err != nil {
		return nil, err
	}
	return k.For, nil
}
