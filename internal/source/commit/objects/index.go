package objects

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of packs. Indexes above the bytes are read where they are.
const (
	maxPacks      = 20_000
	maxIndexBytes = 128 << 20
)

// pack is a file of objects with its index.
type pack struct {
	file string
	// hash is the length of ids in bytes.
	hash   int
	fanout [256]uint32
	// index is the file with ids and offsets.
	index io.ReaderAt
	size  int64
}

// load opens the indexes of all packs.
func (d *Database) load() {
	left := int64(maxIndexBytes)
	for _, dir := range d.dirs {
		for _, name := range indexes(filepath.Join(dir, "pack")) {
			if len(d.packs) == maxPacks {
				d.broken = append(d.broken, fmt.Errorf("%w: more than %d packs", ErrTooLarge, maxPacks))
				return
			}
			p, err := openPack(name, &left)
			if err != nil {
				d.broken = append(d.broken, fmt.Errorf("read %s: %w", name, err))
				continue
			}
			d.packs = append(d.packs, p)
		}
	}
}

// indexes are the names of a directory's indexes, sorted.
func indexes(dir string) (names []string) {
	f, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer f.Close()
	list, _ := f.Readdirnames(4 * maxPacks)
	for _, name := range list {
		if strings.HasPrefix(name, "pack-") && strings.HasSuffix(name, ".idx") {
			names = append(names, filepath.Join(dir, name))
		}
	}
	slices.Sort(names)
	return names
}

// openPack reads the head of an index, and all of it while bytes are left.
func openPack(name string, left *int64) (*pack, error) {
	f, size, err := regular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &pack{file: strings.TrimSuffix(name, ".idx") + ".pack", index: onDisk(name), size: size, hash: 20}
	if len(filepath.Base(name)) == len("pack-.idx")+64 {
		p.hash = 32
	}
	if size <= *left {
		*left -= size
		data := make([]byte, size)
		if _, err := io.ReadFull(f, data); err != nil {
			return nil, err
		}
		p.index = bytes.NewReader(data)
	}
	return p, p.head()
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

var errIndex = errors.New("it is no index of version 2, or is cut off")

// head reads the table of how many ids begin with up to a byte.
func (p *pack) head() error {
	var data [idsAt]byte
	if _, err := p.index.ReadAt(data[:], 0); err != nil || string(data[:8]) != "\xfftOc\x00\x00\x00\x02" {
		return errIndex
	}
	last := uint32(0)
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(data[8+4*i:])
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

// idsAt is where the ids begin: after the magic number and the table.
const idsAt = 8 + 4*256

// count is the number of objects.
func (p *pack) count() int64 { return int64(p.fanout[255]) }

// offsets and large are where the tables of offsets begin, after ids and checksums.
func (p *pack) offsets() int64 { return idsAt + p.count()*int64(p.hash+4) }
func (p *pack) large() int64   { return p.offsets() + p.count()*4 }

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
	_, err := p.index.ReadAt(sum, idsAt+i*int64(p.hash))
	return sum, err
}

// offset is where the object begins in the pack.
func (p *pack) offset(i int64) (int64, error) {
	n, err := p.number(p.offsets()+i*4, 4)
	if err != nil || n < 1<<31 {
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
