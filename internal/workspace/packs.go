package workspace

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
)

// Packs opens the configured pack directories in the trusted tree.
func (w *Workspace) Packs(dirs []string) ([]policy.Pack, error) { return Packs(w.Trusted(), dirs) }

// Packs opens pack directories in a tree.
func Packs(tree *source.Tree, dirs []string) ([]policy.Pack, error) {
	var all []policy.Pack
	for _, dir := range dirs {
		dir = path.Clean(filepath.ToSlash(dir))
		fsys, err := fs.Sub(tree.FS(), dir)
		if err == nil {
			_, err = fs.Stat(fsys, ".")
		}
		if err != nil {
			return nil, fmt.Errorf("open policy pack %s: %w", dir, err)
		}
		all = append(all, policy.Pack{Name: path.Base(dir), Dir: dir, FS: fsys})
	}
	return all, nil
}
