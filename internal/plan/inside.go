package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// errOutside marks a path that leads out of the repository.
var errOutside = errors.New("leads out of the repository and is not read; keep it inside")

// inside resolves p from dir, a slash path of the root, without touching any file.
func inside(root, dir, p string) (string, error) {
	if strings.Contains(p, "\x00") || strings.HasPrefix(p, "~") || remote(p) {
		return "", fmt.Errorf("%q %w", p, errOutside)
	}
	if filepath.IsAbs(p) {
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return "", fmt.Errorf("%q %w", p, errOutside)
		}
		dir, p = ".", filepath.ToSlash(rel)
	}
	name := path.Join(dir, p)
	if !fs.ValidPath(name) {
		return "", fmt.Errorf("%q %w", p, errOutside)
	}
	return name, nil
}

func remote(p string) bool {
	return strings.Contains(p, "://") || strings.HasPrefix(p, "git@") || strings.HasPrefix(p, "github.com/")
}
