package commit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

// maxSteps is how far behind a commit another one may be named.
const maxSteps = 10_000

var errRevision = errors.New("it is not a revision that is understood; give a commit's id")

// revision reads a name with steps behind it: ~2 goes back along first parents, ^2 to
// the second parent. ^0 and ^{commit} go nowhere.
func (r *Repository) revision(rev string) (*Commit, error) {
	end := strings.IndexAny(rev, "~^")
	if end < 0 {
		end = len(rev)
	}
	id, err := r.named(rev[:end])
	if err != nil {
		return nil, err
	}
	c, err := r.load(id)
	for steps := rev[end:]; err == nil && steps != ""; {
		c, steps, err = r.step(c, steps)
	}
	return c, err
}

func (r *Repository) step(c *Commit, steps string) (*Commit, string, error) {
	kind := steps[0]
	for _, same := range []string{"{commit}", "{}"} {
		if rest, ok := strings.CutPrefix(steps[1:], same); ok && kind == '^' {
			return c, rest, nil
		}
	}
	digits := steps[1 : 1+leading(steps[1:])]
	rest := steps[1+len(digits):]
	n := 1
	if digits != "" {
		var err error
		if n, err = strconv.Atoi(digits); err != nil || n > maxSteps {
			return nil, "", errRevision
		}
	}
	if rest != "" && rest[0] != '~' && rest[0] != '^' {
		return nil, "", errRevision
	}
	if kind == '^' {
		c, err := r.parent(c, n)
		return c, rest, err
	}
	var err error
	for ; n > 0 && err == nil; n-- {
		c, err = r.parent(c, 1)
	}
	return c, rest, err
}

// leading is the number of digits that a text begins with.
func leading(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

func (r *Repository) parent(c *Commit, n int) (*Commit, error) {
	switch {
	case n == 0:
		return c, nil
	case n > len(c.parents):
		return nil, fmt.Errorf("%s has %d parents", c.id, len(c.parents))
	}
	return r.load(c.parents[n-1])
}

// named is the id that a name stands for, by git's order of meanings. No reference is
// read for a whole id.
func (r *Repository) named(name string) (string, error) {
	if objects.IsID(name) {
		return strings.ToLower(name), nil
	}
	if name == "@" {
		name = "HEAD"
	}
	var first error
	for _, full := range []string{name, "refs/" + name, "refs/tags/" + name, "refs/heads/" + name, "refs/remotes/" + name, "refs/remotes/" + name + "/HEAD"} {
		id, _, err := r.refs.resolve(full)
		if err == nil {
			return id, nil
		}
		if first == nil && !errors.Is(err, errNoRef) {
			first = err
		}
	}
	switch ids := r.db.Abbreviated(name); len(ids) {
	case 0:
	case 1:
		return ids[0], nil
	default:
		return "", errors.New("several objects' ids begin so")
	}
	if first != nil {
		return "", first
	}
	return "", errNoRef
}
