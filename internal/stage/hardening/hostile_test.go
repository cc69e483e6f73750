package hardening_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEncodings finds the same at the same places with the line breaks and the mark that
// Windows editors write.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const text = "services:\n  web:\n    image: é.example.org/web:1.0\n    privileged: true\n    tmpfs: [/tmp]\n"
	want := lines(judge(t, repository(t, map[string]string{"compose.yaml": text}), "guide"))
	if !strings.Contains(want, "compose.yaml:4:17: critical compose/privileged") {
		t.Fatalf("got %s", want)
	}
	for name, text := range map[string]string{
		"CRLF":         strings.ReplaceAll(text, "\n", "\r\n"),
		"mark":         "\ufeff" + text,
		"mark of CRLF": "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		got := lines(judge(t, repository(t, map[string]string{"compose.yaml": text}), "guide"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-plain +this):\n%s", name, diff)
		}
	}
}

// TestWidePorts reads ranges of ports as ranges, however wide they are.
func TestWidePorts(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("services:\n")
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		text.WriteString("  " + name + ":\n    image: postgres:16\n    ports: ['1-65535:1-65535', '127.0.0.1:1-65535:1-65535/udp']\n")
	}
	set := judge(t, repository(t, map[string]string{"compose.yaml": text.String()}), "strict")
	if len(set.Gaps) > 0 {
		t.Errorf("gaps %v", set.Gaps)
	}
	if n := strings.Count(lines(set), "critical compose/published-store"); n != 8 {
		t.Errorf("%d published stores, want 8:\n%s", n, lines(set))
	}
}
