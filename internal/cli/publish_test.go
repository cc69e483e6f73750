package cli

import "testing"

func TestTabbedLinesAreSafe(t *testing.T) {
	in := "WARN-NEW: a\x1b[2J [1] x 1 \n\t::stop-commands::x\nFAIL-NEW: 0\tPASS: 1\n"
	want := "WARN-NEW: a[2J [1] x 1 \n\t| ::stop-commands::x\nFAIL-NEW: 0\tPASS: 1\n"
	if got := tabbed(in); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
