package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stella-ops/assure/internal/reporter"
)

// quietFor is how long a log stays silent between two lines that report no end.
const quietFor = 5 * time.Second

// progress shows on standard error what the stages do: one line that is rewritten on
// a terminal, elsewhere a line on change, every five seconds at most.
type progress struct {
	mu     sync.Mutex
	w      io.Writer
	tty    bool
	now    func() time.Time
	start  time.Time
	last   time.Time
	doing  map[string]string
	width  int
	closed bool
}

func newProgress(w io.Writer, tty bool, now func() time.Time) *progress {
	return &progress{w: w, tty: tty, now: now, start: now(), doing: map[string]string{}}
}

// Say notes what a stage does now.
func (p *progress) Say(stage, doing string, done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	doing = reporter.TerminalLine(doing)
	if p.doing[stage] == doing && !done {
		return
	}
	p.doing[stage] = doing
	now := p.now()
	switch {
	case p.tty:
		p.rewrite(now)
	case done || now.Sub(p.last) >= quietFor:
		p.last = now
		fmt.Fprintf(p.w, "assure: [%s] %s: %s\n", elapsed(now.Sub(p.start)), stage, doing)
	}
	if done {
		delete(p.doing, stage)
	}
}

func (p *progress) rewrite(now time.Time) {
	parts := make([]string, 0, len(p.doing))
	for _, s := range slices.Sorted(maps.Keys(p.doing)) {
		parts = append(parts, s+": "+p.doing[s])
	}
	line := []rune(elapsed(now.Sub(p.start)) + " " + strings.Join(parts, " | "))
	if len(line) > 100 {
		line = append(line[:99], '…')
	}
	pad := max(0, p.width-len(line))
	p.width = len(line)
	fmt.Fprintf(p.w, "\r%s%s", string(line), strings.Repeat(" ", pad))
}

// Close removes the rewritten line and silences late callers.
func (p *progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.tty && p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
	}
}

func elapsed(d time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
