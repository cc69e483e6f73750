package report

import (
	"slices"

	"github.com/stella-ops/assure/internal/finding"
)

// narrowed matches findings of the head that reach no more than the base commit did with
// the same rule and subject: ALL became one capability, one range of ports two. What covers
// several findings is matched with each of them.
func (m *matching) narrowed() {
	var wide map[string][]int
	for h, f := range m.head {
		if m.before[h] >= 0 || len(f.Reach) == 0 {
			continue
		}
		if wide == nil {
			wide = m.reaching()
		}
		if b := m.covering(f.Finding, wide[keyless(f.Finding)]); b >= 0 {
			m.before[h], m.used[b] = b, true
		}
	}
}

// covering is one of the findings of the base commit that cover f, no milder than it; -1
// when they do not.
func (m *matching) covering(f finding.Finding, bases []int) int {
	old := make([]finding.Finding, len(bases))
	for i, b := range bases {
		old[i] = m.base[b].Finding
	}
	if !f.Covered(old) {
		return -1
	}
	return bases[slices.IndexFunc(old, func(o finding.Finding) bool { return o.Weigh(f) >= 0 })]
}

// reaching are the findings of the base commit that can cover others, by what they are
// called in the head.
func (m *matching) reaching() map[string][]int {
	out := map[string][]int{}
	for b, f := range m.base {
		if len(f.Reach) == 0 {
			continue
		}
		now := f.Finding
		if m.change != nil {
			if g, ok := m.change.Successor(now); ok {
				now = g
			}
		}
		out[keyless(now)] = append(out[keyless(now)], b)
	}
	return out
}

func keyless(f finding.Finding) string {
	f.Key = ""
	return f.Fingerprint()
}
