package objects

import (
	"fmt"
)

// maxVarint is the length of the longest number.
const maxVarint = 10

var errDeltaCut = fmt.Errorf("%w: a change of it cannot be read", ErrCorrupt)

// resulting is the size of what a delta makes, which it says after that of its base.
func resulting(delta []byte) (int64, error) {
	_, rest, err := number(delta)
	if err != nil {
		return 0, err
	}
	size, _, err := number(rest)
	return size, err
}

// number reads one whose lowest bits come first.
func number(data []byte) (n int64, rest []byte, err error) {
	for i, c := range data {
		if i == maxVarint-1 {
			break
		}
		n |= int64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return n, data[i+1:], nil
		}
	}
	return 0, nil, errDeltaCut
}

// patch makes a delta's change to its base: parts of it, and new bytes.
func patch(base, delta []byte) ([]byte, error) {
	from, delta, err := number(delta)
	if err != nil || from != int64(len(base)) {
		return nil, errDeltaCut
	}
	size, delta, err := number(delta)
	if err != nil || size > maxMade {
		return nil, errDeltaCut
	}
	out := make([]byte, 0, min(size, 1<<20))
	for len(delta) > 0 {
		part, rest, ok := step(base, delta)
		if !ok || int64(len(out)+len(part)) > size {
			return nil, errDeltaCut
		}
		out, delta = append(out, part...), rest
	}
	if int64(len(out)) != size {
		return nil, errDeltaCut
	}
	return out, nil
}

// step reads one instruction: the bytes that it adds, and what comes after it.
func step(base, delta []byte) (part, rest []byte, ok bool) {
	op, delta := delta[0], delta[1:]
	if op&0x80 == 0 {
		n := int(op)
		if n == 0 || n > len(delta) {
			return nil, nil, false
		}
		return delta[:n], delta[n:], true
	}
	offset, delta, ok := sparse(delta, op, 4)
	size, delta, ok2 := sparse(delta, op>>4, 3)
	if size == 0 {
		size = 1 << 16
	}
	if !ok || !ok2 || offset+size > len(base) {
		return nil, nil, false
	}
	return base[offset : offset+size], delta, true
}

// sparse reads a number of which only the bytes that the mask names are there.
func sparse(delta []byte, mask byte, bytes int) (n int, rest []byte, ok bool) {
	for i := range bytes {
		if mask>>i&1 == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, nil, false
		}
		n |= int(delta[0]) << (8 * i)
		delta = delta[1:]
	}
	return n, delta, true
}
