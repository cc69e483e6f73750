// Package quiet listens to Trivy's log. Trivy reports much of what it skips only there,
// to the process-wide logger of log/slog; here that becomes a value, and the terminal
// stays clean.
package quiet

import (
	"context"
	"log"
	"log/slog"
	"runtime"
	"strings"
	"sync"
)

// maxRecords bounds what is remembered between two calls of Take.
const maxRecords = 1000

// Record is one line of Trivy's log.
type Record struct {
	Level   slog.Level
	Message string
	// Detail holds the values of the line: an error, a package.
	Detail string
	// Parser is true when a parser of lock files wrote it, not the code around it.
	Parser bool
}

// Log is what Trivy writes while it listens.
type Log struct {
	mu      sync.Mutex
	records []Record
	before  *slog.Logger
}

// Listen takes Trivy's records from the process-wide logger until Stop; other records
// pass on to where they went before. Only one Log may listen at a time.
func Listen() *Log {
	l := &Log{before: slog.Default()}
	setDefault(slog.New(handler{log: l, next: l.before.Handler()}))
	return l
}

// Stop restores the logger of before.
func (l *Log) Stop() { setDefault(l.before) }

// Take returns and forgets what was written since the last call.
func (l *Log) Take() []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.records
	l.records = nil
	return taken
}

// setDefault changes slog's logger and nothing else: slog.SetDefault on its own would
// also turn the output of package log around.
func setDefault(l *slog.Logger) {
	w, flags := log.Writer(), log.Flags()
	slog.SetDefault(l)
	log.SetOutput(w)
	log.SetFlags(flags)
}

// handler keeps Trivy's records and passes on all others.
type handler struct {
	log  *Log
	next slog.Handler
}

func (h handler) Enabled(context.Context, slog.Level) bool { return true }

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.log, h.next.WithAttrs(attrs)}
}

// WithGroup leaves the next handler alone, because Trivy's own has no groups.
func (h handler) WithGroup(string) slog.Handler { return h }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
	if strings.HasPrefix(frame.Function, "github.com/aquasecurity/") {
		h.log.add(r, strings.Contains(frame.Function, "/dependency/parser/"))
		return nil
	}
	h.log.mu.Lock()
	defer h.log.mu.Unlock()
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func (l *Log) add(r slog.Record, parser bool) {
	var values []string
	r.Attrs(func(a slog.Attr) bool {
		values = append(values, a.Value.String())
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) < maxRecords {
		l.records = append(l.records, Record{Level: r.Level, Message: r.Message, Detail: strings.Join(values, ", "), Parser: parser})
	}
}
