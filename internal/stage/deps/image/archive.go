package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// The annotations by which OCI layouts name their images; the second is containerd's.
var refNames = [...]string{"io.containerd.image.name", "org.opencontainers.image.ref.name"}

// archive is a docker save archive or an OCI layout.
type archive struct {
	path     string
	platform Platform
}

// Archive is the source of the images in a file that docker save wrote, or in an OCI
// layout: a directory.
func Archive(path string, p Platform) Source { return archive{path, p} }

// Name implements Source.
func (a archive) Name() string { return a.path }

// Find implements Source.
func (a archive) Find(_ context.Context, ref reference.Reference) (*Image, error) {
	info, err := os.Stat(a.path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read image archive: %w", err)
	case info.IsDir():
		return a.inLayout(ref)
	}
	return a.inTarball(ref)
}

func (a archive) open() (io.ReadCloser, error) { return os.Open(a.path) }

func (a archive) inTarball(ref reference.Reference) (*Image, error) {
	manifest, err := tarball.LoadManifest(a.open)
	if err != nil {
		return nil, fmt.Errorf("read image archive %s: it has no manifest.json of docker save: %w", a.path, err)
	}
	for _, d := range manifest {
		if !slices.ContainsFunc(d.RepoTags, func(tag string) bool { return same(tag, ref) }) {
			continue
		}
		tag, err := name.NewTag(d.RepoTags[0])
		if err != nil {
			return nil, fmt.Errorf("read image archive %s: %w", a.path, err)
		}
		return a.load(&tag)
	}
	return nil, ErrAbsent
}

// only returns the one image of an archive.
func (a archive) only() (*Image, error) { return a.load(nil) }

func (a archive) load(tag *name.Tag) (*Image, error) {
	img, err := tarball.Image(a.open, tag)
	if err != nil {
		return nil, fmt.Errorf("read image archive %s: %w", a.path, err)
	}
	return a.image(img)
}

// same tells whether the name in an archive means the reference. A reference with a
// digest is never found by its tag alone: the archive may hold what the tag was once.
func same(written string, ref reference.Reference) bool {
	r, err := reference.Parse(written)
	if err != nil || r.Name() != ref.Name() {
		return false
	}
	if ref.Digest != "" {
		return r.Digest == ref.Digest
	}
	return r.TagOrLatest() == ref.TagOrLatest()
}

func (a archive) inLayout(ref reference.Reference) (*Image, error) {
	index, err := layout.ImageIndexFromPath(a.path)
	if err != nil {
		return nil, fmt.Errorf("read OCI layout %s: %w", a.path, err)
	}
	list, err := index.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read OCI layout %s: %w", a.path, err)
	}
	for _, d := range list.Manifests {
		if a.names(d, ref) {
			img, want, err := a.resolve(index, d)
			if err == nil {
				err = checkDigests(img, want)
			}
			if err != nil {
				return nil, fmt.Errorf("read OCI layout %s: %w", a.path, err)
			}
			return a.image(img)
		}
	}
	return nil, ErrAbsent
}

// names tells whether an entry of a layout is what the reference means.
func (a archive) names(d v1.Descriptor, ref reference.Reference) bool {
	if ref.Digest != "" {
		return d.Digest.String() == ref.Digest
	}
	for _, key := range refNames {
		if n := d.Annotations[key]; n != "" && same(n, ref) {
			return true
		}
	}
	return false
}

// resolve follows an entry that is an index to the platform's image.
func (a archive) resolve(index v1.ImageIndex, d v1.Descriptor) (v1.Image, v1.Hash, error) {
	if !d.MediaType.IsIndex() {
		img, err := index.Image(d.Digest)
		return img, d.Digest, err
	}
	inner, err := index.ImageIndex(d.Digest)
	if err != nil {
		return nil, v1.Hash{}, err
	}
	if raw, err := inner.RawManifest(); err != nil || hashOf(raw) != d.Digest {
		return nil, v1.Hash{}, errors.Join(err, fmt.Errorf("the content of %s has another digest", d.Digest))
	}
	list, err := inner.IndexManifest()
	if err != nil {
		return nil, v1.Hash{}, err
	}
	for _, m := range list.Manifests {
		if m.Platform != nil && m.Platform.OS == a.platform.OS && m.Platform.Architecture == a.platform.Architecture {
			img, err := inner.Image(m.Digest)
			return img, m.Digest, err
		}
	}
	return nil, v1.Hash{}, fmt.Errorf("its index has no image for %s: set deps.platform", a.platform)
}

// checkDigests hashes what leads from the digest of an image to those of its layers; a
// layout is a directory that anybody may have changed.
func checkDigests(img v1.Image, want v1.Hash) error {
	raw, err := img.RawManifest()
	if err != nil {
		return err
	}
	if hashOf(raw) != want {
		return fmt.Errorf("the content of %s has another digest", want)
	}
	manifest, err := img.Manifest()
	if err != nil {
		return err
	}
	if raw, err = img.RawConfigFile(); err != nil {
		return err
	}
	if hashOf(raw) != manifest.Config.Digest {
		return fmt.Errorf("the content of %s has another digest", manifest.Config.Digest)
	}
	return nil
}

func hashOf(raw []byte) v1.Hash {
	sum := sha256.Sum256(raw)
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}
}

// image reads what all forms have in common.
func (a archive) image(img v1.Image) (*Image, error) {
	config, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read image archive %s: %w", a.path, err)
	}
	digest, err := img.ConfigName()
	if err != nil {
		return nil, fmt.Errorf("read image archive %s: %w", a.path, err)
	}
	layers, err := img.Layers()
	if err != nil {
		return nil, fmt.Errorf("read image archive %s: %w", a.path, err)
	}
	out, err := newImage(digest.String(), config, func(i int, _ v1.Hash) func(context.Context) (io.ReadCloser, error) {
		return func(context.Context) (io.ReadCloser, error) { return layers[i].Uncompressed() }
	}, len(layers))
	if err != nil {
		return nil, fmt.Errorf("read image archive %s: %w", a.path, err)
	}
	out.From = filepath.Base(a.path)
	return out, nil
}
