// Package difference compares two texts line by line, within bounds: how much of them is
// the same, and which lines are new. Where a bound is met it errs on the side of more
// difference.
package difference

import (
	"bytes"
	"slices"
)

const (
	// maxCells bounds the table of a comparison without unique lines to hold on to.
	maxCells = 1 << 20
	// maxDepth bounds how often a stretch is cut into smaller ones.
	maxDepth = 40
)

// Lines is a text as lines, without what is blank at their ends.
type Lines []string

// Split cuts a text into lines.
func Split(text []byte) Lines {
	var lines Lines
	for line := range bytes.Lines(text) {
		lines = append(lines, string(bytes.TrimRight(line, " \t\r\n")))
	}
	return lines
}

// Added says of each line of the new text whether the old one lacks it.
func Added(old, new Lines) []bool {
	added := make([]bool, len(new))
	for i, from := range Origins(old, new) {
		added[i] = from < 0
	}
	return added
}

// Origins are the indexes of the new text's lines in the old one, -1 of those that it
// lacks.
func Origins(old, new Lines) []int {
	from := make([]int, len(new))
	for i := range from {
		from[i] = -1
	}
	c := comparison{old, new, from}
	c.compare(span{0, len(old), 0, len(new)}, maxDepth)
	return from
}

// span is a stretch of both texts.
type span struct{ old, oldEnd, new, newEnd int }

type comparison struct {
	old, new Lines
	from     []int
}

// compare takes what both ends share, then what stands between lines that both have once
// and in the same order: lines moved past each other are new.
func (c comparison) compare(s span, depth int) {
	s = c.ends(s)
	if s.old == s.oldEnd || s.new == s.newEnd || depth == 0 {
		return
	}
	anchors := c.anchors(s)
	if len(anchors) == 0 {
		c.table(s)
		return
	}
	for _, a := range append(anchors, [2]int{s.oldEnd, s.newEnd}) {
		c.compare(span{s.old, a[0], s.new, a[1]}, depth-1)
		s.old, s.new = a[0], a[1]
	}
}

func (c comparison) ends(s span) span {
	for s.old < s.oldEnd && s.new < s.newEnd && c.old[s.old] == c.new[s.new] {
		c.from[s.new] = s.old
		s.old, s.new = s.old+1, s.new+1
	}
	for s.old < s.oldEnd && s.new < s.newEnd && c.old[s.oldEnd-1] == c.new[s.newEnd-1] {
		s.oldEnd, s.newEnd = s.oldEnd-1, s.newEnd-1
		c.from[s.newEnd] = s.oldEnd
	}
	return s
}

// anchors are the longest row of lines that both stretches hold exactly once.
func (c comparison) anchors(s span) [][2]int {
	old, new := once(c.old[s.old:s.oldEnd]), once(c.new[s.new:s.newEnd])
	var pairs [][2]int
	for i, line := range c.old[s.old:s.oldEnd] {
		if j, ok := new[line]; ok && j >= 0 && old[line] >= 0 {
			pairs = append(pairs, [2]int{s.old + i, s.new + j})
		}
	}
	return rising(pairs)
}

// once maps the lines to where they stand, to -1 those that stand there more than once.
func once(lines Lines) map[string]int {
	at := make(map[string]int, len(lines))
	for i, line := range lines {
		if _, again := at[line]; again {
			i = -1
		}
		at[line] = i
	}
	return at
}

// rising is the longest row of pairs, sorted by their first number, that rises in the second.
func rising(pairs [][2]int) [][2]int {
	var piles, before []int // the last pair of each pile; of each pair, the one below it
	for i, p := range pairs {
		pile, _ := slices.BinarySearchFunc(piles, p[1], func(k, at int) int { return pairs[k][1] - at })
		below := -1
		if pile > 0 {
			below = piles[pile-1]
		}
		before = append(before, below)
		piles = append(piles[:pile], append([]int{i}, piles[min(pile+1, len(piles)):]...)...)
	}
	row := make([][2]int, len(piles))
	for n, i := len(piles)-1, last(piles); n >= 0; n, i = n-1, before[i] {
		row[n] = pairs[i]
	}
	return row
}

func last(piles []int) int {
	if len(piles) == 0 {
		return -1
	}
	return piles[len(piles)-1]
}

// table finds the longest common lines of a short stretch; a long one is all new.
func (c comparison) table(s span) {
	old, new := c.old[s.old:s.oldEnd], c.new[s.new:s.newEnd]
	width := len(new) + 1
	if (len(old)+1)*width > maxCells {
		return
	}
	common := make([]int, (len(old)+1)*width)
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(new) - 1; j >= 0; j-- {
			if old[i] == new[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(old) && j < len(new); {
		switch {
		case old[i] == new[j]:
			c.from[s.new+j] = s.old + i
			i, j = i+1, j+1
		case common[(i+1)*width+j] >= common[i*width+j+1]:
			i++
		default:
			j++
		}
	}
}
