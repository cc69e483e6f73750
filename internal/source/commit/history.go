package commit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxHistory is the number of commits that are looked at for a merge base.
const maxHistory = 20_000

// ErrNoMergeBase marks commits whose common ancestor is not in the clone, or too far back.
var ErrNoMergeBase = errors.New("no common ancestor is in the clone")

// ErrSeveralMergeBases marks commits with more than one best common ancestor: whoever
// makes one of the two chooses which they are.
var ErrSeveralMergeBases = errors.New("there are several common ancestors")

// maxConfig is above every configuration of a repository.
const maxConfig = 1 << 20

// RemoteBranch is the commit of a branch as it was fetched from origin, empty when it was
// not.
func (r *Repository) RemoteBranch(name string) string {
	id, _, err := r.refs.resolve("refs/remotes/origin/" + name)
	if err != nil {
		return ""
	}
	return id
}

// RemoteDefault is the name of origin's default branch, as cloning noted it; empty when
// it did not.
func (r *Repository) RemoteDefault() string {
	text, err := r.refs.read("refs/remotes/origin/HEAD")
	target, symbolic := strings.CutPrefix(text, "ref:")
	if err != nil || !symbolic {
		return ""
	}
	name, ok := strings.CutPrefix(strings.TrimSpace(target), "refs/remotes/origin/")
	if !ok {
		return ""
	}
	return name
}

// originURL is the line of the address below the heading of origin.
var originURL = regexp.MustCompile(`(?m)^[ \t]*\[remote "origin"\][ \t]*\r?\n(?:[ \t]*[^\[\n]*\n)*?[ \t]*url[ \t]*=[ \t]*(\S+)[ \t]*\r?$`)

// Origin is the address that origin is fetched from, empty without one. Nothing else of
// the configuration is read, and nothing of it is obeyed.
func (r *Repository) Origin() string {
	data, err := readFile(filepath.Join(r.refs.common, "config"), maxConfig)
	m := originURL.FindSubmatch(data)
	if err != nil || m == nil {
		return ""
	}
	return string(m[1])
}

// MergeBase is the one best common ancestor of two commits. Dates only order the search:
// whoever makes a commit chooses its date, so that what is an ancestor of another answer
// is left out by a second look.
func (r *Repository) MergeBase(ctx context.Context, a, b string) (string, error) {
	s := search{ctx: ctx, repo: r, limit: maxHistory, sides: map[string]side{}, known: map[string]node{}}
	best, err := s.run(a, b)
	if err != nil {
		return "", fmt.Errorf("find merge base of %s and %s: %w", a, b, err)
	}
	return best, nil
}

// side says from where a commit was reached; past marks those behind a common ancestor.
type side uint8

const (
	left side = 1 << iota
	right
	past
	both = left | right
)

type node struct {
	id      string
	when    time.Time
	parents []string
}

type search struct {
	ctx   context.Context
	repo  *Repository
	limit int
	sides map[string]side
	known map[string]node
	queue []node
}

func (s *search) run(a, b string) (string, error) {
	if err := errors.Join(s.reach(a, left), s.reach(b, right)); err != nil {
		return "", err
	}
	var found []node
	for s.open() {
		n := s.next()
		at := s.sides[n.id]
		if at&both == both && at&past == 0 {
			found = append(found, n)
			at |= past
		}
		for _, p := range n.parents {
			if err := s.reach(p, at); err != nil && !errors.Is(err, ErrMissing) {
				return "", err
			}
		}
	}
	return s.best(found)
}

// open reports whether the queue holds a commit that may still lead to an answer.
func (s *search) open() bool {
	return slices.ContainsFunc(s.queue, func(n node) bool { return s.sides[n.id]&past == 0 })
}

// next takes the youngest commit from the queue.
func (s *search) next() node {
	n := s.queue[len(s.queue)-1]
	s.queue = s.queue[:len(s.queue)-1]
	return n
}

// reach marks a commit and queues it when that is news.
func (s *search) reach(id string, from side) error {
	if s.sides[id]|from == s.sides[id] {
		return nil
	}
	n, err := s.load(id)
	if err != nil {
		return err
	}
	s.sides[id] |= from
	i, _ := slices.BinarySearchFunc(s.queue, n, func(x, y node) int { return cmp.Or(x.when.Compare(y.when), cmp.Compare(x.id, y.id)) })
	s.queue = slices.Insert(s.queue, i, n)
	return nil
}

func (s *search) load(id string) (node, error) {
	if n, ok := s.known[id]; ok {
		return n, nil
	}
	if s.limit--; s.limit < 0 {
		return node{}, ErrNoMergeBase
	}
	if err := s.ctx.Err(); err != nil {
		return node{}, err
	}
	c, err := s.repo.load(id)
	if err != nil {
		return node{}, fmt.Errorf("read commit %s: %w", id, err)
	}
	n := node{id, c.when, c.parents}
	s.known[id] = n
	return n, nil
}

// best leaves out answers that are ancestors of others.
func (s *search) best(found []node) (string, error) {
	found = slices.DeleteFunc(found, func(n node) bool { return s.sides[n.id]&past != 0 })
	slices.SortFunc(found, func(x, y node) int { return cmp.Compare(x.id, y.id) })
	found = slices.CompactFunc(found, func(x, y node) bool { return x.id == y.id })
	for _, n := range found {
		if len(found) == 1 {
			break
		}
		behind := s.ancestors(n.id)
		found = slices.DeleteFunc(slices.Clone(found), func(x node) bool { return behind[x.id] })
	}
	switch len(found) {
	case 0:
		return "", ErrNoMergeBase
	case 1:
		return found[0].id, nil
	default:
		return "", ErrSeveralMergeBases
	}
}

// ancestors are those of a commit, as far as they are known or can be read.
func (s *search) ancestors(id string) map[string]bool {
	all, todo := map[string]bool{}, []string{id}
	for len(todo) > 0 {
		n, err := s.load(todo[0])
		todo = todo[1:]
		if err != nil {
			continue
		}
		for _, p := range n.parents {
			if !all[p] {
				all[p], todo = true, append(todo, p)
			}
		}
	}
	return all
}

// Blobs are the contents of all blobs that the clone has.
func (r *Repository) Blobs() Blobs { return database{r.db} }
