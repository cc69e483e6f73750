// Package imagestest runs a small image registry in the process and fills it with
// signed images, for tests and demonstrations without a network:
//
//	r, err := imagestest.Start(imagestest.Options{Referrers: true})
//	defer r.Close()
//	key, err := imagestest.NewKey()
//	image, err := r.Push("acme/backend", "1.2.3")
//	err = r.SignBundle(image, key)
//
// The registry answers plain HTTP on a loopback address, so its Host belongs into
// images.insecure-registries.
package imagestest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Options configure a registry.
type Options struct {
	// Referrers serves the referrers API of OCI 1.1; without it clients use the
	// fallback tag, as on ghcr.io.
	Referrers bool
	// Wrap may change what the registry answers; nil changes nothing.
	Wrap func(http.Handler) http.Handler
}

// Registry is a running registry.
type Registry struct {
	// Host is its address with the port: 127.0.0.1:40001.
	Host   string
	server *http.Server
}

// Start runs a registry in memory on a free loopback port.
func Start(o Options) (*Registry, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the registry: %w", err)
	}
	quiet := log.New(io.Discard, "", 0)
	handler := registry.New(registry.Logger(quiet), registry.WithReferrersSupport(o.Referrers))
	if o.Wrap != nil {
		handler = o.Wrap(handler)
	}
	r := &Registry{
		Host:   listener.Addr().String(),
		server: &http.Server{Handler: handler, ErrorLog: quiet, ReadHeaderTimeout: 10 * time.Second},
	}
	go r.server.Serve(listener)
	return r, nil
}

// Close ends the registry and everything in it.
func (r *Registry) Close() { r.server.Close() }

// Push stores a small image with one file and returns its reference with tag and
// digest. The content depends on repository and tag, so different ones differ.
func (r *Registry) Push(repository, tag string) (string, error) {
	image, err := build(repository + ":" + tag)
	if err != nil {
		return "", err
	}
	return r.push(repository, tag, image)
}

// PushLayers stores an image of these layers, of which each is a tar archive.
func (r *Registry) PushLayers(repository, tag string, archives ...[]byte) (string, error) {
	image := v1.Image(empty.Image)
	for _, data := range archives {
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
		if err != nil {
			return "", fmt.Errorf("make layer: %w", err)
		}
		if image, err = mutate.AppendLayers(image, layer); err != nil {
			return "", fmt.Errorf("add layer: %w", err)
		}
	}
	return r.push(repository, tag, image)
}

// PushBuilt stores an image that says when it was built, and by annotations what else.
func (r *Registry) PushBuilt(repository, tag string, created time.Time, annotations map[string]string) (string, error) {
	image, err := build(repository + ":" + tag)
	if err != nil {
		return "", err
	}
	if image, err = mutate.CreatedAt(image, v1.Time{Time: created}); err != nil {
		return "", fmt.Errorf("date image: %w", err)
	}
	return r.push(repository, tag, mutate.Annotations(image, annotations).(v1.Image))
}

func (r *Registry) push(repository, tag string, image v1.Image) (string, error) {
	ref, err := r.tag(repository, tag)
	if err != nil {
		return "", err
	}
	if err := remote.Write(ref, image); err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	return pinned(ref, image)
}

// PushIndex stores an index of one platform's image and returns the references of the
// index and of the image, both with the tag of the index.
func (r *Registry) PushIndex(repository, tag string) (index, image string, err error) {
	img, err := build(repository + ":" + tag)
	if err != nil {
		return "", "", err
	}
	ref, err := r.tag(repository, tag)
	if err != nil {
		return "", "", err
	}
	idx := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{
		Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}},
	})
	if err := remote.WriteIndex(ref, idx); err != nil {
		return "", "", fmt.Errorf("push %s: %w", ref, err)
	}
	if index, err = pinned(ref, idx); err != nil {
		return "", "", err
	}
	image, err = pinned(ref, img)
	return index, image, err
}

func (r *Registry) tag(repository, tag string) (name.Tag, error) {
	return name.NewTag(r.Host+"/"+repository+":"+tag, name.Insecure)
}

// build makes an image of one layer with the file /content.
func build(content string) (v1.Image, error) {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "content", Mode: 0o444, Size: int64(len(content))}); err != nil {
		return nil, fmt.Errorf("write layer: %w", err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		return nil, fmt.Errorf("write layer: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write layer: %w", err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
	})
	if err != nil {
		return nil, fmt.Errorf("read layer: %w", err)
	}
	return mutate.AppendLayers(empty.Image, layer)
}

func pinned(tag name.Tag, of interface{ Digest() (v1.Hash, error) }) (string, error) {
	digest, err := of.Digest()
	if err != nil {
		return "", fmt.Errorf("compute digest: %w", err)
	}
	return tag.Name() + "@" + digest.String(), nil
}

// split returns the digest reference of a reference that Push returned.
func split(image string) (name.Digest, error) {
	named, digest, _ := strings.Cut(image, "@")
	if i := strings.LastIndex(named, ":"); i > strings.LastIndex(named, "/") {
		named = named[:i]
	}
	return name.NewDigest(named+"@"+digest, name.Insecure)
}

// Copy stores the image in another repository, with the same digest.
func (r *Registry) Copy(image, repository, tag string) (string, error) {
	from, err := split(image)
	if err != nil {
		return "", err
	}
	img, err := remote.Image(from)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", from, err)
	}
	to, err := r.tag(repository, tag)
	if err != nil {
		return "", err
	}
	if err := remote.Write(to, img); err != nil {
		return "", fmt.Errorf("push %s: %w", to, err)
	}
	return pinned(to, img)
}

// PushBuildKit stores an index as BuildKit writes it: an image, and an unsigned
// statement about it in a manifest of its own.
func (r *Registry) PushBuildKit(repository, tag string, statement []byte) (string, error) {
	img, err := build(repository + ":" + tag)
	if err != nil {
		return "", err
	}
	claim, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), static.NewLayer(statement, "application/vnd.in-toto+json"))
	if err != nil {
		return "", fmt.Errorf("add statement: %w", err)
	}
	digest, err := img.Digest()
	if err != nil {
		return "", fmt.Errorf("compute digest: %w", err)
	}
	idx := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex),
		mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: claim, Descriptor: v1.Descriptor{
			Platform:    &v1.Platform{OS: "unknown", Architecture: "unknown"},
			Annotations: map[string]string{"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest.String()},
		}})
	ref, err := r.tag(repository, tag)
	if err != nil {
		return "", err
	}
	if err := remote.WriteIndex(ref, idx); err != nil {
		return "", fmt.Errorf("push %s: %w", ref, err)
	}
	return pinned(ref, idx)
}
