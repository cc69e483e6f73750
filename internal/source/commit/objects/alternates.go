package objects

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Limits of borrowing; the depth is git's.
const (
	maxBorrowed   = 64
	maxBorrowing  = 5
	maxAlternates = 64 << 10
)

// alternates are a directory of objects and those that it borrows from, directly or not.
// Those that are not there are named.
func alternates(dir string) (dirs, gone []string) {
	type step struct {
		dir   string
		depth int
	}
	var seen []os.FileInfo
	for todo := []step{{dir, 0}}; len(todo) > 0 && len(dirs) < maxBorrowed; todo = todo[1:] {
		at := todo[0]
		info, err := os.Stat(at.dir)
		switch {
		case err != nil || !info.IsDir():
			gone = append(gone, at.dir)
			continue
		case slices.ContainsFunc(seen, func(s os.FileInfo) bool { return os.SameFile(s, info) }):
			continue
		}
		seen, dirs = append(seen, info), append(dirs, at.dir)
		for _, next := range borrowed(at.dir) {
			if at.depth < maxBorrowing && len(todo) < maxBorrowed {
				todo = append(todo, step{next, at.depth + 1})
			}
		}
	}
	return dirs, gone
}

// borrowed reads info/alternates.
func borrowed(dir string) (dirs []string) {
	text, err := small(filepath.Join(dir, "info", "alternates"), maxAlternates)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if unquoted, err := strconv.Unquote(line); err == nil {
			line = unquoted
		}
		if line == "" || line[0] == '#' || strings.ContainsRune(line, 0) {
			continue
		}
		if !filepath.IsAbs(line) {
			line = filepath.Join(dir, line)
		}
		dirs = append(dirs, filepath.Clean(line))
	}
	return dirs
}

// regular opens a regular file; a pipe is not waited for.
func regular(name string) (*os.File, int64, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "read", Path: name, Err: os.ErrInvalid}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// small reads a file of at most limit bytes.
func small(name string, limit int64) ([]byte, error) {
	f, size, err := regular(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, &os.PathError{Op: "read", Path: name, Err: ErrTooLarge}
	}
	data := make([]byte, size)
	_, err = io.ReadFull(f, data)
	return data, err
}
