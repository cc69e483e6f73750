package change

import (
	"regexp"
	"strings"

	"github.com/stella-ops/assure/internal/source/difference"
)

// Revived reports whether the change brings lines of a file that the base could not read:
// it wrote them or a line that they hang on, or changed what stood right above, or they
// were the text of a value.
func (c *Change) Revived(file string, start, end int) bool {
	if c.Touched(file, start, end) {
		return true
	}
	old, new, ok := c.texts(file)
	if !ok {
		return true
	}
	r := revival{old, new, difference.Origins(old, new)}
	for n := start - 1; n < end; n++ {
		if r.text(r.from[n]) {
			return true
		}
	}
	for n := start - 1; n >= 0; n = r.parent(n) {
		if r.from[n] < 0 || !r.below(n) {
			return true
		}
	}
	return false
}

// revival compares two versions of a file; lines count from zero.
type revival struct {
	old, new difference.Lines
	from     []int
}

// parent is the line that a line hangs on by its indentation, -1 at the top. An item may
// stand right below its key without being indented.
func (r revival) parent(n int) int {
	depth, item := indent(r.new[n]), isItem(r.new[n])
	for n--; n >= 0; n-- {
		if !blank(r.new[n]) && (indent(r.new[n]) < depth || indent(r.new[n]) == depth && item && !isItem(r.new[n])) {
			return n
		}
	}
	return -1
}

func isItem(line string) bool { return strings.HasPrefix(strings.TrimSpace(line)+" ", "- ") }

// below reports whether what stands right above a line is what stood there, or has another
// value at most.
func (r revival) below(n int) bool {
	was, is := r.from[n]-1, n-1
	for ; is >= 0 && r.from[is] < 0; was, is = was-1, is-1 {
		if was < 0 || key(r.old[was]) == "" || key(r.old[was]) != key(r.new[is]) {
			return false
		}
	}
	for was >= 0 && (is < 0 || was > r.from[is]) {
		if !blank(r.old[was]) && !conflict.MatchString(r.old[was]) {
			return false
		}
		was--
	}
	return true
}

var (
	keyed    = regexp.MustCompile(`^\s*(?:- )?[\w."'-]+:`)
	conflict = regexp.MustCompile(`^(?:<{7}|={7}|>{7}|\|{7})`)
	// opens tells a line whose value goes on below: a block of text.
	opens = regexp.MustCompile(`(?::|-)\s+(?:[!&]\S+\s+)*[|>][-+0-9]*(?:\s+#.*)?$`)
)

// key is the key of a line with its indentation.
func key(line string) string {
	if opens.MatchString(line) {
		return ""
	}
	return keyed.FindString(line)
}

// text reports whether a line of the old text belongs to the value of one above: a block,
// or what is quoted or in brackets and not closed there.
func (r revival) text(n int) bool {
	if n < 0 || n >= len(r.old) {
		return true
	}
	depth := indent(r.old[n])
	for p := n - 1; p >= 0 && depth > 0; p-- {
		if strings.TrimSpace(r.old[p]) == "" || indent(r.old[p]) >= depth {
			continue
		}
		if depth = indent(r.old[p]); opens.MatchString(r.old[p]) || unclosed(r.old[p]) {
			return true
		}
	}
	return false
}

// unclosed reports whether the value of a line begins with a quote or a bracket that does
// not end on it.
func unclosed(line string) bool {
	_, value, _ := strings.Cut(line, ": ")
	switch value = strings.TrimSpace(value); {
	case value == "":
		return false
	case value[0] == '"' || value[0] == '\'':
		return strings.Count(value, value[:1])%2 == 1
	case value[0] == '[' || value[0] == '{':
		return strings.Count(value, "[")+strings.Count(value, "{") > strings.Count(value, "]")+strings.Count(value, "}")
	}
	return false
}
