// Package memo remembers the answers of pure functions, so that what two commits share is
// judged once. A key is the hash of everything that an answer depends on; whoever shares an
// answer must not change it.
package memo

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// maxAnswers bounds how many answers are remembered; further ones are worked out each time.
const maxAnswers = 1 << 19

// Key is the hash of a question: the name of a function and all that it is given.
type Key [sha256.Size]byte

// KeyOf hashes the parts of a question, in order. No two lists of parts have the same key.
func KeyOf[T ~string | ~[]byte](question string, parts ...T) (k Key) {
	h := sha256.New()
	size := func(n int) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	size(len(question))
	h.Write([]byte(question))
	for _, p := range parts {
		size(len(p))
		h.Write([]byte(p))
	}
	h.Sum(k[:0])
	return k
}

// Cache holds answers. The nil cache remembers nothing. It is safe for concurrent use.
type Cache struct {
	mu      sync.Mutex
	answers map[Key]*answer
	room    int
}

// answer is one that is known, or being worked out by whoever holds the lock.
type answer struct {
	mu    sync.Mutex
	known bool
	value any
}

// New returns an empty cache.
func New() *Cache { return &Cache{answers: map[Key]*answer{}, room: maxAnswers} }

// Do returns the answer to a question, which is worked out when it is not known. Whoever
// asks meanwhile waits. An error is no answer: the next one tries again.
func Do[T any](c *Cache, k Key, work func() (T, error)) (T, error) {
	a := c.find(k)
	if a == nil {
		return work()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if v, ok := a.value.(T); a.known && ok {
		return v, nil
	}
	v, err := work()
	if err == nil {
		a.value, a.known = v, true
	}
	return v, err
}

// find is the place for an answer, nil when there is no room for one.
func (c *Cache) find(k Key) *answer {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.answers[k]
	if a == nil && c.room > 0 {
		a = &answer{}
		c.answers[k] = a
		c.room--
	}
	return a
}
