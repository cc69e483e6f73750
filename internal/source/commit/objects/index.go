package objects

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// pack is a file of objects with its index.
type pack struct {
	file string
	// hash is the length of ids in bytes.
	hash   int
	fanout [256]uint32
	// index is the file with ids and offsets: in version 1 side by side behind the table,
	// in version 2 in tables of their own.
	index io.ReaderAt
	size  int64
	first bool
}

// onDisk opens a file for each look.
type onDisk string

func (o onDisk) ReadAt(data []byte, at int64) (int, error) {
	f, _, err := regular(string(o))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(data, at)
}

var errIndex = errors.New("it is no index of version 1 or 2, or is cut off")

// magic begins an index of version 2. In version 1 the table comes at once, and cannot
// begin so.
const magic = "\xfftOc\x00\x00\x00\x02"

// head reads the table of how many ids begin with up to a byte.
func (p *pack) head() error {
	var data [len(magic) + tableSize]byte
	if _, err := p.index.ReadAt(data[:], 0); err != nil {
		return errIndex
	}
	table, marked := bytes.CutPrefix(data[:], []byte(magic))
	p.first = !marked
	last := uint32(0)
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(table[4*i:])
		if p.fanout[i] < last {
			return errIndex
		}
		last = p.fanout[i]
	}
	if p.large() > p.size-2*int64(p.hash) {
		return errIndex
	}
	return nil
}

// tableSize is that of the table of numbers.
const tableSize = 4 * 256

// count is the number of objects.
func (p *pack) count() int64 { return int64(p.fanout[255]) }

// idAt is where the id of an object stands.
func (p *pack) idAt(i int64) int64 {
	if p.first {
		return tableSize + i*int64(p.hash+4) + 4
	}
	return int64(len(magic)) + tableSize + i*int64(p.hash)
}

// offsetAt is where that of an object stands: in version 1 before its id, in version 2
// behind all ids and checksums.
func (p *pack) offsetAt(i int64) int64 {
	if p.first {
		return p.idAt(i) - 4
	}
	return p.idAt(p.count()) + p.count()*4 + i*4
}

// large is where the table of large offsets begins, which version 1 does not have.
func (p *pack) large() int64 { return p.offsetAt(p.count()) }

// find looks an id up.
func (p *pack) find(sum []byte) (at int64, ok bool, err error) {
	if len(sum) != p.hash {
		return 0, false, nil
	}
	i, err := p.search(sum)
	if err != nil {
		return 0, false, err
	}
	got, err := p.id(i)
	if err != nil || !bytes.Equal(got, sum) {
		return 0, false, err
	}
	at, err = p.offset(i)
	return at, err == nil, err
}

// search is the index of the first id that is not below the beginning of one.
func (p *pack) search(start []byte) (int64, error) {
	low, high := int64(0), int64(p.fanout[start[0]])
	if start[0] > 0 {
		low = int64(p.fanout[start[0]-1])
	}
	for low < high {
		middle := (low + high) / 2
		got, err := p.id(middle)
		if err != nil {
			return 0, err
		}
		if bytes.Compare(got, start) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

func (p *pack) id(i int64) ([]byte, error) {
	if i >= p.count() {
		return nil, nil
	}
	sum := make([]byte, p.hash)
	_, err := p.index.ReadAt(sum, p.idAt(i))
	return sum, err
}

// offset is where the object begins in the pack.
func (p *pack) offset(i int64) (int64, error) {
	n, err := p.number(p.offsetAt(i), 4)
	if err != nil || n < 1<<31 || p.first {
		return n, err
	}
	at := p.large() + (n-1<<31)*8
	if at+8 > p.size-2*int64(p.hash) {
		return 0, errIndex
	}
	return p.number(at, 8)
}

func (p *pack) number(at int64, size int) (int64, error) {
	var data [8]byte
	_, err := p.index.ReadAt(data[8-size:], at)
	return int64(binary.BigEndian.Uint64(data[:])), err
}
