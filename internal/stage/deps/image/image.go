// Package image reads container images: from registries, a container engine, archives
// and OCI layouts. It lists the packages of their systems and applications without
// running or unpacking anything; every layer is hashed and counts against bounds.
package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Limits of one image. The largest public images have about 30 GB and 128 layers.
const (
	maxLayers       = 512
	maxCompressed   = 16 << 30
	maxUncompressed = 40 << 30
	maxEntries      = 4_000_000
)

// ErrAbsent marks an image that a source does not have; another one may.
var ErrAbsent = errors.New("not there")

// Source is a place that holds images.
type Source interface {
	// Name says which place it is, for messages.
	Name() string
	// Find returns the image; ErrAbsent when the place does not have it.
	Find(ctx context.Context, ref reference.Reference) (*Image, error)
}

// Image is an image whose layers can be read.
type Image struct {
	// Digest is the manifest's, or the configuration's where there is no manifest. It is
	// the identity under which an image is judged once.
	Digest string
	// Index is the digest of the index that led to the manifest, empty without one.
	Index string
	// From is the source that had it.
	From string
	// Base is the name of the base image, when the manifest says.
	Base string
	// Config is its configuration.
	Config *v1.ConfigFile
	// Layers in the order in which they are laid over each other.
	Layers []Layer

	close func()
}

// Layer is one layer.
type Layer struct {
	// DiffID is the digest of the uncompressed content: sha256:<hex>.
	DiffID string
	// CreatedBy is the instruction that made it, when the history says.
	CreatedBy string
	// Base is true for layers of the base image.
	Base bool
	// Open reads the uncompressed content, which may not have the digest.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Close gives back what the source holds for the image.
func (i *Image) Close() {
	if i.close != nil {
		i.close()
	}
}

// newImage joins a configuration with the layers of a manifest.
func newImage(digest string, config *v1.ConfigFile, open func(i int, diff v1.Hash) func(context.Context) (io.ReadCloser, error), layers int) (*Image, error) {
	diffs := config.RootFS.DiffIDs
	switch {
	case len(diffs) != layers:
		return nil, fmt.Errorf("its manifest has %d layers, its configuration %d", layers, len(diffs))
	case layers > maxLayers:
		return nil, fmt.Errorf("it has %d layers, the limit is %d", layers, maxLayers)
	}
	img := &Image{Digest: digest, Config: config}
	for i, d := range diffs {
		if d.Algorithm != "sha256" {
			return nil, fmt.Errorf("layer %d has the digest %.80q, which is not sha256", i+1, d.String())
		}
		img.Layers = append(img.Layers, Layer{DiffID: d.String(), Open: open(i, d)})
	}
	img.describe()
	return img, nil
}

// describe adds what the history knows: who made each layer, and where the base ends.
func (i *Image) describe() {
	var made []v1.History
	base, end := 0, guessBase(i.Config.History)
	for n, h := range i.Config.History {
		if h.EmptyLayer {
			continue
		}
		if made = append(made, h); n <= end {
			base = len(made)
		}
	}
	if len(made) != len(i.Layers) {
		return // a history that does not fit says nothing
	}
	for n, h := range made {
		i.Layers[n].CreatedBy = strings.TrimPrefix(strings.TrimPrefix(h.CreatedBy, "/bin/sh -c "), "#(nop) ")
		i.Layers[n].Base = n < base
	}
}

// guessBase returns the index in the history where the base image ends, -1 when it
// cannot be told. A base image usually ends with the command that it would run; the
// empty instructions at the very end are the image's own.
func guessBase(history []v1.History) int {
	end := len(history)
	for end > 0 && history[end-1].EmptyLayer {
		end--
	}
	for n := end - 1; n >= 0; n-- {
		h := history[n]
		if h.EmptyLayer && (strings.HasPrefix(h.CreatedBy, "/bin/sh -c #(nop)  CMD") || strings.HasPrefix(h.CreatedBy, "CMD")) {
			return n
		}
	}
	return -1
}

// BasedOn tells whether the image lies over all layers of the other, and marks them.
func (i *Image) BasedOn(other *Image) bool {
	if len(other.Layers) == 0 || len(other.Layers) >= len(i.Layers) {
		return false
	}
	for n := range other.Layers {
		if other.Layers[n].DiffID != i.Layers[n].DiffID {
			return false
		}
	}
	for n := range i.Layers {
		i.Layers[n].Base = n < len(other.Layers)
	}
	return true
}
