package helm

// maxTable bounds the table of the line alignment.
const maxTable = 1 << 20

// align finds a longest common subsequence of two lists of lines: pairs of indexes, both
// ascending, of equal lines. Equal beginnings and ends are taken first; what is left
// beyond the bound of the table is matched greedily.
func align(a, b []string) (pairs [][2]int) {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		pairs = append(pairs, [2]int{head, head})
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	inner := common
	if (len(a)-head-tail)*(len(b)-head-tail) > maxTable {
		inner = greedy
	}
	for _, p := range inner(a[head:len(a)-tail], b[head:len(b)-tail]) {
		pairs = append(pairs, [2]int{p[0] + head, p[1] + head})
	}
	for i := tail; i > 0; i-- {
		pairs = append(pairs, [2]int{len(a) - i, len(b) - i})
	}
	return pairs
}

// common is the textbook table: best[i][j] is the length for a[i:] and b[j:].
func common(a, b []string) (pairs [][2]int) {
	best := make([][]int32, len(a)+1)
	for i := range best {
		best[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if best[i][j] = max(best[i+1][j], best[i][j+1]); a[i] == b[j] {
				best[i][j] = best[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// greedy takes for each line the next equal one.
func greedy(a, b []string) (pairs [][2]int) {
	next := map[string][]int{}
	for j, s := range b {
		next[s] = append(next[s], j)
	}
	from := 0
	for i, s := range a {
		at := next[s]
		for len(at) > 0 && at[0] < from {
			at = at[1:]
		}
		if next[s] = at; len(at) > 0 {
			pairs = append(pairs, [2]int{i, at[0]})
			from = at[0] + 1
		}
	}
	return pairs
}
