package compose

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/stella-ops/assure/internal/source"
)

// mirror is a private directory with the files of the closure. compose-go opens files that
// are included and extended itself, and those of a commit are nowhere on disk.
type mirror struct{ dir, at string }

// mirrored writes the mirror of a set whose tree is not on disk. A set on disk, and one
// that refers to no other file, is its own: at is then the tree's directory.
func (s *Set) mirrored() (m mirror, err error) {
	m = mirror{dir: s.tree.Dir(), at: s.tree.Dir()}
	if s.tree.OnDisk() || len(s.based) == 0 && len(s.Included) == 0 {
		return m, nil
	}
	if m.at, err = os.MkdirTemp("", "assure-"); err != nil {
		return m, fmt.Errorf("copy Compose files: %w", err)
	}
	root, err := os.OpenRoot(m.at)
	if err != nil {
		return m, fmt.Errorf("copy Compose files: %w", err)
	}
	defer root.Close()
	if err := s.copyTo(root); err != nil {
		return m, fmt.Errorf("copy Compose files: %w", err)
	}
	return m, nil
}

func (s *Set) copyTo(root *os.Root) error {
	for dir := range s.dirs {
		if s.tree.IsDir(dir) {
			if err := root.MkdirAll(filepath.FromSlash(dir), 0o700); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(s.read)), s.envFiles) {
		data, err := s.tree.Read(name, source.MaxFileBytes)
		if err != nil {
			return err
		}
		file := filepath.FromSlash(name)
		if err := root.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := root.WriteFile(file, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// remove takes the mirror away, never the tree.
func (m mirror) remove() {
	if m.at != "" && m.at != m.dir {
		os.RemoveAll(m.at)
	}
}

// in names files as the mirror has them.
func (m mirror) in(files []types.ConfigFile) []types.ConfigFile {
	files = slices.Clone(files)
	for i := range files {
		files[i].Filename = m.there(files[i].Filename)
	}
	return files
}

// there is the mirror's name of a path that may lie in the tree.
func (m mirror) there(p string) string { return moved(p, m.dir, m.at) }

// back takes the mirror's directory out of a model.
func (m mirror) back(v any) any {
	if m.at == m.dir {
		return v
	}
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = m.back(v[k])
		}
	case []any:
		for i := range v {
			v[i] = m.back(v[i])
		}
	case string:
		return moved(v, m.at, m.dir)
	}
	return v
}

// moved replaces the directory that a path lies in.
func moved(p, from, to string) string {
	if rest, ok := strings.CutPrefix(p, from); ok && (rest == "" || rest[0] == filepath.Separator) {
		return to + rest
	}
	return p
}

// mirrorError has the tree's directory in its message instead of the mirror's.
type mirrorError struct {
	error
	mirror mirror
}

func (e mirrorError) Error() string {
	return strings.ReplaceAll(e.error.Error(), e.mirror.at, e.mirror.dir)
}

func (e mirrorError) Unwrap() error { return e.error }
