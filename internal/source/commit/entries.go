package commit

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git's own checksum
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

// entry is one line of the index.
type entry struct {
	name string
	mode uint32
	// absent is true when a sparse checkout leaves the file out.
	absent bool
}

// Modes of entries, and bits of their flags.
const (
	modeType   = 0xf000
	modeDir    = 0x4000
	modeFile   = 0x8000
	modeLink   = 0xa000
	modeModule = 0xe000

	flagExtended = 0x4000
	flagLength   = 0x0fff
	flagAbsent   = 0x4000
)

var errCut = errors.New("it is cut off")

// parseIndex reads an index of version 2, 3 or 4, whose hashes have SHA-1's or SHA-256's
// size. Extensions that change what the entries mean are refused, but for directories of
// sparse checkouts.
func parseIndex(data []byte) ([]entry, error) {
	list, err := parseEntries(data, sha1.New()) //nolint:gosec // as above
	if err != nil {
		if other, err := parseEntries(data, sha256.New()); err == nil {
			return other, nil
		}
	}
	return list, err
}

func parseEntries(data []byte, h hash.Hash) ([]entry, error) {
	size := h.Size()
	if len(data) < 12+size || !bytes.HasPrefix(data, []byte("DIRC")) {
		return nil, errors.New("it is not an index")
	}
	version, count := binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("version %d is not known", version)
	}
	body, sum := data[:len(data)-size], data[len(data)-size:]
	if h.Write(body); !bytes.Equal(sum, h.Sum(nil)) && !bytes.Equal(sum, make([]byte, size)) {
		return nil, errors.New("its checksum is wrong")
	}
	// An entry takes at least 40 bytes and its hash.
	if int(count) > len(body)/(40+size) {
		return nil, errCut
	}
	p := &indexParser{data: body, text: string(body), at: 12, version: version, hash: size}
	list := make([]entry, 0, count)
	for range count {
		e, err := p.entry()
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, p.extensions()
}

type indexParser struct {
	data []byte
	// text is the same, so that names need no memory of their own.
	text    string
	at      int
	version uint32
	hash    int
	last    string
}

// entry reads what stat says (40 bytes, of which the mode matters), the hash, the flags
// and the name.
func (p *indexParser) entry() (e entry, err error) {
	start := p.at
	p.at += 40 + p.hash + 2
	if p.at > len(p.data) {
		return e, errCut
	}
	e.mode = binary.BigEndian.Uint32(p.data[start+24:])
	flags := binary.BigEndian.Uint16(p.data[p.at-2:])
	if flags&flagExtended != 0 {
		if p.at += 2; p.at > len(p.data) {
			return e, errCut
		}
		e.absent = binary.BigEndian.Uint16(p.data[p.at-2:])&flagAbsent != 0
	}
	if e.name, err = p.name(); err != nil {
		return e, err
	}
	if p.version < 4 {
		// Entries are filled up with one to eight zeros, of which the name's end is one.
		p.at = start + (p.at-1-start)/8*8 + 8
	}
	p.last = e.name
	return e, nil
}

// name reads up to a zero. In version 4 a number before it says how much of the name
// before is not kept.
func (p *indexParser) name() (string, error) {
	prefix := ""
	if p.version == 4 {
		cut, ok := p.number()
		if !ok || cut > len(p.last) {
			return "", errCut
		}
		prefix = p.last[:len(p.last)-cut]
	}
	n := bytes.IndexByte(p.data[min(p.at, len(p.data)):], 0)
	if n < 0 {
		return "", errCut
	}
	name := prefix + p.text[p.at:p.at+n]
	p.at += n + 1
	return name, nil
}

// number reads git's variable-length number.
func (p *indexParser) number() (n int, ok bool) {
	for first := true; p.at < len(p.data) && n < 1<<24; first = false {
		b := p.data[p.at]
		p.at++
		if !first {
			n++
		}
		n = n<<7 | int(b&0x7f)
		if b&0x80 == 0 {
			return n, true
		}
	}
	return 0, false
}

// extensions must end where the checksum begins. Those with a lower-case name change
// what the entries mean.
func (p *indexParser) extensions() error {
	for p.at < len(p.data) {
		if p.at+8 > len(p.data) {
			return errCut
		}
		name, size := string(p.data[p.at:p.at+4]), int(binary.BigEndian.Uint32(p.data[p.at+4:]))
		switch {
		case name == "link":
			return errors.New("it is split; run git update-index --no-split-index")
		case name != "sdir" && (name[0] < 'A' || name[0] > 'Z'):
			return fmt.Errorf("its extension %q is not known", name)
		}
		p.at += 8 + size
	}
	if p.at != len(p.data) {
		return errCut
	}
	return nil
}
