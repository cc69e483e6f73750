package container

import (
	"strconv"
	"strings"
)

// PortRange reads 80 or 8000-8010; anything else is 0, 0.
func PortRange(s string) (first, last int) {
	from, to, isRange := strings.Cut(s, "-")
	if !isRange {
		to = from
	}
	a, err1 := strconv.ParseUint(from, 10, 16)
	b, err2 := strconv.ParseUint(to, 10, 16)
	if err1 != nil || err2 != nil || a > b {
		return 0, 0
	}
	return int(a), int(b)
}
