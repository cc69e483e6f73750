// Package reporter renders a report for each of its readers: terminal, machine, code
// scanning, pull request, job summary, browser.
//
// A report quotes the repository under test, so its text is foreign. Every format
// passes through Write, which first takes out what looks like a secret, and every sink
// has exactly one escaping function, in the file named after it.
package reporter

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/document"
)

// Reporter writes a report somewhere.
type Reporter interface {
	// Name is the word that selects the format.
	Name() string
	// Write renders the report. It never changes it.
	Write(ctx context.Context, r *report.Report) error
}

// Options steer the formats; the zero value suits a file.
type Options struct {
	// Color allows colours in text.
	Color bool
	// Limit is how many findings text lists before it counts the rest: zero means
	// 50, a negative number all.
	Limit int
	// Key tells apart the comments of several jobs on one pull request.
	Key string
	// RunURL leads to the workflow run; empty outside a workflow.
	RunURL string
	// OutDir is where the files are, for hints; empty when none are written.
	OutDir string
	// Untrusted says that the report was made by a run that its author controls.
	Untrusted bool
}

// render is one format.
type render func(r *report.Report, o Options) ([]byte, error)

// formats is the list of all formats, by the word that selects them.
func formats() map[string]render {
	return map[string]render{
		"text":         renderText,
		"lint":         renderLint,
		"json":         renderJSON,
		"sarif":        renderSARIF,
		"sarif-upload": renderUpload,
		"markdown":     renderSummary,
		"comment":      renderComment,
		"annotations":  renderAnnotations,
		"html":         renderHTML,
	}
}

func renderJSON(r *report.Report, _ Options) ([]byte, error) { return document.Encode(r) }

// New returns the reporter of the format, one of text, lint, json, sarif,
// sarif-upload, markdown, comment, annotations and html, writing to w.
func New(format string, w io.Writer, o Options) (Reporter, error) {
	f, ok := formats()[format]
	if !ok {
		return nil, fmt.Errorf("unknown format %q: use text, json, sarif or markdown", format)
	}
	return &writer{format, f, w, o}, nil
}

// Render returns the bytes that the format's reporter would write.
func Render(format string, r *report.Report, o Options) ([]byte, error) {
	var b strings.Builder
	rep, err := New(format, &b, o)
	if err != nil {
		return nil, err
	}
	err = rep.Write(context.Background(), r)
	return []byte(b.String()), err
}

// writer is the Reporter of every format.
type writer struct {
	name   string
	render render
	w      io.Writer
	o      Options
}

func (w *writer) Name() string { return w.name }

func (w *writer) Write(ctx context.Context, r *report.Report) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", w.name, err)
	}
	data, err := w.render(Redact(r), w.o)
	if err != nil {
		return fmt.Errorf("render %s: %w", w.name, err)
	}
	if _, err := w.w.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", w.name, err)
	}
	return nil
}
