package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stella-ops/assure/internal/source"
)

// Bounds of one packed chart. Text becomes ten to twenty times smaller when it is packed.
const (
	maxPacked  = 8 << 20
	maxEntries = 5_000
	maxRatio   = 100
	// minRatio is the size up to which nobody asks for the ratio.
	minRatio = 4 << 20
	maxName  = 512
)

// archive is a packed chart, unpacked in memory.
type archive struct {
	entries map[string]packed
	// names are those of the entries in order; dir is the one directory of all.
	names []string
	dir   string
	// links are entries that are neither files nor directories.
	links []string
	// size is what was unpacked, left what files may still hold: sparse ones hold more
	// than what they are packed of.
	size, left int
}

// packed is a file or directory of an archive. A file that is too large has no data.
type packed struct {
	fs.FileInfo
	data []byte
}

// unpack reads a packed chart that may unpack to at most left bytes.
func unpack(data []byte, left int) (*archive, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("it is not packed with gzip: %w", err)
	}
	left = min(left, max(len(data)*maxRatio, minRatio))
	in := &bounded{r: z, left: left}
	a := &archive{entries: map[string]packed{}, left: left}
	err = a.fill(tar.NewReader(in))
	if a.size = left - min(in.left, a.left); a.size > left {
		return nil, fmt.Errorf("it unpacks to more than %d bytes", left)
	}
	if err != nil {
		return nil, err
	}
	return a.finish()
}

// bounded fails when more is read than is left.
type bounded struct {
	r    io.Reader
	left int
}

var errBound = errors.New("too much")

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errBound
	}
	return n, err
}

func (a *archive) fill(t *tar.Reader) error {
	for n := 0; ; n++ {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("its table of contents cannot be read: %w", err)
		case n >= maxEntries:
			return fmt.Errorf("it holds more than %d entries", maxEntries)
		case h.Typeflag == tar.TypeXGlobalHeader:
			continue
		}
		if err := a.take(h, t); err != nil {
			return err
		}
	}
}

// take adds one entry.
func (a *archive) take(h *tar.Header, from io.Reader) error {
	name, err := inside(h.Name)
	if err != nil || name == "." {
		return err
	}
	old, known := a.entries[name]
	switch {
	case h.Typeflag == tar.TypeDir && known && old.IsDir():
		return nil
	case known:
		return fmt.Errorf("it holds %q twice", name)
	case h.Typeflag == tar.TypeDir:
		a.entries[name] = directory(name)
	case h.Typeflag != tar.TypeReg:
		a.links = append(a.links, name)
	default:
		return a.file(name, h, from)
	}
	return nil
}

func (a *archive) file(name string, h *tar.Header, from io.Reader) (err error) {
	p := packed{FileInfo: h.FileInfo()}
	if h.Size <= maxFile {
		if a.left -= int(h.Size); a.left < 0 {
			return errBound
		}
		if p.data, err = io.ReadAll(from); err != nil {
			return fmt.Errorf("%q cannot be read: %w", name, err)
		}
	}
	a.entries[name] = p
	return nil
}

// inside is the clean name of an entry, which must not lead out of the archive.
func inside(name string) (string, error) {
	bad := func(r rune) bool { return unicode.IsControl(r) || r == '\\' }
	switch {
	case len(name) > maxName:
		return "", fmt.Errorf("it holds a name of more than %d bytes", maxName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, bad):
		return "", fmt.Errorf("it holds %q, which is no path", name)
	case path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), ".."):
		return "", fmt.Errorf("it holds %q, which leads out of it", name)
	}
	return path.Clean(name), nil
}

func directory(name string) packed {
	return packed{FileInfo: (&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755}).FileInfo()}
}

// finish adds the directories that have no entry of their own, and makes sure that all
// lies in one.
func (a *archive) finish() (*archive, error) {
	for name := range a.entries {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if p, known := a.entries[dir]; known && !p.IsDir() {
				return nil, fmt.Errorf("it holds %q as a file and as a directory", dir)
			} else if !known {
				a.names = append(a.names, dir)
				a.entries[dir] = directory(dir)
			}
		}
	}
	a.names = a.names[:0]
	for name, p := range a.entries {
		a.names = append(a.names, name)
		if !strings.Contains(name, "/") && (a.dir != "" || !p.IsDir()) {
			return nil, errors.New("it does not hold one directory with a chart")
		}
		if !strings.Contains(name, "/") {
			a.dir = name
		}
	}
	if slices.Sort(a.names); a.dir == "" {
		return nil, errors.New("it is empty")
	}
	if p, ok := a.entries[path.Join(a.dir, "Chart.yaml")]; !ok || p.IsDir() {
		return nil, errors.New("it holds no Chart.yaml")
	}
	return a, nil
}

// read is the content of a file.
func (a *archive) read(name string, limit int64) ([]byte, error) {
	p, ok := a.entries[name]
	switch {
	case !ok || p.IsDir():
		return nil, fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	case p.Size() > min(limit, maxFile):
		return nil, fmt.Errorf("read %s: %w (limit %d bytes)", name, source.ErrTooLarge, min(limit, maxFile))
	}
	return p.data, nil
}

// walk visits what lies below a directory, as fs.WalkDir does; prefix goes before names.
func (a *archive) walk(prefix, dir string, visit fs.WalkDirFunc) error {
	var skipped []string
	for _, name := range a.names {
		within := func(d string) bool { return strings.HasPrefix(name, d+"/") }
		if !within(dir) || slices.ContainsFunc(skipped, within) {
			continue
		}
		err := visit(prefix+name, fs.FileInfoToDirEntry(a.entries[name]), nil)
		if errors.Is(err, fs.SkipDir) {
			skipped = append(skipped, name)
		} else if err != nil {
			return err
		}
	}
	return nil
}
