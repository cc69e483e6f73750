package objects

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // git's own
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
)

var errNoID = errors.New("it is no id of an object")

// IsID reports whether a text is a whole id: 40 or 64 hexadecimal digits.
func IsID(id string) bool {
	_, err := parse(id)
	return err == nil
}

func parse(id string) ([]byte, error) {
	sum, err := hex.DecodeString(id)
	if err != nil || len(sum) != sha1.Size && len(sum) != sha256.Size {
		return nil, errNoID
	}
	return sum, nil
}

// hasher computes the id of an object; the length of an id says how.
func hasher(length int, kind Kind, size int64) hash.Hash {
	h := sha256.New()
	if length == sha1.Size {
		h = sha1.New() //nolint:gosec // as above
	}
	fmt.Fprintf(h, "%s %d\x00", kind, size)
	return h
}

// Matches reports whether a blob's content has the id.
func Matches(id string, content []byte) bool {
	sum, err := parse(id)
	return err == nil && check(sum, Blob, content) == nil
}

func check(sum []byte, kind Kind, content []byte) error {
	h := hasher(len(sum), kind, int64(len(content)))
	h.Write(content)
	return same(sum, h)
}

func same(sum []byte, h hash.Hash) error {
	if !bytes.Equal(sum, h.Sum(nil)) {
		return fmt.Errorf("%w: its content has another id", ErrCorrupt)
	}
	return nil
}

// header reads "blob 12".
func header(text []byte) (kind Kind, size int64, err error) {
	name, digits, _ := bytes.Cut(text, []byte(" "))
	for k := Commit; k <= Tag; k++ {
		if names[k] == string(name) {
			kind = k
		}
	}
	size, err = strconv.ParseInt(string(digits), 10, 64)
	if err != nil || size < 0 || kind == 0 {
		return 0, 0, fmt.Errorf("%w: it has no header", ErrCorrupt)
	}
	return kind, size, nil
}
