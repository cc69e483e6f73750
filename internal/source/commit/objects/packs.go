package objects

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Limits of packs. Indexes above the bytes are read where they are.
const (
	maxPacks      = 2_000
	maxIndexBytes = 128 << 20
)

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
