package commit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxPointer bounds the files that say where a repository's data is.
const maxPointer = 4096

// TopLevel is the nearest directory, dir or one above it, that is the work tree of a
// repository; empty without one.
func TopLevel(dir string) string {
	for {
		if _, err := gitDir(dir); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// gitDir is the directory with the HEAD and the index of the work tree at dir: .git, or
// where the file .git leads in a further work tree and in a submodule.
func gitDir(dir string) (string, error) {
	path := filepath.Join(dir, ".git")
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		if path, err = pointer(path, "gitdir:"); err != nil {
			return "", err
		}
	}
	_, err = os.Lstat(filepath.Join(path, "HEAD"))
	return path, err
}

// commonDir holds what several work trees share.
func commonDir(git string) (string, error) {
	dir, err := pointer(filepath.Join(git, "commondir"), "")
	if errors.Is(err, fs.ErrNotExist) {
		return git, nil
	}
	return dir, err
}

// pointer reads a file that names a directory, which may be relative to the file's.
func pointer(path, prefix string) (string, error) {
	data, err := readFile(path, maxPointer)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(string(data), prefix)
	if text = strings.TrimSpace(text); !ok || text == "" {
		return "", fmt.Errorf("read %s: it names no directory", path)
	}
	if !filepath.IsAbs(text) {
		text = filepath.Join(filepath.Dir(path), text)
	}
	return text, nil
}

// readFile reads a regular file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("read %s: not a regular file of at most %d bytes", path, limit)
	}
	return os.ReadFile(path)
}
