package registry

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/stage/images/reference"
)

// Limits of the layers in which a file is looked for.
const (
	maxImageLayers = 512
	maxLayer       = 2 << 30
	maxUnpacked    = 8 << 30
	layerTime      = 10 * time.Minute
	maxFile        = 64 << 10
)

// ErrNoFile is the answer when an image does not have a file.
var ErrNoFile = errors.New("it has no such file")

// errBelow means that a layer does not decide about the file; those below it may.
var errBelow = errors.New("not in this layer")

// File reads a small file of an image, of an index that of its first platform: from the
// topmost layer that has it or removes it. Those below are not downloaded.
func (c *Client) File(ctx context.Context, ref reference.Reference, digest, name string) ([]byte, error) {
	_, m, err := c.platform(ctx, ref, digest)
	if err != nil {
		return nil, err
	}
	if len(m.Layers) > maxImageLayers {
		return nil, &Error{TooLarge, ref.Host, fmt.Errorf("its image has more than %d layers", maxImageLayers)}
	}
	for _, layer := range slices.Backward(m.Layers) {
		data, err := c.inLayer(ctx, ref, layer, strings.TrimPrefix(path.Clean("/"+name), "/"))
		if !errors.Is(err, errBelow) {
			return data, err
		}
	}
	return nil, ErrNoFile
}

// inLayer looks for the file in one layer. What it says counts when all of its bytes
// have the digest that the manifest promises.
func (c *Client) inLayer(ctx context.Context, ref reference.Reference, d Descriptor, name string) ([]byte, error) {
	rc, err := c.Stream(ctx, ref, d, maxLayer, layerTime)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	raw := io.TeeReader(rc, h)
	plain, err := Decompress(struct {
		io.Reader
		io.Closer
	}{raw, rc})
	if err != nil {
		return nil, &Error{Contradiction, ref.Host, err}
	}
	defer plain.Close()
	data, err := look(tar.NewReader(io.LimitReader(plain, maxUnpacked)), name)
	if _, rest := io.Copy(io.Discard, raw); rest != nil {
		return nil, wrap(ref.Host, rest)
	}
	if sum := "sha256:" + hex.EncodeToString(h.Sum(nil)); sum != d.Digest {
		return nil, &Error{Contradiction, ref.Host, fmt.Errorf("for layer %s it answers with other content", d.Digest)}
	}
	return data, err
}

// look reads all entries, because the last one of a name counts.
func look(tr *tar.Reader, name string) (data []byte, err error) {
	err = errBelow
	for {
		h, next := tr.Next()
		switch {
		case errors.Is(next, io.EOF):
			return data, err
		case next != nil:
			return nil, fmt.Errorf("read layer: %w", next)
		}
		switch entry := strings.TrimPrefix(path.Clean("/"+h.Name), "/"); {
		case entry == name:
			data, err = content(h, tr)
		case errors.Is(err, errBelow) && removes(entry, name):
			err = ErrNoFile
		case strings.HasPrefix(name, entry+"/") && h.Typeflag != tar.TypeDir:
			data, err = nil, fmt.Errorf("its directory %s is a link or a file", entry)
		}
	}
}

// content is that of a regular file; a link may lead into any other layer.
func content(h *tar.Header, r io.Reader) ([]byte, error) {
	switch {
	case h.Typeflag != tar.TypeReg:
		return nil, errors.New("it is no regular file")
	case h.Size > maxFile:
		return nil, fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	return io.ReadAll(r)
}

// removes tells whether an entry hides the file of the layers below: by its own name, by
// that of a directory above it, or by emptying one (OCI image specification, whiteouts).
func removes(entry, name string) bool {
	dir, file := path.Split(entry)
	if file == ".wh..wh..opq" {
		return strings.HasPrefix(name, dir)
	}
	gone, is := strings.CutPrefix(file, ".wh.")
	return is && (name == dir+gone || strings.HasPrefix(name, dir+gone+"/"))
}
