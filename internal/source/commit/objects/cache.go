package objects

import (
	"container/list"
	"sync"
)

// Cache keeps what was used last, up to a number of bytes.
type Cache[K comparable] struct {
	mu    sync.Mutex
	left  int
	most  int
	order *list.List // of kept[K], the last used first
	by    map[K]*list.Element
}

type kept[K comparable] struct {
	key  K
	item item
}

// overhead is about what an entry takes besides its data.
const overhead = 256

// NewCache keeps at most so many bytes. What takes more than a sixteenth is not kept.
func NewCache[K comparable](most int) *Cache[K] {
	return &Cache[K]{left: most, most: most, order: list.New(), by: map[K]*list.Element{}}
}

// Get returns what is kept, which nobody may change.
func (c *Cache[K]) Get(key K) (item, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.by[key]
	if !ok {
		return item{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(kept[K]).item, true
}

// Put keeps an item.
func (c *Cache[K]) Put(key K, i item) {
	size := len(i.data) + overhead
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.by[key]; ok || size > c.most/16 {
		return
	}
	for c.left -= size; c.left < 0; {
		e := c.order.Back()
		old := c.order.Remove(e).(kept[K])
		delete(c.by, old.key)
		c.left += len(old.item.data) + overhead
	}
	c.by[key] = c.order.PushFront(kept[K]{key, i})
}
