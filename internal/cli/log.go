package cli

import (
	"io"
	"log"
	"log/slog"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/stella-ops/assure/internal/reporter"
)

// quietLibraries sends what libraries write to the process-wide loggers to standard
// error with --debug, and nowhere otherwise: it may quote the repository, and what
// matters of it is in the report. One of them even installs a logger that keeps
// everything in memory.
func (a *app) quietLibraries() {
	w := io.Discard
	level := slog.LevelError
	if a.flags.debug {
		w, level = &terminalWriter{a.Stderr}, slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level})))
	log.SetOutput(w)
	logrus.SetOutput(w)
}

// terminalWriter escapes foreign text line by line.
type terminalWriter struct{ w io.Writer }

// Write implements io.Writer.
func (t *terminalWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		if _, err := io.WriteString(t.w, reporter.TerminalLine(strings.TrimRight(line, "\n"))+"\n"); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
