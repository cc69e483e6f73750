// Package reference reads image references the way container engines do, keeps the
// tag that stands beside a digest, and says why one cannot be read.
package reference

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// maxLength is far above the longest reference that a registry takes: 255 characters
// of name, 128 of tag and 71 of digest, with a host.
const maxLength = 1024

// ErrUnsupportedDigest means that the reference is pinned by another algorithm than
// sha256, the only one that registries serve and signatures name.
var ErrUnsupportedDigest = errors.New("digest algorithm is not sha256")

// Reference is an image reference in its parts.
type Reference struct {
	// Host is the registry with its port; docker.io for Docker Hub.
	Host string
	// Path is the repository, with library/ for Docker's own images.
	Path string
	// Tag is empty when none is written.
	Tag string
	// Digest is sha256:<hex>, empty when none is written.
	Digest string
}

// Parse reads a reference. It returns ErrUnsupportedDigest, with the other parts
// filled where they can be, for a digest of another algorithm.
func Parse(s string) (Reference, error) {
	if len(s) > maxLength {
		return Reference{}, fmt.Errorf("it is longer than %d characters", maxLength)
	}
	if algorithm, ok := foreignDigest(s); ok {
		return Reference{}, fmt.Errorf("%w: %s", ErrUnsupportedDigest, algorithm)
	}
	named, err := reference.ParseNormalizedNamed(s)
	if err != nil {
		return Reference{}, reason(s, err)
	}
	if reference.Domain(named) == "" {
		return Reference{}, errors.New("its registry is no host name")
	}
	r := Reference{Host: canonicalHost(reference.Domain(named)), Path: reference.Path(named)}
	if r.Host == "docker.io" && !strings.Contains(r.Path, "/") {
		r.Path = "library/" + r.Path
	}
	if t, ok := named.(reference.Tagged); ok {
		r.Tag = t.Tag()
	}
	if d, ok := named.(reference.Digested); ok {
		r.Digest = d.Digest().String()
	}
	return r, nil
}

var digestForm = regexp.MustCompile(`@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):[0-9a-fA-F]{32,}$`)

func foreignDigest(s string) (algorithm string, found bool) {
	m := digestForm.FindStringSubmatch(s)
	if m == nil || m[1] == digest.SHA256.String() {
		return "", false
	}
	return m[1], true
}

// reason turns the library's errors into the words of a message.
func reason(s string, err error) error {
	switch {
	case strings.TrimSpace(s) == "":
		return errors.New("it is empty")
	case strings.TrimSpace(s) != s:
		return errors.New("it has white space around it")
	case strings.Contains(err.Error(), "lowercase"):
		return errors.New("the repository name must be lower case")
	case errors.Is(err, digest.ErrDigestInvalidLength):
		return errors.New("a sha256 digest has 64 hexadecimal digits")
	case errors.Is(err, reference.ErrNameTooLong):
		return errors.New("the repository name is longer than 255 characters")
	case strings.Contains(err.Error(), "64-byte hexadecimal"):
		return errors.New("64 hexadecimal digits are an image id, not a name")
	}
	return errors.New("it is not of the form [host/]name[:tag][@sha256:digest]")
}

// canonicalHost gives Docker Hub's host names the one that people write. Without dot and
// port only a capital letter makes a word a host: Acme/app is not acme/app of Docker Hub.
func canonicalHost(host string) string {
	if !strings.ContainsAny(host, ".:") {
		return host
	}
	switch host = strings.ToLower(host); host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		return "docker.io"
	}
	return host
}

// Name is the full name without tag and digest: docker.io/library/nginx.
func (r Reference) Name() string { return r.Host + "/" + r.Path }

// Familiar is the name as people write it: nginx for docker.io/library/nginx.
func (r Reference) Familiar() string {
	if r.Host != "docker.io" {
		return r.Name()
	}
	return strings.TrimPrefix(r.Path, "library/")
}

// At is the reference by a digest, without a tag.
func (r Reference) At(digest string) string { return r.Name() + "@" + digest }

// String is the full reference with the parts that are known.
func (r Reference) String() string {
	s := r.Name()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// TagOrLatest is the tag that an engine pulls.
func (r Reference) TagOrLatest() string {
	if r.Tag == "" {
		return "latest"
	}
	return r.Tag
}

var release = regexp.MustCompile(`^v?\d+\.\d+\.\d+`)

// Release tells whether the tag looks like a release, which publishers do not move:
// 1.2.3, v1.2.3, 1.2.3-alpine.
func (r Reference) Release() bool { return release.MatchString(r.Tag) }

// Versioned tells whether the tag names a version at all; latest, stable and alpine
// name none.
func (r Reference) Versioned() bool { return strings.ContainsAny(r.Tag, "0123456789") }
