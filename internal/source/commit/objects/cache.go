package objects

import (
	"container/list"
	"sync"
)

// Cache keeps what was used last, up to a number of bytes. Nobody may change what it
// returns.
type Cache[K comparable, V any] struct {
	mu         sync.Mutex
	left, most int
	order      *list.List // of kept[K, V], the last used first
	by         map[K]*list.Element
}

type kept[K comparable, V any] struct {
	key   K
	value V
	size  int
}

// overhead is about what an entry takes besides its data.
const overhead = 256

// NewCache keeps at most so many bytes. What takes more than an eighth is not kept.
func NewCache[K comparable, V any](most int) *Cache[K, V] {
	return &Cache[K, V]{left: most, most: most, order: list.New(), by: map[K]*list.Element{}}
}

// Get returns what is kept.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.by[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(kept[K, V]).value, true
}

// Put keeps a value that takes so many bytes.
func (c *Cache[K, V]) Put(key K, value V, size int) {
	size += overhead
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.by[key]; ok || size > c.most/8 {
		return
	}
	for c.left -= size; c.left < 0; {
		old := c.order.Remove(c.order.Back()).(kept[K, V])
		delete(c.by, old.key)
		c.left += old.size
	}
	c.by[key] = c.order.PushFront(kept[K, V]{key, value, size})
}
