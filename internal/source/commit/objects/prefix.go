package objects

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// minPrefix is the length of the shortest beginning of an id, as in git.
const minPrefix = 4

// maxLikely is how many ids that begin nearly so are looked at in one pack.
const maxLikely = 100_000

// Abbreviated are the ids that begin with some hexadecimal digits: two at most, which is
// one too many already.
func (d *Database) Abbreviated(prefix string) (ids []string) {
	prefix = strings.ToLower(prefix)
	start, err := hex.DecodeString(prefix[:len(prefix)/2*2])
	if err != nil || len(prefix) < minPrefix {
		return nil
	}
	d.once.Do(d.load)
	found := map[string]bool{}
	add := func(id string) bool {
		if strings.HasPrefix(id, prefix) && !found[id] && len(ids) < 2 {
			found[id] = true
			ids = append(ids, id)
		}
		return strings.HasPrefix(id, prefix) && len(ids) < 2
	}
	for _, p := range d.packs {
		p.abbreviated(start, add)
	}
	for _, dir := range d.dirs {
		entries, _ := os.ReadDir(filepath.Join(dir, prefix[:2])) // not there, or not a directory
		for _, e := range entries {
			add(prefix[:2] + e.Name())
		}
	}
	return ids
}

// abbreviated hands on the ids from the first that may begin so, as long as they do.
func (p *pack) abbreviated(start []byte, add func(id string) bool) {
	i, err := p.search(start)
	for end := i + maxLikely; err == nil && i < min(p.count(), end); i++ {
		var sum []byte
		sum, err = p.id(i)
		id := hex.EncodeToString(sum)
		if !add(id) && !strings.HasPrefix(id, hex.EncodeToString(start)) {
			return
		}
	}
}
