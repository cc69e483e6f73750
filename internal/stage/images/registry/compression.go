package registry

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Decompress reads a layer in any of the three forms that registries serve. Which one
// it is shows in its first bytes; media types are wrong too often.
func Decompress(rc io.ReadCloser) (io.ReadCloser, error) {
	r := bufio.NewReaderSize(rc, 64<<10)
	magic, err := r.Peek(4)
	if err != nil && len(magic) == 0 {
		rc.Close()
		return nil, fmt.Errorf("read layer: %w", err)
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		zr, err := gzip.NewReader(r)
		if err != nil {
			rc.Close()
			return nil, fmt.Errorf("read layer: %w", err)
		}
		return readCloser{zr, rc.Close}, nil
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		zr, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			rc.Close()
			return nil, fmt.Errorf("read layer: %w", err)
		}
		return readCloser{zr, func() error { zr.Close(); return rc.Close() }}, nil
	}
	return readCloser{r, rc.Close}, nil
}

// readCloser closes what lies below the reader.
type readCloser struct {
	io.Reader
	close func() error
}

func (r readCloser) Close() error { return r.close() }
