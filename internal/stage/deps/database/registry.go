package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/stella-ops/assure/internal/config"
	imageregistry "github.com/stella-ops/assure/internal/stage/images/registry"
)

// errNotFound marks a reference that the registry does not have.
var errNotFound = errors.New("not found")

// registry is the Puller over the OCI distribution protocol.
type registry struct {
	auth      []config.RegistryAuth
	keys      func(host string) authn.Authenticator
	insecure  []string
	transport http.RoundTripper
	form      form
}

func (s *Store) registry() (Puller, error) {
	t := s.opts.Transport
	if t == nil {
		t = remote.DefaultTransport
	}
	keys, err := imageregistry.Credentials(s.opts.Auth, s.opts.Token, s.opts.DockerConfig)
	if err != nil {
		return nil, err
	}
	hint := &hinted{next: t, retryAfter: &s.retryAfter}
	return registry{auth: s.opts.Auth, keys: keys, insecure: s.opts.InsecureRegistries, transport: secure{hint, s.opts.InsecureRegistries}, form: s.form}, nil
}

// Resolve implements Puller.
func (r registry) Resolve(ctx context.Context, ref string) (Artifact, error) {
	named, err := r.parse(ref)
	if err != nil {
		return Artifact{}, fmt.Errorf("read reference: %w", err)
	}
	desc, err := remote.Get(named, r.options(ctx, named)...)
	if err != nil {
		return Artifact{}, describe(err, r.form.setting)
	}
	img, err := desc.Image()
	if err != nil {
		return Artifact{}, fmt.Errorf("read manifest %s: %w", desc.Digest, describe(err, r.form.setting))
	}
	return artifact(img, named.Context().Name(), r.form)
}

func (r registry) parse(ref string) (name.Reference, error) {
	named, err := name.ParseReference(ref)
	if err != nil {
		return nil, err
	}
	if slices.Contains(r.insecure, named.Context().RegistryStr()) {
		return name.ParseReference(ref, name.Insecure)
	}
	return named, nil
}

func (r registry) options(ctx context.Context, ref name.Reference) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx),
		remote.WithTransport(r.transport),
		remote.WithAuth(r.credential(ref.Context().RegistryStr())),
		remote.WithUserAgent("assure"),
		// Registries that are busy are asked again by the store, when they want it.
		remote.WithRetryStatusCodes(http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout),
		remote.WithRetryBackoff(remote.Backoff{Duration: 200 * time.Millisecond, Factor: 3, Jitter: 0.1, Steps: 2}),
	}
}

// credential is the host's own, else the one that was given for the database.
func (r registry) credential(host string) authn.Authenticator {
	if own := r.keys(host); own != authn.Anonymous {
		return own
	}
	for _, a := range r.auth {
		if a.Host == "" {
			return authn.FromConfig(authn.AuthConfig{Username: a.Username, Password: a.Password})
		}
	}
	return authn.Anonymous
}

// artifact finds the database's layer in an image manifest.
func artifact(img v1.Image, repo string, f form) (Artifact, error) {
	digest, err := img.Digest()
	if err != nil {
		return Artifact{}, fmt.Errorf("read manifest: %w", err)
	}
	manifest, err := img.Manifest()
	if err != nil {
		return Artifact{}, fmt.Errorf("read manifest %s: %w", digest, err)
	}
	for _, l := range manifest.Layers {
		if string(l.MediaType) == f.mediaType {
			return Artifact{
				Manifest: digest.String(), Layer: l.Digest.String(), Size: l.Size,
				Ref:  repo + "@" + digest.String(),
				Open: func() (io.ReadCloser, error) { return openLayer(img, l.Digest) },
			}, nil
		}
	}
	return Artifact{}, fmt.Errorf("manifest %s has no layer of type %s: not a %s", digest, f.mediaType, f.what)
}

func openLayer(img v1.Image, digest v1.Hash) (io.ReadCloser, error) {
	layer, err := img.LayerByDigest(digest)
	if err != nil {
		return nil, err
	}
	return layer.Compressed()
}

// describe says what a registry's refusal means.
func describe(err error, setting string) error {
	var te *transport.Error
	if !errors.As(err, &te) {
		return err
	}
	switch te.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("the registry refused access (HTTP %d): check the credentials: %w", te.StatusCode, err)
	case http.StatusNotFound:
		return fmt.Errorf("%w: check the name in %s: %w", errNotFound, setting, err)
	case http.StatusTooManyRequests:
		return fmt.Errorf("the registry limits the rate (HTTP 429): %w", err)
	}
	return err
}

// Transient tells whether another registry, or the same one later, may do better: rate
// limits, server errors and failed connections.
func Transient(err error) bool {
	var te *transport.Error
	if errors.As(err, &te) {
		return te.StatusCode == http.StatusTooManyRequests || te.StatusCode == http.StatusRequestTimeout || te.StatusCode >= 500
	}
	var ne net.Error
	return errors.Is(err, errSilent) || errors.As(err, &ne) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

// secure refuses plain HTTP except to loopback addresses and the listed hosts, also
// where the client library would fall back to it or follow a redirect.
type secure struct {
	next     http.RoundTripper
	insecure []string
}

func (s secure) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "https" || slices.Contains(s.insecure, req.URL.Host) || loopback(req.URL.Hostname()) {
		return s.next.RoundTrip(req)
	}
	return nil, fmt.Errorf("%s would be asked by plain HTTP: list it in insecure-registries if that is meant", req.URL.Host)
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
