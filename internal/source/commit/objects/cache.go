package objects

import (
	"container/list"
	"sync"
)

// cache keeps what was used last, up to a number of bytes. Nobody may change what it
// returns.
type cache[K comparable, V any] struct {
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

// newCache keeps at most so many bytes. What takes more than an eighth is not kept.
func newCache[K comparable, V any](most int) *cache[K, V] {
	return &cache[K, V]{left: most, most: most, order: list.New(), by: map[K]*list.Element{}}
}

// get returns what is kept.
func (c *cache[K, V]) get(key K) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.by[key]
	if !ok {
		return value, false
	}
	c.order.MoveToFront(e)
	return e.Value.(kept[K, V]).value, true
}

// put keeps a value that takes so many bytes.
func (c *cache[K, V]) put(key K, value V, size int) {
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
