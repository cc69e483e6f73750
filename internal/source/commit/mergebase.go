package commit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Limits of the search for a merge base: commits, and their parents in all.
const (
	maxHistory = 20_000
	maxEdges   = 10 * maxHistory
)

// ErrNoMergeBase marks commits whose common ancestor is not in the clone, or too far back.
var ErrNoMergeBase = errors.New("no common ancestor is in the clone")

// ErrSeveralMergeBases marks commits with more than one best common ancestor: whoever
// makes one of the two chooses which they are.
var ErrSeveralMergeBases = errors.New("there are several common ancestors")

// MergeBase is the one best common ancestor of two commits. Dates
// only order the search: whoever makes a commit chooses its date. Where a commit that the
// clone lacks could lead to a better one there is no answer.
func (r *Repository) MergeBase(ctx context.Context, a, b string) (string, error) {
	s := search{ctx: ctx, repo: r, commits: maxHistory, edges: maxEdges, sides: map[string]side{}, known: map[string]node{}, queued: map[string]bool{}, cut: map[string]bool{}}
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

func (n node) compare(m node) int { return cmp.Or(n.when.Compare(m.when), cmp.Compare(n.id, m.id)) }

type search struct {
	ctx  context.Context
	repo *Repository
	// commits and edges are how many more may be read.
	commits, edges int
	sides          map[string]side
	known          map[string]node
	// queue is sorted, the youngest last; live is how many of it may lead to an answer.
	queue  []node
	queued map[string]bool
	live   int
	// cut are commits with a parent that the clone lacks.
	cut map[string]bool
}

func (s *search) run(a, b string) (string, error) {
	if err := errors.Join(s.reach(a, left), s.reach(b, right)); err != nil {
		return "", err
	}
	var found []node
	for s.live > 0 {
		n := s.next()
		at := s.sides[n.id]
		if at&both == both && at&past == 0 {
			found = append(found, n)
			at |= past
		}
		if err := s.parents(n, at); err != nil {
			return "", err
		}
	}
	return s.best(found)
}

// next takes the youngest commit from the queue.
func (s *search) next() node {
	last := len(s.queue) - 1
	n := s.queue[last]
	s.queue = s.queue[:last]
	delete(s.queued, n.id)
	if s.sides[n.id]&past == 0 {
		s.live--
	}
	return n
}

// parents reaches those of a commit.
func (s *search) parents(n node, at side) error {
	for _, p := range n.parents {
		err := s.reach(p, at)
		if errors.Is(err, ErrMissing) {
			s.cut[n.id] = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// reach marks a commit and queues it when that is news.
func (s *search) reach(id string, from side) error {
	before := s.sides[id]
	if before|from == before {
		return nil
	}
	n, err := s.load(id)
	if err != nil {
		return err
	}
	s.sides[id] = before | from
	if s.queued[id] && before&past == 0 {
		s.live--
	}
	if s.sides[id]&past == 0 {
		s.live++
	}
	if !s.queued[id] {
		i, _ := slices.BinarySearchFunc(s.queue, n, node.compare)
		s.queue, s.queued[id] = slices.Insert(s.queue, i, n), true
	}
	return nil
}

func (s *search) load(id string) (node, error) {
	if n, ok := s.known[id]; ok {
		return n, nil
	}
	if err := s.ctx.Err(); err != nil {
		return node{}, err
	}
	c, err := s.repo.load(id)
	if err != nil {
		return node{}, fmt.Errorf("read commit %s: %w", id, err)
	}
	if s.commits, s.edges = s.commits-1, s.edges-len(c.parents); s.commits < 0 || s.edges < 0 {
		return node{}, ErrNoMergeBase
	}
	n := node{id, c.when, c.parents}
	s.known[id] = n
	return n, nil
}

// best leaves out answers that are ancestors of others; one must remain.
func (s *search) best(found []node) (string, error) {
	isPast := func(n node) bool { return s.sides[n.id]&past != 0 }
	if found = slices.DeleteFunc(found, isPast); len(found) == 0 {
		return "", ErrNoMergeBase
	}
	for id := range s.cut {
		if s.sides[id]&past == 0 && !slices.ContainsFunc(found, func(n node) bool { return n.id == id }) {
			return "", fmt.Errorf("%w: %w", ErrNoMergeBase, ErrMissing)
		}
	}
	if len(found) > 1 {
		behind, err := s.ancestors(found)
		if err != nil {
			return "", err
		}
		found = slices.DeleteFunc(found, func(n node) bool { return behind[n.id] })
	}
	if len(found) > 1 {
		return "", ErrSeveralMergeBases
	}
	return found[0].id, nil
}

// ancestors are all those of some commits.
func (s *search) ancestors(of []node) (map[string]bool, error) {
	all, todo := map[string]bool{}, slices.Clone(of)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, p := range n.parents {
			if all[p] {
				continue
			}
			next, err := s.load(p)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrNoMergeBase, err)
			}
			all[p], todo = true, append(todo, next)
		}
	}
	return all, nil
}
