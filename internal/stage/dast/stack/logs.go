package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// Bounds of what an error quotes from a service.
const (
	maxLines = 12
	maxLine  = 200
	maxLogs  = 64 << 10
	logsWait = 5 * time.Second
)

// failure adds the last words of the services that did not make it, and of the build.
func (s *Stack) failure(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		if err = context.Cause(ctx); !errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w (%w)", err, ctx.Err())
		}
	}
	if errors.Is(err, context.Canceled) || doing == "create stack" && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	text := []string{clip(err.Error(), 4*maxLine)}
	if hint := remedy(err.Error()); hint != "" {
		text = append(text, hint)
	}
	if out := last(s.output.String(), maxLines); out != "" && doing == "create stack" {
		text = append(text, "the build ended with:", out, "the engine's classic builder is used; an image that needs BuildKit must be built before and named with image:")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logsWait)
	defer cancel()
	text = append(text, s.lastWords(ctx)...)
	return &startError{doing: doing, text: s.Mask(strings.Join(text, "\n")), err: err}
}

// remedy says what to do about errors of an engine that have nothing to do with the
// stack.
func remedy(text string) string {
	switch {
	case strings.Contains(text, "no space left on device"):
		return "the disk of the engine is full; make room, for example with \"docker system prune\""
	case strings.Contains(text, "port is already allocated"), strings.Contains(text, "address already in use"):
		return "a port that the stack asks for is in use on the engine's machine"
	case strings.Contains(text, "could not find an available, non-overlapping"), strings.Contains(text, "all predefined address pools"):
		return "the engine has no network left to give; remove unused ones, for example with \"docker network prune\" and \"assure clean\""
	}
	return ""
}

// startError is the error of a stack that did not start, its text free of secrets.
type startError struct {
	doing, text string
	err         error
}

func (e *startError) Error() string { return e.doing + ": " + e.text }
func (e *startError) Unwrap() error { return e.err }

// lastWords quotes the logs of every service that is not ready.
func (s *Stack) lastWords(ctx context.Context) []string {
	all, err := s.inspect(ctx)
	if err != nil {
		return nil
	}
	var text []string
	for _, c := range all {
		how, word := judge(c.State, settle)
		if how == ready || c.State == nil || c.State.Status == container.StateCreated {
			continue
		}
		text = append(text, fmt.Sprintf("service %s %s", serviceName(c), word))
		if logs := s.logs(ctx, c); logs != "" {
			text = append(text, "its last words:", logs)
		}
	}
	return text
}

func (s *Stack) logs(ctx context.Context, c container.InspectResponse) string {
	r, err := s.engine.api.ContainerLogs(ctx, c.ID, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: fmt.Sprint(maxLines)})
	if err != nil {
		return ""
	}
	defer r.Close()
	var out bytes.Buffer
	in := io.LimitReader(r, maxLogs)
	if c.Config != nil && c.Config.Tty {
		io.Copy(&out, in) //nolint:errcheck // what arrived is what is quoted
	} else {
		stdcopy.StdCopy(&out, &out, in) //nolint:errcheck // likewise
	}
	return last(out.String(), maxLines)
}

// last returns the last n lines that say something, clipped and without control characters.
func last(text string, n int) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = clip(line[strings.LastIndexByte(strings.TrimRight(line, "\r"), '\r')+1:], maxLine); line != "" {
			lines = append(lines, "  "+line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// clip makes one printable line of at most n characters.
func clip(text string, n int) string {
	line := strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r == '\r' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	runes := []rune(strings.TrimSpace(line))
	if len(runes) > n {
		runes = append(runes[:n], '…')
	}
	return string(runes)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	t.buf = t.buf[max(0, len(t.buf)-maxLogs):]
	return len(p), nil
}

// String is what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
