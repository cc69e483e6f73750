package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// layerTime is how long one layer may take.
const layerTime = 10 * time.Minute

// The annotations by which builders name the base image.
const baseName = "org.opencontainers.image.base.name"

// registrySource reads images from their registries.
type registrySource struct {
	client   *registry.Client
	platform Platform
}

// Registry is the source of images that their registries serve, asked by the client
// that the image trust stage uses, too.
func Registry(client *registry.Client, p Platform) Source { return registrySource{client, p} }

// IsRegistry tells whether a source asks registries.
func IsRegistry(s Source) bool {
	_, ok := s.(registrySource)
	return ok
}

// Name implements Source.
func (registrySource) Name() string { return "its registry" }

// Find implements Source.
func (s registrySource) Find(ctx context.Context, ref reference.Reference) (*Image, error) {
	m, index, err := s.manifest(ctx, ref)
	if err != nil {
		return nil, absent(err)
	}
	if m.Config.MediaType != string(types.OCIConfigJSON) && m.Config.MediaType != string(types.DockerConfigJSON) {
		return nil, fmt.Errorf("its configuration has the type %.100q: it is no container image", m.Config.MediaType)
	}
	raw, err := s.client.Blob(ctx, ref, m.Config)
	if err != nil {
		return nil, err
	}
	config, err := v1.ParseConfigFile(bytes.NewReader(raw))
	if err != nil {
		return nil, errors.New("its configuration is not the JSON of one")
	}
	img, err := newImage(m.Digest, config, func(i int, _ v1.Hash) func(context.Context) (io.ReadCloser, error) {
		return func(ctx context.Context) (io.ReadCloser, error) { return s.layer(ctx, ref, m.Layers[i]) }
	}, len(m.Layers))
	if err != nil {
		return nil, err
	}
	img.From, img.Base, img.Index = s.Name(), m.Annotations[baseName], index
	return img, nil
}

// absent turns the two kinds of "there is no such image" into ErrAbsent. A refused
// credential is none of them, though registries answer so for what is not there.
func absent(err error) error {
	if registry.Is(err, registry.Absent) || registry.Is(err, registry.Unknown) {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	return err
}

// manifest reads the manifest of the platform's image, and says which index led there.
func (s registrySource) manifest(ctx context.Context, ref reference.Reference) (m registry.Manifest, index string, err error) {
	at := ref.Digest
	if at == "" {
		at = ref.TagOrLatest()
	}
	m, err = s.client.Manifest(ctx, ref, at)
	if err != nil || len(m.Manifests) == 0 {
		return m, "", err
	}
	index = m.Digest
	digest, err := s.platform.choose(m)
	if err != nil {
		return m, index, err
	}
	m, err = s.client.Manifest(ctx, ref, digest)
	if err == nil && len(m.Manifests) > 0 {
		err = errors.New("its index leads to another index")
	}
	return m, index, err
}

func (s registrySource) layer(ctx context.Context, ref reference.Reference, d registry.Descriptor) (io.ReadCloser, error) {
	rc, err := s.client.Stream(ctx, ref, d, maxCompressed, layerTime)
	if err != nil {
		return nil, err
	}
	return registry.Decompress(rc)
}

// Platform is the system whose images are read where an index has several.
type Platform struct{ OS, Architecture, Variant string }

// ParsePlatform reads os/architecture[/variant].
func ParsePlatform(s string) (Platform, error) {
	part := strings.Split(s, "/")
	if len(part) < 2 || len(part) > 3 || part[0] == "" || part[1] == "" {
		return Platform{}, fmt.Errorf("%q is not os/architecture, such as linux/amd64", s)
	}
	p := Platform{OS: part[0], Architecture: part[1]}
	if len(part) == 3 {
		p.Variant = part[2]
	}
	return p, nil
}

// String writes the form that ParsePlatform reads.
func (p Platform) String() string {
	return strings.TrimSuffix(p.OS+"/"+p.Architecture+"/"+p.Variant, "/")
}

func (p Platform) fits(o *registry.Platform) bool {
	return o != nil && o.OS == p.OS && o.Architecture == p.Architecture && (p.Variant == "" || p.Variant == o.Variant)
}

// choose picks the platform's image of an index. The only image of an index is taken
// whatever it is for, because an engine would run it, too.
func (p Platform) choose(m registry.Manifest) (string, error) {
	var others []string
	last := ""
	for _, d := range m.Manifests {
		if p.fits(d.Platform) {
			return d.Digest, nil
		}
		if d.Platform == nil || d.Platform.OS == "unknown" {
			continue // an attestation
		}
		others, last = append(others, d.Platform.OS+"/"+d.Platform.Architecture), d.Digest
	}
	if len(others) == 1 {
		return last, nil
	}
	return "", fmt.Errorf("its index has no image for %s (it has %.200q): set deps.platform", p, strings.Join(others, ", "))
}
