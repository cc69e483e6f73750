package reporter

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// listing names every entry below dir, with its permissions.
func listing(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	out := map[string]fs.FileMode{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWriteFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "out")
	for range 2 { // a second run replaces the files of the first
		names, err := WriteFiles(dir, rich(verbatim))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"assure.sarif", "report.json", "summary.md", "report.html", "ledger.json", "sbom.spdx.json", "zap/report_json.json"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("names (-want +got):\n%s", diff)
		}
	}
	want := map[string]fs.FileMode{
		"assure.sarif": 0o644, "report.json": 0o644, "summary.md": 0o644, "report.html": 0o644, "ledger.json": 0o644,
		"sbom.spdx.json": 0o644, "zap": fs.ModeDir | 0o755, "zap/report_json.json": 0o644,
	}
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	got, err := os.ReadFile(filepath.Join(dir, "assure.sarif"))
	if err != nil || string(got) != string(rendered(t, "sarif", rich(verbatim), Options{})) {
		t.Errorf("assure.sarif differs from the format, %v", err)
	}
}

func evidence(names ...string) *report.Report {
	r := &report.Report{Verdict: report.Pass, Stages: []report.StageRun{{Name: "dast", State: report.Passed}}}
	for _, n := range names {
		r.Stages[0].Set.Files = append(r.Stages[0].Set.Files, finding.File{Name: n, Data: []byte("x")})
	}
	return r
}

func TestWriteFilesRefusesNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "..", "../x", "a/../../x", "/etc/x", "a//b", "a/", `a\b`, `..\x`, "c:x", "a\nb", "a\x00b", "a\u202eb", "report.json", "REPORT.json"} {
		dir := t.TempDir()
		names, err := WriteFiles(filepath.Join(dir, "out"), evidence(name))
		if err == nil || !strings.Contains(err.Error(), "stage dast") {
			t.Errorf("%q: error %v", name, err)
		}
		if len(names) != 5 || len(listing(t, dir)) != 6 {
			t.Errorf("%q left %v", name, listing(t, dir))
		}
	}
}

func TestWriteFilesFollowsNoLink(t *testing.T) {
	t.Parallel()
	base, outside := t.TempDir(), t.TempDir()
	target := filepath.Join(outside, "GITHUB_OUTPUT")
	write := func(p string) { must(t, os.WriteFile(p, []byte("untouched"), 0o644)) }
	write(target)
	cases := map[string]func(dir string) string{
		"dir":      func(dir string) string { must(t, os.Symlink(outside, dir)); return dir },
		"parent":   func(dir string) string { must(t, os.Symlink(outside, dir)); return filepath.Join(dir, "sub") },
		"dangling": func(dir string) string { must(t, os.Symlink(filepath.Join(outside, "none"), dir)); return dir },
		"file": func(dir string) string {
			must(t, os.Mkdir(dir, 0o755))
			must(t, os.Symlink(target, filepath.Join(dir, "report.json")))
			return dir
		},
		"evidence": func(dir string) string {
			must(t, os.Mkdir(dir, 0o755))
			must(t, os.Symlink(outside, filepath.Join(dir, "zap")))
			return dir
		},
		"inside": func(dir string) string {
			must(t, os.MkdirAll(filepath.Join(dir, "real"), 0o755))
			must(t, os.Symlink("real", filepath.Join(dir, "zap")))
			return dir
		},
		"directory": func(dir string) string { must(t, os.MkdirAll(filepath.Join(dir, "report.json"), 0o755)); return dir },
		"plain":     func(dir string) string { write(dir); return dir },
	}
	for name, prepare := range cases {
		dir := prepare(filepath.Join(base, name))
		if _, err := WriteFiles(dir, evidence("zap/GITHUB_OUTPUT")); err == nil {
			t.Errorf("%s: written through what is in the way", name)
		}
		got, err := os.ReadFile(target)
		if err != nil || string(got) != "untouched" || len(listing(t, outside)) != 1 {
			t.Errorf("%s: outside holds %v, %q, %v", name, listing(t, outside), got, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDiskFullLeavesNoHalfFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	must(t, err)
	defer root.Close()
	n := 0
	full := func(w io.Writer, data []byte) error {
		if n++; n < 3 {
			return copyTo(w, data)
		}
		_, err := w.Write(data[:len(data)/2])
		return errors.Join(err, errors.New("no space left on device"))
	}
	must(t, os.WriteFile(filepath.Join(dir, "summary.md"), []byte("of the last run"), 0o644))
	names, err := (&tree{root: root, copy: full}).writeAll(rich(verbatim))
	if err == nil || !strings.Contains(err.Error(), "summary.md") || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("error %v does not name the file", err)
	}
	if diff := cmp.Diff([]string{"assure.sarif", "report.json"}, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if got := listing(t, dir); len(got) != 3 {
		t.Errorf("left behind: %v", got)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "summary.md")); string(got) != "of the last run" {
		t.Errorf("summary.md = %q", got)
	}
}

func TestParents(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		".": nil, "/": nil, "a/b": {"a", "a/b"}, "/tmp": {"/tmp"}, "/tmp/x/y": {"/tmp/x", "/tmp/x/y"},
	} {
		if diff := cmp.Diff(want, parents(filepath.FromSlash(in))); diff != "" {
			t.Errorf("parents(%s) (-want +got):\n%s", in, diff)
		}
	}
}
