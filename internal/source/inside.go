package source

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// ErrOutside marks a path that leads out of the repository.
var ErrOutside = errors.New("leads out of the repository and is not read; keep it inside")

// Inside resolves p from dir, a slash path of the root, without touching any file.
func Inside(root, dir, p string) (string, error) {
	if strings.Contains(p, "\x00") || strings.HasPrefix(p, "~") || IsRemote(p) {
		return "", fmt.Errorf("%q %w", p, ErrOutside)
	}
	if filepath.IsAbs(p) {
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return "", fmt.Errorf("%q %w", p, ErrOutside)
		}
		dir, p = ".", filepath.ToSlash(rel)
	}
	name := path.Join(dir, p)
	if !fs.ValidPath(name) {
		return "", fmt.Errorf("%q %w", p, ErrOutside)
	}
	return name, nil
}

// IsRemote reports whether a path is an address of something elsewhere.
func IsRemote(p string) bool {
	return strings.Contains(p, "://") || strings.HasPrefix(p, "git@") || strings.HasPrefix(p, "github.com/")
}
