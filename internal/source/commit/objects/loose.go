package objects

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// maxHeader is above the header of every object.
const maxHeader = 32

// loose is an object in a file of its own.
type loose struct {
	db  *Database
	dir string
	sum []byte
}

func (l loose) read(sum []byte, limit int64) (i item, err error) {
	err = l.open(func(kind Kind, size int64, r io.Reader) error {
		if err := l.db.spend(size); err != nil {
			return err
		}
		i.kind, i.size = kind, size
		i.data, err = whole(r, sum, kind, size, limit)
		return err
	})
	return i, err
}

func (l loose) size() (n int64, err error) {
	err = l.open(func(_ Kind, size int64, _ io.Reader) error {
		n = size
		return nil
	})
	return n, err
}

// open reads the header and hands on the rest.
func (l loose) open(use func(Kind, int64, io.Reader) error) error {
	name := hex.EncodeToString(l.sum)
	f, _, err := regular(filepath.Join(l.dir, name[:2], name[2:]))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrMissing
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return l.db.inflated(f, func(r io.Reader) error {
		b := l.db.buffered(r)
		defer l.db.release(b)
		text, err := b.Peek(maxHeader)
		end := bytes.IndexByte(text, 0)
		if end < 0 {
			return fmt.Errorf("%w: it has no header: %w", ErrCorrupt, orCut(err))
		}
		kind, size, err := header(text[:end])
		if err != nil {
			return err
		}
		if _, err := b.Discard(end + 1); err != nil {
			return err
		}
		return use(kind, size, b)
	})
}

// whole reads all of an object, keeps its first bytes, and checks its id.
func whole(r io.Reader, sum []byte, kind Kind, size, limit int64) ([]byte, error) {
	kept, err := exactly(r, min(size, limit))
	if err != nil {
		return nil, err
	}
	h := hasher(len(sum), kind, size)
	h.Write(kept)
	if _, err := io.CopyN(h, r, size-int64(len(kept))); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, orCut(err))
	}
	return kept, same(sum, h)
}

// exactly reads so many bytes. A size that is a lie takes little memory.
func exactly(r io.Reader, size int64) ([]byte, error) {
	data := make([]byte, min(size, 1<<20))
	n, err := io.ReadFull(r, data)
	if err == nil && int64(n) < size {
		b := bytes.NewBuffer(data)
		_, err = io.CopyN(b, r, size-int64(n))
		data = b.Bytes()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, orCut(err))
	}
	return data, nil
}

var errCut = errors.New("it is cut off")

func orCut(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, bufio.ErrBufferFull) {
		return errCut
	}
	return err
}
