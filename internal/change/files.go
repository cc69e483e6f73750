package change

import (
	"cmp"
	"crypto/sha256"
	"path"
	"slices"

	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/source/difference"
)

// Bounds of the search for moved files.
const (
	maxCandidates = 1000
	maxMovedBytes = 64 << 20
)

// A file under a new name is the same one when at least half of it is; one that is called
// something else as well must share more.
const (
	similar      = 0.5
	similarAlone = 0.6
)

// moves are the files that have another name in the head.
type moves struct {
	to, from map[string]string
	// exact are those of the head whose content is the same.
	exact map[string]bool
}

// candidate is a file that only one of the commits has.
type candidate struct {
	name    string
	sum     [sha256.Size]byte
	profile difference.Profile
}

func movesOf(base, head Side) moves {
	m := moves{to: map[string]string{}, from: map[string]string{}, exact: map[string]bool{}}
	gone, come := candidates(base, head.Plan), candidates(head, base.Plan)
	if len(gone) == 0 || len(come) == 0 {
		return m
	}
	for _, p := range likely(gone, come) {
		_, left := m.to[p.from.name]
		if _, taken := m.from[p.to.name]; !left && !taken {
			m.to[p.from.name], m.from[p.to.name] = p.to.name, p.from.name
			m.exact[p.to.name] = p.from.sum == p.to.sum
		}
	}
	return m
}

// candidates reads the files of one side that the other plan does not list.
func candidates(s Side, other *plan.Plan) (out []candidate) {
	names := slices.Clone(s.Files)
	slices.Sort(names)
	budget := int64(maxMovedBytes)
	for _, name := range slices.Compact(names) {
		if listed(s.Plan, name) && !listed(other, name) && len(out) < maxCandidates {
			data, err := s.Plan.Tree.Read(name, min(source.MaxFileBytes, budget))
			if err == nil {
				budget -= int64(len(data))
				out = append(out, candidate{name, sha256.Sum256(data), difference.ProfileOf(data)})
			}
		}
	}
	return out
}

func listed(p *plan.Plan, name string) bool {
	_, ok := slices.BinarySearchFunc(p.Files, name, func(f plan.File, name string) int { return cmp.Compare(f.Name, name) })
	return ok
}

// likeness is how much two files have in common.
type likeness struct {
	from, to candidate
	score    float64
}

// likely are the pairs that can be one file, the likeliest first: equal ones, then by what
// they share, and among equals those that are called the same.
func likely(gone, come []candidate) (out []likeness) {
	for _, from := range gone {
		for _, to := range come {
			if score := likenessOf(from, to); score > 0 {
				out = append(out, likeness{from, to, score})
			}
		}
	}
	slices.SortFunc(out, func(a, b likeness) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.from.name, b.from.name), cmp.Compare(a.to.name, b.to.name))
	})
	return out
}

func likenessOf(from, to candidate) float64 {
	namesake := path.Base(from.name) == path.Base(to.name)
	if path.Ext(from.name) != path.Ext(to.name) && !yaml(from.name, to.name) && from.sum != to.sum {
		return 0
	}
	score := from.profile.Similarity(to.profile)
	if score < similar || score < similarAlone && !namesake {
		return 0
	}
	if from.sum == to.sum {
		score += 2
	}
	if namesake {
		score++
	}
	if path.Dir(from.name) == path.Dir(to.name) {
		score += 0.5
	}
	return score
}

func yaml(names ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return path.Ext(n) != ".yaml" && path.Ext(n) != ".yml" })
}
