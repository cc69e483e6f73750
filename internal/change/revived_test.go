package change_test

import (
	"testing"

	"github.com/stella-ops/assure/internal/change"
)

// TestRevived repairs a file, and asks about the line with "bad".
func TestRevived(t *testing.T) {
	t.Parallel()
	const head = "services:\n  web:\n    image: a\n    tty: true\n    bad: true\n    last: 1\n"
	for title, test := range map[string]struct {
		base, head string
		want       bool
	}{
		"the end is repaired":       {head + "    broken: [\n", head, false},
		"a value is repaired":       {"services:\n  web:\n    image: [a\n    tty: true\n    bad: true\n    last: 1\n", head, false},
		"the value above":           {"services:\n  web:\n    image: a\n    tty: 'true\n    bad: true\n    last: 1\n", head, false},
		"a conflict":                {"services:\n  web:\n    image: a\n<<<<<<< a\n    tty: true\n=======\n>>>>>>> b\n    bad: true\n    last: 1\n", head, false},
		"the line itself":           {"services:\n  web:\n    image: a\n    tty: true\n    bad: [\n    last: 1\n", head, true},
		"the head of a block":       {"services:\n  web:\n    image: a\n    tty: true\n    note: |\n    bad: true\n    last: 1\n    broken: [\n", head, true},
		"a block above":             {"services:\n  web:\n   note: >-\n    image: a\n    tty: true\n    bad: true\n    last: 1\n   broken: [\n", head, true},
		"a block of everything":     {"x: |\n  services:\nservices:\n  web: |\n    image: a\n    tty: true\n    bad: true\n    last: 1\nbroken: [\n", head, true},
		"a quote above":             {"services:\n  web: \"\n    image: a\n    tty: true\n    bad: true\n    last: 1\n", head, true},
		"the parent":                {"services:\n  wob:\n    image: a\n    tty: true\n    bad: true\n    last: 1\nbroken: [\n", head, true},
		"above the parent":          {"services:\nx: |\n  web:\n    image: a\n    tty: true\n    bad: true\n    last: 1\nbroken: [\n", head, true},
		"a line goes above":         {"services:\n  web:\n    image: a\n    tty: true\n    broken: [\n    bad: true\n    last: 1\n", head, true},
		"a block that ended before": {"x: |\n  text\nservices:\n  web:\n    image: a\n    tty: true\n    bad: true\n    last: 1\nbroken: [\n", "x: |\n  text\n" + head, false},
	} {
		c := change.Between(change.Side{Plan: planOf(t, files{"a.yaml": test.base})}, change.Side{Plan: planOf(t, files{"a.yaml": test.head})})
		line := 5
		if len(test.head) > len(head) {
			line = 7
		}
		if got := c.Revived("a.yaml", line, line); got != test.want {
			t.Errorf("%s: %v", title, got)
		}
	}
}
