package commit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxHistory is the number of commits that are looked at for a merge base.
const maxHistory = 20_000

// ErrNoMergeBase marks commits whose common ancestor is not in the clone, or too far back.
var ErrNoMergeBase = errors.New("no common ancestor is in the clone")

// Parents are the ids of a commit's parents.
func (c *Commit) Parents() []string { return ids(c.c.ParentHashes) }

func ids(hashes []plumbing.Hash) (all []string) {
	for _, h := range hashes {
		all = append(all, h.String())
	}
	return all
}

// RemoteBranch is the commit of a branch as it was fetched from origin, empty when it was
// not.
func (r *Repository) RemoteBranch(name string) string {
	ref, err := r.r.Reference(plumbing.NewRemoteReferenceName("origin", name), true)
	if err != nil {
		return ""
	}
	return ref.Hash().String()
}

// RemoteDefault is the name of origin's default branch, as cloning noted it; empty when
// it did not.
func (r *Repository) RemoteDefault() string {
	ref, err := r.r.Reference(plumbing.NewRemoteHEADReferenceName("origin"), false)
	if err != nil || ref.Type() != plumbing.SymbolicReference {
		return ""
	}
	name, ok := strings.CutPrefix(ref.Target().String(), "refs/remotes/origin/")
	if !ok {
		return ""
	}
	return name
}

// Origin is the address that origin is fetched from, empty without one.
func (r *Repository) Origin() string {
	cfg, err := r.r.Config()
	if err != nil || cfg.Remotes["origin"] == nil || len(cfg.Remotes["origin"].URLs) == 0 {
		return ""
	}
	return cfg.Remotes["origin"].URLs[0]
}

// MergeBase is the best common ancestor of two commits. Dates only order the search:
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
			if err := s.reach(p, at); err != nil && !errors.Is(err, plumbing.ErrObjectNotFound) {
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
	c, err := s.repo.r.CommitObject(plumbing.NewHash(id))
	if err != nil {
		return node{}, fmt.Errorf("read commit %s: %w", id, err)
	}
	n := node{id, c.Committer.When, ids(c.ParentHashes)}
	s.known[id] = n
	return n, nil
}

// best leaves out answers that are ancestors of others; the youngest remaining one is it.
func (s *search) best(found []node) (string, error) {
	found = slices.DeleteFunc(found, func(n node) bool { return s.sides[n.id]&past != 0 })
	for _, n := range found {
		if len(found) == 1 {
			break
		}
		behind := s.ancestors(n.id)
		found = slices.DeleteFunc(slices.Clone(found), func(x node) bool { return behind[x.id] })
	}
	if len(found) == 0 {
		return "", ErrNoMergeBase
	}
	return slices.MaxFunc(found, func(x, y node) int { return cmp.Or(x.when.Compare(y.when), cmp.Compare(x.id, y.id)) }).id, nil
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
func (r *Repository) Blobs() Blobs { return database{r.r.Storer} }
