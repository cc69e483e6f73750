package objects

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxChain is above the depth that git gives a chain of deltas.
const maxChain = 4096

// Kinds of a pack's entries that are changes of another one: by offset, or by id.
const (
	byOffset Kind = 6
	byID     Kind = 7
)

// packed is an object in a pack.
type packed struct {
	db   *Database
	pack *pack
	at   int64
}

// entry is the head of an object in a pack.
type entry struct {
	kind Kind
	size int64
	// base is what a delta changes: an offset, or an id.
	base   int64
	baseID []byte
}

// open reads the head of the entry, and hands on the content.
func (p packed) open(use func(entry, io.Reader) error) error {
	f, size, err := regular(p.pack.file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	defer f.Close()
	if p.at < 12 || p.at >= size {
		return fmt.Errorf("%w: %w", ErrCorrupt, errCut)
	}
	b := p.db.buffered(io.NewSectionReader(f, p.at, size-p.at))
	defer p.db.release(b)
	e, err := p.head(b)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, orCut(err))
	}
	return p.db.inflatedFrom(b, func(r io.Reader) error { return use(e, r) })
}

// head reads the kind and size, and the base of a delta.
func (p packed) head(b *bufio.Reader) (e entry, err error) {
	c, err := b.ReadByte()
	e.kind, e.size = Kind(c>>4&7), int64(c&15)
	for shift := 4; c&0x80 != 0 && err == nil; shift += 7 {
		if c, err = b.ReadByte(); shift > 56 {
			return e, errors.New("its size is no number")
		}
		e.size |= int64(c&0x7f) << shift
	}
	switch {
	case err != nil || e.kind >= Commit && e.kind <= Tag:
	case e.kind == byOffset:
		e.base, err = p.back(b)
	case e.kind == byID:
		e.baseID = make([]byte, p.pack.hash)
		_, err = io.ReadFull(b, e.baseID)
	default:
		err = fmt.Errorf("its kind is %d", e.kind)
	}
	return e, err
}

// back reads how far before this one the base begins.
func (p packed) back(b *bufio.Reader) (int64, error) {
	n := int64(-1)
	for more := true; more; {
		c, err := b.ReadByte()
		if err != nil {
			return 0, err
		}
		if n++; n > p.at>>7+1 {
			return 0, errors.New("its base is outside of the pack")
		}
		n = n<<7 | int64(c&0x7f)
		more = c&0x80 != 0
	}
	if n <= 0 || n > p.at {
		return 0, errors.New("its base is outside of the pack")
	}
	return p.at - n, nil
}

// read makes the object. One that stands as such is not kept longer than it is asked for.
func (p packed) read(sum []byte, limit int64) (i item, err error) {
	err = p.open(func(e entry, r io.Reader) error {
		if e.kind > Tag {
			return errDelta
		}
		if err := p.db.spend(e.size); err != nil {
			return err
		}
		i.kind, i.size = e.kind, e.size
		i.data, err = whole(r, sum, e.kind, e.size, limit)
		return err
	})
	if !errors.Is(err, errDelta) {
		return i, err
	}
	if i, err = p.make(); err == nil {
		err = check(sum, i.kind, i.data)
	}
	i.data = i.data[:min(int64(len(i.data)), limit)]
	return i, err
}

var errDelta = errors.New("it is a change of another object")

// made is an object while it is made of its base and the changes since.
type made struct {
	deltas [][]byte
	places []place
	held   int64
}

// make builds an object from its base and the changes since.
func (p packed) make() (item, error) {
	var m made
	for at := p; ; {
		if base, ok := p.db.bases.get(place{at.pack, at.at}); ok {
			return p.apply(base, m)
		}
		e, data, err := at.content()
		if err != nil {
			return item{}, err
		}
		m.places = append(m.places, place{at.pack, at.at})
		if e.kind <= Tag {
			return p.apply(item{e.kind, e.size, data}, m)
		}
		if err := m.add(data); err != nil {
			return item{}, err
		}
		if at, err = at.below(e); err != nil {
			return item{}, err
		}
	}
}

func (m *made) add(delta []byte) error {
	m.deltas, m.held = append(m.deltas, delta), m.held+int64(len(delta))
	if len(m.deltas) > maxChain || m.held > maxMade {
		return fmt.Errorf("%w: its chain of changes is too long", ErrCorrupt)
	}
	return nil
}

// apply makes the changes, the oldest first, and keeps what comes out.
func (p packed) apply(i item, m made) (item, error) {
	if n := len(m.deltas); n < len(m.places) {
		p.db.bases.put(m.places[n], i, len(i.data))
	}
	for n := len(m.deltas) - 1; n >= 0; n-- {
		data, err := p.change(i.data, m.deltas[n])
		if err != nil {
			return i, err
		}
		i.data, i.size = data, int64(len(data))
		p.db.bases.put(m.places[n], i, len(data))
	}
	return i, nil
}

// change makes one change, which counts by what comes out.
func (p packed) change(base, delta []byte) ([]byte, error) {
	size, err := resulting(delta)
	if err == nil {
		err = p.db.spendMade(size)
	}
	if err != nil {
		return nil, err
	}
	return patch(base, delta)
}

// content is what an entry holds, be it a delta.
func (p packed) content() (e entry, data []byte, err error) {
	err = p.open(func(got entry, r io.Reader) error {
		if err := p.db.spendMade(got.size); err != nil {
			return err
		}
		e = got
		data, err = exactly(r, got.size)
		return err
	})
	return e, data, err
}

// below is the base of a delta, which the same pack holds.
func (p packed) below(e entry) (packed, error) {
	if e.kind == byOffset {
		return packed{p.db, p.pack, e.base}, nil
	}
	at, ok, err := p.pack.find(e.baseID)
	if err == nil && !ok {
		err = fmt.Errorf("%w: its base is not in the pack", ErrCorrupt)
	}
	return packed{p.db, p.pack, at}, err
}

// size is that of what the entry stands for; a delta says it in its first bytes.
func (p packed) size() (n int64, err error) {
	err = p.open(func(e entry, r io.Reader) error {
		if n = e.size; e.kind <= Tag {
			return nil
		}
		var start [2 * maxVarint]byte
		got, err := io.ReadFull(r, start[:])
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%w: %w", ErrCorrupt, orCut(err))
		}
		n, err = resulting(start[:got])
		return err
	})
	return n, err
}
