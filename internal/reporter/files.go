package reporter

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/report"
)

// file is a report file and the format that fills it.
type file struct{ name, format string }

// files is the list of what every run writes.
func files() []file {
	return []file{
		{"assure.sarif", "sarif"},
		{"report.json", "json"},
		{"summary.md", "markdown"},
		{"report.html", "html"},
	}
}

// WriteFiles writes the report files and the evidence of every stage below dir, makes
// directories where needed and returns the names written, relative to dir. It never
// follows a symbolic link: dir may lie in the repository under test. An error names the
// file; what was written before stays, and no file is left half written.
func WriteFiles(dir string, r *report.Report) ([]string, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open output directory %s: %w", dir, err)
	}
	defer root.Close()
	return (&tree{root: root, copy: copyTo}).writeAll(r)
}

// makeDir creates dir. Below the first level, where only the system's owner makes
// links, no part of it may be a symbolic link.
func makeDir(dir string) error {
	clean := filepath.Clean(dir)
	for _, p := range parents(clean) {
		info, err := os.Lstat(p)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return fmt.Errorf("create output directory %s: %w", dir, err)
		}
		if !info.IsDir() {
			return fmt.Errorf("create output directory %s: %s is not a directory; symbolic links are not followed", dir, p)
		}
	}
	if err := os.MkdirAll(clean, 0o755); err != nil {
		return fmt.Errorf("create output directory %s: %w", dir, err)
	}
	return nil
}

// parents lists the path and its parents, outermost first, without the root, the
// working directory and, of an absolute path with more, the first level.
func parents(p string) []string {
	var list []string
	for p != "." && p != filepath.Dir(p) {
		list = append(list, p)
		p = filepath.Dir(p)
	}
	slices.Reverse(list)
	if len(list) > 1 && filepath.IsAbs(list[0]) {
		list = list[1:]
	}
	return list
}

// tree writes files below a directory.
type tree struct {
	root *os.Root
	// copy fills an open file; tests fill a disk with it.
	copy func(w io.Writer, data []byte) error
}

func copyTo(w io.Writer, data []byte) error {
	_, err := w.Write(data)
	return err
}

func (t *tree) writeAll(r *report.Report) (written []string, err error) {
	r = Redact(r)
	save := func(name string, data []byte) error {
		if slices.ContainsFunc(written, func(w string) bool { return strings.EqualFold(w, name) }) {
			return fmt.Errorf("write %q: there are two files of that name", name)
		}
		if err := t.save(name, data); err != nil {
			return fmt.Errorf("write %q: %w", name, err)
		}
		written = append(written, name)
		return nil
	}
	for _, f := range files() {
		data, err := Render(f.format, r, Options{})
		if err != nil {
			return written, err
		}
		if err := save(f.name, data); err != nil {
			return written, err
		}
	}
	data, err := renderLedger(r.Ledger)
	if err != nil {
		return written, err
	}
	if err := save("ledger.json", data); err != nil {
		return written, err
	}
	for _, s := range r.Stages {
		for _, e := range s.Set.Files {
			if err := save(e.Name, e.Data); err != nil {
				return written, fmt.Errorf("stage %s: %w", s.Name, err)
			}
		}
	}
	return written, nil
}

// save writes one file beside its place and moves it there when it is complete.
func (t *tree) save(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := t.clear(name); err != nil {
		return err
	}
	dir := path.Dir(name)
	if err := t.root.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temp := path.Join(dir, ".assure-"+rand.Text())
	if err := t.fill(temp, data); err != nil {
		return errors.Join(err, ignoreMissing(t.root.Remove(temp)))
	}
	if err := t.root.Rename(temp, name); err != nil {
		return errors.Join(err, ignoreMissing(t.root.Remove(temp)))
	}
	return nil
}

func (t *tree) fill(temp string, data []byte) error {
	f, err := t.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	err = t.copy(f, data)
	if err == nil {
		err = f.Chmod(0o644) // whatever the umask: later steps run as another user
	}
	return errors.Join(err, f.Close())
}

// checkName accepts a plain relative path that means the same on every system.
func checkName(name string) error {
	if !fs.ValidPath(name) || name == "." || !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsAny(name, `\:`) || strip(name) != name {
		return errors.New("the name of an evidence file must be a plain relative path")
	}
	return nil
}

// clear makes sure that nothing but directories leads to name and that at most a
// regular file is in its place.
func (t *tree) clear(name string) error {
	parts := strings.Split(name, "/")
	for i := range parts {
		p := path.Join(parts[:i+1]...)
		info, err := t.root.Lstat(p)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if last := i == len(parts)-1; last && !info.Mode().IsRegular() || !last && !info.IsDir() {
			return fmt.Errorf("%s is in the way (%s); symbolic links are not followed", p, info.Mode().Type())
		}
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
