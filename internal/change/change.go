// Package change knows what became of the files of a base commit, and of the services,
// objects and Dockerfiles in them: which ones only moved or got another name, and which
// lines are new. It works from the plans of both commits, and only when it is asked.
package change

import (
	"sync"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/difference"
)

// Side is one of the two commits.
type Side struct {
	Plan *plan.Plan
	// Files are those that findings or gaps stand in. No others are compared.
	Files []string
}

// Change is what lies between a base commit and the head.
type Change struct {
	base, head Side
	moves      func() moves
	heirs      func() heirs
	lines      map[string][]bool
}

// Between compares two commits.
func Between(base, head Side) *Change {
	c := &Change{base: base, head: head, lines: map[string][]bool{}}
	c.moves = sync.OnceValue(func() moves { return movesOf(base, head) })
	c.heirs = sync.OnceValue(func() heirs { return heirsOf(base.Plan, head.Plan, c.moves().to) })
	return c
}

// File is the name in the head of a file of the base commit: its own, unless it moved.
func (c *Change) File(base string) string {
	if to, ok := c.moves().to[base]; ok {
		return to
	}
	return base
}

// Identical reports whether a file of the head is one of the base commit under another
// name, byte for byte.
func (c *Change) Identical(head string) bool { return c.moves().exact[head] }

// Touched reports whether the change wrote any of the lines of a file of the head. Where
// the base commit has no such file, or one of them cannot be read, it did.
func (c *Change) Touched(file string, start, end int) bool {
	added, known := c.lines[file]
	if !known {
		added = c.added(file)
		c.lines[file] = added
	}
	if start < 1 || end < start || end > len(added) {
		return true
	}
	for _, new := range added[start-1 : end] {
		if new {
			return true
		}
	}
	return false
}

// before is the name in the base commit of a file of the head.
func (c *Change) before(file string) string {
	if from, ok := c.moves().from[file]; ok {
		return from
	}
	return file
}

func (c *Change) added(file string) []bool {
	old, new, ok := c.texts(file)
	if !ok {
		return nil
	}
	return difference.Added(old, new)
}

// texts are a file of the head and the one that it was.
func (c *Change) texts(file string) (old, new difference.Lines, ok bool) {
	was, err := c.base.Plan.Tree.Read(c.before(file), source.MaxFileBytes)
	if err != nil {
		return nil, nil, false
	}
	is, err := c.head.Plan.Tree.Read(file, source.MaxFileBytes)
	return difference.Split(was), difference.Split(is), err == nil
}
