package commit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

// BlobFunc is a function that reads blobs.
type BlobFunc func(id string, limit int64) ([]byte, error)

// Blob returns the first bytes of a blob, at most limit.
func (f BlobFunc) Blob(id string, limit int64) ([]byte, error) { return f(id, limit) }

// Chain asks one source after another for blobs that those before do not have. Any other
// error is final. Sources that are nil are left out.
func Chain(sources ...Blobs) Blobs {
	return chain(slices.DeleteFunc(slices.Clone(sources), func(b Blobs) bool { return b == nil }))
}

type chain []Blobs

func (c chain) Blob(id string, limit int64) ([]byte, error) {
	err := fmt.Errorf("read object %s: %w", id, ErrMissing)
	for _, b := range c {
		data, next := b.Blob(id, limit)
		if next == nil || !errors.Is(next, ErrMissing) {
			return data, next
		}
		err = next
	}
	return nil, err
}

// Size asks those that know sizes without reading.
func (c chain) Size(id string) (int64, error) {
	for _, b := range c {
		if s, ok := b.(sizer); ok {
			if n, err := s.Size(id); err == nil {
				return n, nil
			}
		}
	}
	return 0, ErrMissing
}

// Reader reads the first bytes of a file.
type Reader interface {
	Head(name string, limit int64) ([]byte, error)
}

// WorkTree finds blobs among the files of a work tree: those with the name of an entry
// that has the id, and with the content that the id stands for.
func WorkTree(tree Reader, entries []Entry) Blobs {
	w := workTree{tree, map[string][]string{}}
	for _, e := range entries {
		if e.Mode == 0 && len(w.names[e.ID]) < maxNamesOfBlob {
			w.names[e.ID] = append(w.names[e.ID], e.Name)
		}
	}
	return w
}

// maxNamesOfBlob is how many files are looked at for one blob.
const maxNamesOfBlob = 8

type workTree struct {
	tree  Reader
	names map[string][]string
}

func (w workTree) Blob(id string, limit int64) ([]byte, error) {
	for _, name := range w.names[id] {
		data, err := w.tree.Head(name, maxBlob+1)
		if err == nil && len(data) <= maxBlob && objects.Matches(id, data) {
			return data[:min(int64(len(data)), limit)], nil
		}
	}
	return nil, fmt.Errorf("read object %s: %w", id, ErrMissing)
}

// Verified refuses content that does not have its id, and keeps what was read last: it is
// for sources that are far away and asked over and over. A blob above 64 MiB is refused.
func Verified(b Blobs) Blobs { return verified{b, objects.NewCache[string, []byte](maxKept)} }

// maxKept bounds what is kept of a source that is far away.
const maxKept = 32 << 20

type verified struct {
	from Blobs
	kept *objects.Cache[string, []byte]
}

func (v verified) Blob(id string, limit int64) ([]byte, error) {
	data, ok := v.kept.Get(id)
	if !ok {
		var err error
		if data, err = v.from.Blob(id, maxBlob+1); err != nil {
			return nil, err
		}
		switch {
		case len(data) > maxBlob:
			return nil, fmt.Errorf("read object %s: %w", id, objects.ErrTooLarge)
		case !objects.Matches(id, data):
			return nil, fmt.Errorf("read object %s: %w", id, objects.ErrCorrupt)
		}
		v.kept.Put(id, data, len(data))
	}
	return slices.Clone(data[:min(int64(len(data)), limit)]), nil
}
