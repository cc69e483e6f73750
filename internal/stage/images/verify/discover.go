package verify

import (
	"context"
	"fmt"
	"strings"

	"github.com/stella-ops/assure/internal/stage/images/reference"
	"github.com/stella-ops/assure/internal/stage/images/registry"
)

// Limits of what hangs on one image.
const (
	maxLayers = 100
	// maxBytes is how much is read about one image, all signatures together.
	maxBytes = 64 << 20
)

// The media types of layers that hold signatures.
const (
	typeSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json"
	typeStatement     = "application/vnd.dsse.envelope.v1+json"
	typeBundle        = "application/vnd.dev.sigstore.bundle"
	typeNotation      = "application/jose+json"
	typeNotationCOSE  = "application/cose"
)

// Registry is what discovery asks.
type Registry interface {
	Manifest(ctx context.Context, ref reference.Reference, at string) (registry.Manifest, error)
	Referrers(ctx context.Context, ref reference.Reference, digest string) ([]registry.Descriptor, error)
	Blob(ctx context.Context, ref reference.Reference, d registry.Descriptor) ([]byte, error)
}

// Found is everything that hangs on an image and looks like a signature.
type Found struct {
	// Items are the signatures, well-formed or not, in the registry's order.
	Items []Item
	// Statements are the signed statements that are not signatures of the image.
	Statements []Item
	// Foreign counts signatures of other tools, which cosign's keys cannot check.
	Foreign int
	// Unread are the reasons why something could not be read. As long as there is
	// one, an image without a signature is not known to be unsigned.
	Unread []error
}

// discovery collects Found within its budget.
type discovery struct {
	registry Registry
	ref      reference.Reference
	left     int64
	found    Found
}

// Discover reads the signatures of a digest in both formats, and the statements of the
// older one only when they are asked for.
func Discover(ctx context.Context, r Registry, ref reference.Reference, digest string, statements bool) Found {
	d := &discovery{registry: r, ref: ref, left: maxBytes}
	tag := strings.Replace(digest, ":", "-", 1)
	d.manifest(ctx, tag+".sig")
	if statements {
		d.manifest(ctx, tag+".att")
	}
	referrers, err := r.Referrers(ctx, ref, digest)
	d.unread(err)
	for _, desc := range referrers {
		d.manifest(ctx, desc.Digest)
	}
	return d.found
}

func (d *discovery) unread(err error) {
	if err != nil {
		d.found.Unread = append(d.found.Unread, err)
	}
}

// manifest reads one artifact. Only the media types of its layers say what it is: the
// descriptors of some registries do not.
func (d *discovery) manifest(ctx context.Context, at string) {
	m, err := d.registry.Manifest(ctx, d.ref, at)
	missing := registry.Is(err, registry.Absent) || registry.Is(err, registry.Unknown)
	if missing && !strings.HasPrefix(at, "sha256:") {
		return
	}
	if err == nil && len(m.Layers) > maxLayers {
		err = fmt.Errorf("it lists more than %d signatures in one manifest", maxLayers)
	}
	if err != nil {
		d.unread(err)
		return
	}
	for _, layer := range m.Layers {
		d.layer(ctx, layer)
	}
}

func (d *discovery) layer(ctx context.Context, layer registry.Descriptor) {
	switch {
	case layer.MediaType == typeNotation, layer.MediaType == typeNotationCOSE:
		d.found.Foreign++
	case layer.MediaType == typeSimpleSigning:
		if payload, ok := d.blob(ctx, layer); ok {
			d.found.Items = append(d.found.Items, parseLegacy(layer, payload))
		}
	case layer.MediaType == typeStatement:
		if data, ok := d.blob(ctx, layer); ok {
			d.found.Statements = append(d.found.Statements, parseStatement(layer, data))
		}
	case strings.HasPrefix(layer.MediaType, typeBundle):
		if data, ok := d.blob(ctx, layer); ok {
			d.bundle(parseBundle(layer, data))
		}
	}
}

func (d *discovery) bundle(it Item) {
	if it.malformed == nil && it.predicate != PredicateSignature {
		d.found.Statements = append(d.found.Statements, it)
		return
	}
	d.found.Items = append(d.found.Items, it)
}

func (d *discovery) blob(ctx context.Context, layer registry.Descriptor) ([]byte, bool) {
	if d.left <= 0 || layer.Size > d.left {
		d.unread(fmt.Errorf("its signatures are larger than %d MiB together", maxBytes>>20))
		return nil, false
	}
	data, err := d.registry.Blob(ctx, d.ref, layer)
	d.left -= int64(len(data))
	d.unread(err)
	return data, err == nil
}
