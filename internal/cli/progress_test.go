package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestProgressInALog(t *testing.T) {
	var b strings.Builder
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	p := newProgress(&b, false, func() time.Time { return now })
	step := func(d time.Duration, stage, doing string, done bool) {
		now = now.Add(d)
		p.Say(stage, doing, done)
	}
	step(0, "deps", "reading", false)              // at once
	step(time.Second, "deps", "matching", false)   // too soon
	step(time.Second, "images", "passed", true)    // ends are always said
	step(5*time.Second, "deps", "matching", false) // unchanged
	step(0, "deps", "writing\n::error::owned", false)
	step(time.Minute, "deps", "findings", true)
	p.Close()
	step(time.Minute, "deps", "late", true)
	want := "assure: [00:00] deps: reading\n" +
		"assure: [00:02] images: passed\n" +
		"assure: [00:07] deps: writing ::error::owned\n" +
		"assure: [01:07] deps: findings\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	var b strings.Builder
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	p := newProgress(&b, true, func() time.Time { return now })
	p.Say("deps", "reading", false)
	p.Say("dast", strings.Repeat("x", 200), false)
	p.Say("dast", "up", false)
	p.Say("deps", "passed", true)
	p.Close()
	lines := strings.Split(b.String(), "\r")
	if strings.Contains(b.String(), "\n") || len(lines) != 7 {
		t.Fatalf("not one rewritten line: %q", b.String())
	}
	for i, l := range lines[1:] {
		if n := len([]rune(l)); n > 100 {
			t.Errorf("rewrite %d is %d wide", i, n)
		}
	}
	if got := strings.TrimRight(lines[3], " "); got != "00:00 dast: up | deps: reading" || len([]rune(lines[3])) != 100 {
		t.Errorf("a shorter line leaves the rest of the longer one: %q", lines[3])
	}
	if strings.TrimSpace(lines[5]) != "" || lines[6] != "" {
		t.Errorf("the line stays behind: %q", lines[5:])
	}
}
