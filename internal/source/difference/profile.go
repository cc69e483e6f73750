package difference

import (
	"bytes"
	"hash/maphash"
)

// Profile is what a text consists of, in any order: the weight of each different part.
type Profile struct {
	Parts map[uint64]int
	Total int
}

var seed = maphash.MakeSeed()

// ProfileOf weighs the lines of a text by their length, without indentation and without
// those that hold nothing but punctuation.
func ProfileOf(text []byte) Profile {
	p := Profile{Parts: map[uint64]int{}}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(bytes.Trim(line, "{}[](),;-")) > 0 {
			p.Add(string(line), len(line))
		}
	}
	return p
}

// Add counts one more part with a weight.
func (p *Profile) Add(part string, weight int) {
	p.Parts[maphash.String(seed, part)] += weight
	p.Total += weight
}

// Similarity is the share of the larger profile that the other has too: 1 for equal
// profiles, and for empty ones 0, because they say nothing.
func (p Profile) Similarity(o Profile) float64 {
	common := 0
	for part, weight := range p.Parts {
		common += min(weight, o.Parts[part])
	}
	return float64(common) / float64(max(p.Total, o.Total, 1))
}
