package workload

import "strings"

// nearest reports whether no other document with the same object stands nearer to from.
// The same object twice means that directories describe separate clusters.
func (c *Cluster) nearest(from, to *resource) bool {
	if from.overlay != to.overlay && from.overlay != "" && to.overlay != "" {
		return false
	}
	twins := c.byIdentity[to.identity()]
	if len(twins) == 1 || !c.spend(len(twins)) {
		return len(twins) == 1
	}
	near := shared(from.dir, to.dir)
	for _, t := range twins {
		if shared(from.dir, t.dir) > near {
			return false
		}
	}
	return true
}

// shared counts the leading directories that two slash paths share.
func shared(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
