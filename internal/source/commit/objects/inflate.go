package objects

import (
	"bufio"
	"compress/zlib"
	"fmt"
	"io"
	"sync"
)

// streams are readers that are used again: one takes about 40 kilobytes.
type streams struct{ inflaters, buffers sync.Pool }

func (s *streams) buffered(r io.Reader) *bufio.Reader {
	if b, ok := s.buffers.Get().(*bufio.Reader); ok {
		b.Reset(r)
		return b
	}
	return bufio.NewReaderSize(r, 8<<10)
}

func (s *streams) release(b *bufio.Reader) {
	b.Reset(nil)
	s.buffers.Put(b)
}

// inflated hands on what a compressed stream holds.
func (s *streams) inflated(r io.Reader, use func(io.Reader) error) error {
	b := s.buffered(r)
	defer s.release(b)
	return s.inflatedFrom(b, use)
}

func (s *streams) inflatedFrom(b *bufio.Reader, use func(io.Reader) error) error {
	z, err := s.inflater(b)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, orCut(err))
	}
	defer s.inflaters.Put(z)
	return use(z)
}

func (s *streams) inflater(b *bufio.Reader) (io.Reader, error) {
	if z, ok := s.inflaters.Get().(io.Reader); ok {
		return z, z.(zlib.Resetter).Reset(b, nil)
	}
	return zlib.NewReader(b)
}
