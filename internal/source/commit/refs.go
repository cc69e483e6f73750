package commit

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/source/commit/objects"
)

// Limits of names of commits.
const (
	maxRef        = 4096
	maxSymbolic   = 5 // as in git
	maxPackedRefs = 1 << 30
	maxListed     = 200_000
)

var errNoRef = errors.New("reference not found")

// refs are the names of commits: those of a work tree, and those that all of them share.
type refs struct{ git, common string }

// resolve follows a name to an id; ref is the name that has it.
func (r refs) resolve(name string) (id, ref string, err error) {
	for range maxSymbolic {
		text, err := r.read(name)
		if err != nil {
			return "", "", err
		}
		target, symbolic := strings.CutPrefix(text, "ref:")
		if !symbolic {
			if !objects.IsID(text) {
				return "", "", fmt.Errorf("%s names no commit", name)
			}
			return text, name, nil
		}
		name = strings.TrimSpace(target)
	}
	return "", "", fmt.Errorf("%s: more than %d references lead to one another", name, maxSymbolic)
}

// read is the text of a reference: from a file of its own, else from the packed ones.
func (r refs) read(name string) (string, error) {
	if !refName(name) {
		return "", errNoRef
	}
	if r.otherFormat() {
		return "", ErrFormat
	}
	for _, dir := range []string{r.git, r.common} {
		data, err := readFile(filepath.Join(dir, filepath.FromSlash(name)), maxRef)
		if err == nil {
			return strings.TrimSpace(string(data)), nil
		}
	}
	found := ""
	err := r.packed(func(ref, id string) bool {
		if ref == name {
			found = id
		}
		return found == ""
	})
	if err == nil && found == "" {
		err = errNoRef
	}
	return found, err
}

// otherFormat reports whether references are kept in tables.
func (r refs) otherFormat() bool {
	info, err := os.Stat(filepath.Join(r.common, "reftable"))
	return err == nil && info.IsDir()
}

// refName reports whether a name can be that of a reference, and stays below the
// directory.
func refName(name string) bool {
	special := name == "HEAD" || strings.HasSuffix(name, "_HEAD") && !strings.Contains(name, "/")
	return (special || strings.HasPrefix(name, "refs/")) && fs.ValidPath(name) && len(name) < maxRef && !strings.ContainsAny(name, "\x00\n\\:")
}

// packed goes through the packed references until use has enough.
func (r refs) packed(use func(ref, id string) (more bool)) error {
	f, err := os.Open(filepath.Join(r.common, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxPackedRefs {
		return errors.Join(err, errors.New("packed-refs is not a regular file, or too large"))
	}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		id, ref, ok := strings.Cut(lines.Text(), " ")
		if ok && id != "#" && !use(ref, id) {
			break
		}
	}
	return lines.Err()
}

// list are the names below a prefix, without it, sorted.
func (r refs) list(prefix string) (names []string, err error) {
	if r.otherFormat() {
		return nil, ErrFormat
	}
	add := func(name string) bool {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			names = append(names, short)
		}
		return len(names) <= maxListed
	}
	if err := r.packed(func(ref, _ string) bool { return add(ref) }); err != nil {
		return nil, err
	}
	err = fs.WalkDir(os.DirFS(r.common), strings.TrimSuffix(prefix, "/"), func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.HasSuffix(name, ".lock") && !add(name) {
			return fs.SkipAll
		}
		return nil // what cannot be listed has no names
	})
	if len(names) > maxListed {
		return nil, fmt.Errorf("%w: more than %d references", ErrTooMany, maxListed)
	}
	slices.Sort(names)
	return slices.Compact(names), err
}
