package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Limits of what is read, in bytes.
const (
	maxManifest = 4 << 20
	maxBlob     = 16 << 20
	maxProblem  = 64 << 10
)

// Descriptor points to content of a repository.
type Descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations"`
	// Platform is what an entry of an index runs on, nil when it does not say.
	Platform *Platform `json:"platform"`
}

// Platform is the system that an image is for.
type Platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
}

// Manifest is a manifest or index whose bytes have the digest.
type Manifest struct {
	// Digest is computed from the bytes, never taken from a header.
	Digest string `json:"-"`
	// MediaType of the manifest.
	MediaType string `json:"mediaType"`
	// Config is the image's configuration.
	Config Descriptor `json:"config"`
	// Annotations of the manifest itself.
	Annotations map[string]string `json:"annotations"`
	// Layers of an image or artifact.
	Layers []Descriptor `json:"layers"`
	// Manifests of an index.
	Manifests []Descriptor `json:"manifests"`
}

var accepted = strings.Join([]string{
	string(types.OCIImageIndex), string(types.OCIManifestSchema1),
	string(types.DockerManifestList), string(types.DockerManifestSchema2),
}, ", ")

var wellFormed = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// Resolve returns the digest to which a tag or digest leads now. For a tag it may be
// the registry's claim. It asks with HEAD, which rate limits do not count.
func (c *Client) Resolve(ctx context.Context, ref reference.Reference, at string) (string, error) {
	return c.digests.Get(ctx, ref.Name()+" "+at, func() (string, error) {
		resp, err := c.do(ctx, http.MethodHead, ref, "manifests/"+at)
		if err != nil {
			return "", err
		}
		resp.Body.Close()
		claim := resp.Header.Get("Docker-Content-Digest")
		switch {
		case resp.StatusCode == http.StatusOK && at == claim, resp.StatusCode == http.StatusOK && !isDigest(at) && isDigest(claim):
			return claim, nil
		case statusKind(resp.StatusCode) == Denied, statusKind(resp.StatusCode) == Limited:
			return "", c.problem(ref, resp)
		}
		// HEAD has no body to say why, and some registries answer GET only.
		m, err := c.Manifest(ctx, ref, at)
		return m.Digest, err
	})
}

// Manifest reads a manifest by tag or digest and checks its bytes.
func (c *Client) Manifest(ctx context.Context, ref reference.Reference, at string) (Manifest, error) {
	return c.manifests.Get(ctx, ref.Name()+" "+at, func() (Manifest, error) {
		body, header, err := c.read(ctx, ref, "manifests/"+at, maxManifest)
		if err != nil {
			return Manifest{}, err
		}
		m := Manifest{Digest: digestOf(body)}
		if err := m.checkClaims(at, header.Get("Docker-Content-Digest")); err != nil {
			return Manifest{}, &Error{Contradiction, ref.Host, err}
		}
		if err := json.Unmarshal(body, &m); err != nil {
			return Manifest{}, &Error{Contradiction, ref.Host, errors.New("its manifest is not JSON of a manifest")}
		}
		return m, nil
	})
}

func (m Manifest) checkClaims(at, header string) error {
	switch {
	case isDigest(at) && at != m.Digest:
		return fmt.Errorf("for %s it answers with other content (%s)", at, m.Digest)
	case isDigest(header) && header != m.Digest:
		return fmt.Errorf("its header names %s but the content is %s", header, m.Digest)
	}
	return nil
}

// Lists tells whether the manifest is an index that holds the digest.
func (m Manifest) Lists(digest string) bool {
	for _, d := range m.Manifests {
		if d.Digest == digest {
			return true
		}
	}
	return false
}

// Blob reads a blob of at most 16 MiB and checks its bytes.
func (c *Client) Blob(ctx context.Context, ref reference.Reference, d Descriptor) ([]byte, error) {
	if d.Size > maxBlob {
		return nil, tooLarge(ref, maxBlob)
	}
	if !isDigest(d.Digest) {
		return nil, &Error{Contradiction, ref.Host, errors.New("it names a blob without a sha256 digest")}
	}
	body, _, err := c.read(ctx, ref, "blobs/"+d.Digest, maxBlob)
	if err == nil && digestOf(body) != d.Digest {
		err = &Error{Contradiction, ref.Host, fmt.Errorf("for blob %s it answers with other content", d.Digest)}
	}
	return body, err
}

func (c *Client) read(ctx context.Context, ref reference.Reference, path string, limit int64) ([]byte, http.Header, error) {
	resp, err := c.do(ctx, http.MethodGet, ref, path)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, nil, c.problem(ref, resp)
	}
	if resp.ContentLength > limit {
		return nil, nil, tooLarge(ref, limit)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = tooLarge(ref, limit)
	}
	return body, resp.Header, wrap(ref.Host, err)
}

func (c *Client) do(ctx context.Context, method string, ref reference.Reference, path string) (*http.Response, error) {
	client, ping, err := c.session(ctx, ref)
	if err != nil {
		return nil, err
	}
	scheme := "https"
	if ping.Insecure {
		scheme = "http"
	}
	url := scheme + "://" + endpoint(ref.Host) + "/v2/" + ref.Path + "/" + path
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, wrap(ref.Host, err)
	}
	req.Header.Set("Accept", accepted)
	req.Header.Set("User-Agent", "assure")
	resp, err := client.Do(req)
	return resp, wrap(ref.Host, err)
}

// problem reads what a registry says instead of an answer.
func (c *Client) problem(ref reference.Reference, resp *http.Response) error {
	kind := statusKind(resp.StatusCode)
	var said struct{ Errors []struct{ Code string } }
	data, _ := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
	if json.Unmarshal(data, &said) == nil && kind == Absent {
		for _, e := range said.Errors {
			if e.Code == "NAME_UNKNOWN" {
				kind = Unknown
			}
		}
	}
	return &Error{kind, ref.Host, statusText(resp.StatusCode)}
}

func tooLarge(ref reference.Reference, limit int64) error {
	return &Error{TooLarge, ref.Host, fmt.Errorf("its answer is larger than %d MiB", limit>>20)}
}

func isDigest(s string) bool { return wellFormed.MatchString(s) }

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
