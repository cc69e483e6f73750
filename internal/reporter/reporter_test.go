package reporter

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/report"
)

// goldenNames maps every format to its golden file.
var goldenNames = map[string]string{
	"text": "report.txt", "lint": "lint.txt", "json": "report.json", "sarif": "assure.sarif", "sarif-upload": "upload.sarif",
	"markdown": "summary.md", "comment": "comment.md", "annotations": "annotations.txt", "html": "report.html",
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for format := range formats() {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			o := Options{Key: "gate.yml:assure", RunURL: "https://github.com/acme/shop/actions/runs/1", Limit: -1}
			golden(t, goldenNames[format], rendered(t, format, rich(verbatim), o))
		})
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(goldenNames)), slices.Sorted(maps.Keys(formats()))); diff != "" {
		t.Errorf("formats without golden file (-want +got):\n%s", diff)
	}
}

func TestFormatsAreValidTextAndDeterministic(t *testing.T) {
	t.Parallel()
	for format := range formats() {
		r := rich(verbatim)
		first := rendered(t, format, r, Options{})
		if !utf8.Valid(first) {
			t.Errorf("%s is not UTF-8", format)
		}
		if !bytes.Equal(first, rendered(t, format, r, Options{})) {
			t.Errorf("%s differs between two calls", format)
		}
		if diff := cmp.Diff(rich(verbatim), r); diff != "" {
			t.Errorf("%s changed the report:\n%s", format, diff)
		}
	}
}

func TestEmptyReport(t *testing.T) {
	t.Parallel()
	for format := range formats() {
		if _, err := Render(format, &report.Report{Verdict: report.Pass}, Options{}); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	if _, err := New("xml", nil, Options{}); err == nil {
		t.Error("an unknown format was accepted")
	}
	r, err := New("json", &bytes.Buffer{}, Options{})
	if err != nil || r.Name() != "json" {
		t.Errorf("New(json) = %v, %v", r, err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	r, err := New("text", brokenWriter{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Write(t.Context(), &report.Report{}); err == nil {
		t.Error("a lost report was no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Write(ctx, &report.Report{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v after a cancel", err)
	}
}
