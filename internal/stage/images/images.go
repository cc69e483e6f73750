// Package images judges the trust in every image that the repository deploys: pinned
// by digest, where the registry still has it, and signed by whom the policy names.
package images

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/memo"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/stage/images/cip"
	"github.com/stella-ops/assure/internal/stage/images/rotation"
)

// Options are what the stage needs beside its configuration.
type Options struct {
	// Offline asks no registry; only the references themselves are judged.
	Offline bool
	// Profile is the policy profile; strict raises an image without a digest to high.
	Profile string
	// Auth are credentials by registry host; entries without a host are not used.
	Auth []config.RegistryAuth
	// Token is a GitHub token, sent to ghcr.io only.
	Token string
	// DockerConfig is the content of a Docker config.json; only its auths are read,
	// credential helpers are never run.
	DockerConfig []byte
	// TrustedRoot is a Sigstore trusted_root.json; nil means the built-in one.
	TrustedRoot []byte
	// ReadKey reads a file of keys, roots or policies from the trusted commit.
	ReadKey func(path string) ([]byte, error)
	// Env looks up an environment variable that a key names; nil means an empty one.
	Env func(name string) (string, bool)
	// Now is the clock for ages; nil means that they cannot be judged.
	Now func() time.Time
	// TLS is a seam for tests; nil trusts the authorities of the system.
	TLS *tls.Config
	// Dial opens connections; nil means the system's dialer. Addresses are checked
	// either way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Proxy chooses the proxy for a request; nil means none.
	Proxy func(*http.Request) (*url.URL, error)
	// Timeout bounds one request to a registry; zero means 30 seconds.
	Timeout time.Duration
	// Releases reads a key file in the newest release of each major version, oldest
	// first; nil means that no history is at hand.
	Releases func(file string) ([]rotation.Release, error)
	// Fixes works out the changes that pin images; they need the plan's tree.
	Fixes bool
	// Wait sleeps before a request is repeated; nil means to really sleep.
	Wait func(ctx context.Context, d time.Duration) error
}

// Stage judges images.
type Stage struct {
	cfg  config.Images
	opts Options
	// cluster are the policies of images.policies.
	cluster cip.Set
	// known is what runs share: what registries answered, and who signed.
	known *memo.Cache
}

// New returns the stage. Runs of the same stage ask nothing twice.
func New(cfg config.Images, opts Options) *Stage {
	return &Stage{cfg: cfg, opts: opts, known: memo.New()}
}

// Name returns "images".
func (s *Stage) Name() string { return "images" }

// Skip returns "": a plan without images is nothing to check, not a reason to skip.
func (s *Stage) Skip(*plan.Plan) string { return "" }
