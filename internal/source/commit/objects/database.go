// Package objects reads git's object database: loose objects and packs, of SHA-1 and
// SHA-256. The database is hostile. Nothing of it is believed but content that has the
// id that was asked for, every size is bounded, and no configuration is read: what git
// would replace, graft, fetch or run has no say here.
package objects

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Errors that callers tell apart.
var (
	// ErrMissing marks an object that the database does not have.
	ErrMissing = errors.New("the object is not in the clone")
	// ErrCorrupt marks an object that cannot be read, or whose content has another id.
	ErrCorrupt = errors.New("the object is damaged")
	// ErrTooLarge marks what is not read because of its size.
	ErrTooLarge = errors.New("too large to be read")
)

// Limits of one object, of one that is made of changes and so is held in memory, and of
// all that a database reads in its life. A look at an object costs something too, however
// small it is: a chain of changes is one look for each.
const (
	maxObject = 256 << 20
	maxMade   = 128 << 20
	maxTotal  = 8 << 30
	lookCost  = 2 << 10
)

// Kind is what an object is.
type Kind byte

// The kinds of objects.
const (
	Commit Kind = 1 + iota
	Tree
	Blob
	Tag
)

// names are the kinds in objects' headers.
var names = [...]string{Commit: "commit", Tree: "tree", Blob: "blob", Tag: "tag"}

func (k Kind) String() string { return names[k] }

// Database is an object database with those that it borrows from. It is safe for
// concurrent use, and holds nothing open.
type Database struct {
	dirs []string
	// gone are alternates that are not there, for messages.
	gone []string
	once sync.Once
	// packs of all directories, and what is wrong with those that cannot be used.
	packs  []*pack
	broken []error
	// last is the pack that had the last object.
	last  atomic.Int32
	whole *cache[string, item]
	bases *cache[place, item]
	// total is what was read of at most so much.
	total atomic.Int64
	most  int64
	streams
}

// place is where an object stands.
type place struct {
	pack *pack
	at   int64
}

// Bounds of what is kept in memory.
const (
	wholeBytes = 16 << 20
	baseBytes  = 32 << 20
)

// Open opens the database in a directory named objects.
func Open(dir string) *Database {
	d := &Database{whole: newCache[string, item](wholeBytes), bases: newCache[place, item](baseBytes), most: maxTotal}
	d.dirs, d.gone = alternates(dir)
	return d
}

// Read returns the kind of an object and its first bytes, at most limit. All of it is
// read: its content must have the id.
func (d *Database) Read(id string, limit int64) (Kind, []byte, error) {
	if i, ok := d.whole.get(id); ok {
		return i.kind, slices.Clone(i.data[:min(int64(len(i.data)), limit)]), nil
	}
	i, err := d.read(id, limit)
	if err != nil {
		return 0, nil, fmt.Errorf("read object %s: %w", id, err)
	}
	if int64(len(i.data)) == i.size {
		d.whole.put(id, i, len(i.data))
	}
	return i.kind, slices.Clone(i.data), nil
}

// Size is the size of an object's content, as its header says: nothing else is read.
func (d *Database) Size(id string) (int64, error) {
	if i, ok := d.whole.get(id); ok {
		return int64(len(i.data)), nil
	}
	n, err := d.size(id)
	if err != nil {
		return 0, fmt.Errorf("read object %s: %w", id, err)
	}
	return n, nil
}

// item is an object, or its first bytes.
type item struct {
	kind Kind
	size int64
	data []byte
}

// read tries every copy of an object: one may be damaged.
func (d *Database) read(id string, limit int64) (i item, err error) {
	sum, err := parse(id)
	if err != nil {
		return i, err
	}
	err = d.each(sum, func(c copied) error {
		i, err = c.read(sum, limit)
		return err
	})
	return i, err
}

func (d *Database) size(id string) (n int64, err error) {
	sum, err := parse(id)
	if err != nil {
		return 0, err
	}
	err = d.each(sum, func(c copied) error {
		n, err = c.size()
		return err
	})
	return n, err
}

// copied is one copy of an object.
type copied interface {
	read(sum []byte, limit int64) (item, error)
	size() (int64, error)
}

// each looks at the copies of an object until one is in order.
func (d *Database) each(sum []byte, look func(copied) error) error {
	d.once.Do(d.load)
	var bad error
	try := func(c copied) bool {
		err := look(c)
		if err != nil && !errors.Is(err, ErrMissing) && bad == nil {
			bad = err
		}
		return err == nil
	}
	for n := range d.packs {
		// What was found last is where more is found.
		i := (n + int(d.last.Load())) % len(d.packs)
		at, ok, err := d.packs[i].find(sum)
		if err != nil && bad == nil {
			bad = err
		}
		if ok && try(packed{d, d.packs[i], at}) {
			d.last.Store(int32(i))
			return nil
		}
	}
	for _, dir := range d.dirs {
		if try(loose{d, dir, sum}) {
			return nil
		}
	}
	if bad != nil {
		return bad
	}
	return d.missing()
}

// missing says what the reason may be.
func (d *Database) missing() error {
	switch {
	case len(d.broken) > 0:
		return fmt.Errorf("%w, or in a pack that cannot be read: %w", ErrMissing, d.broken[0])
	case len(d.gone) > 0:
		return fmt.Errorf("%w, nor in %q, which it borrows from and which is not there", ErrMissing, d.gone[0])
	}
	return ErrMissing
}

// spend counts what is read, which must come to an end.
func (d *Database) spend(n int64) error {
	if n > maxObject {
		return fmt.Errorf("%w: %d bytes of at most %d", ErrTooLarge, n, maxObject)
	}
	if d.total.Add(n+lookCost) > d.most {
		return fmt.Errorf("%w: more than %d bytes in all", ErrTooLarge, d.most)
	}
	return nil
}

// spendMade counts what is held in memory, be it a base, a change or what comes out.
func (d *Database) spendMade(n int64) error {
	if n > maxMade {
		return fmt.Errorf("%w: %d bytes of at most %d of what is stored as changes", ErrTooLarge, n, maxMade)
	}
	return d.spend(n)
}
