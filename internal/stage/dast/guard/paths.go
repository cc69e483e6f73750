package guard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// maxFileBytes bounds the files that are read for a stack: env files, labels, profiles.
const maxFileBytes = 1 << 20

// bind is a path of the repository that a service mounts.
type bind struct {
	at       spot
	source   string
	readOnly bool
}

// abs turns a path relative to the repository into an absolute one.
func (x *exam) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(x.base, path)
}

// confined resolves the path through every link and returns why it may not be used.
func (x *exam) confined(path string) (resolved, why string) {
	if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
		return "", fmt.Sprintf("%q is not a path of the repository", path)
	}
	resolved, err := resolve(filepath.Clean(path))
	if err != nil {
		return "", fmt.Sprintf("%q cannot be resolved", path)
	}
	rel, err := filepath.Rel(x.root, resolved)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Sprintf("%q lies outside of the repository", path)
	}
	if first, _, _ := strings.Cut(filepath.ToSlash(rel), "/"); strings.EqualFold(first, ".git") {
		return "", fmt.Sprintf("%q belongs to git, which may keep credentials there", path)
	}
	return resolved, ""
}

// resolve evaluates the links of the longest part of the path that exists. A link
// that leads nowhere cannot be resolved: something may appear there later.
func resolve(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return resolved, err
	}
	if _, err := os.Lstat(path); err == nil {
		return "", fmt.Errorf("resolve %s: the link leads nowhere", path)
	}
	dir := filepath.Dir(path)
	if dir == path {
		return path, nil
	}
	if dir, err = resolve(dir); err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// file denies anything but a regular file of the repository of a sane size. A file
// that is missing is left to whoever needs it.
func (x *exam) file(at spot, path string) {
	resolved, why := x.confined(path)
	if why != "" {
		x.deny(at, why)
		return
	}
	info, err := os.Stat(resolved)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		x.deny(at, fmt.Sprintf("%q cannot be read", path))
	case !info.Mode().IsRegular():
		x.deny(at, fmt.Sprintf("%q is not a regular file", path))
	case info.Size() > maxFileBytes:
		x.deny(at, fmt.Sprintf("%q is larger than %d bytes", path, maxFileBytes))
	}
}

func file(x *exam, at spot, v reflect.Value) { x.file(at, v.String()) }

func files(x *exam, at spot, v reflect.Value) {
	for i := range v.Len() {
		x.file(at.key(i), v.Index(i).String())
	}
}

func envFiles(x *exam, at spot, v reflect.Value) {
	for i, f := range v.Interface().([]types.EnvFile) {
		x.file(at.key(i), f.Path)
	}
}

// volumes judges mounts; what is mounted depends on their type.
func volumes(x *exam, at spot, v reflect.Value) {
	x.inside(at, v)
	for i, m := range v.Interface().([]types.ServiceVolumeConfig) {
		if m.Type == types.VolumeTypeBind {
			x.mount(at.key(i), m)
		}
	}
}

func (x *exam) mount(at spot, m types.ServiceVolumeConfig) {
	resolved, why := x.confined(m.Source)
	if why != "" {
		x.deny(at, "the mount of "+why)
		return
	}
	info, err := os.Stat(resolved)
	if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		x.deny(at, fmt.Sprintf("the mount of %q is neither a directory nor a regular file", m.Source))
		return
	}
	x.binds = append(x.binds, bind{at: at, source: resolved, readOnly: m.ReadOnly})
}

// overlaps denies a mount below a directory that another container may write to:
// that container could replace it by a link out of the repository.
func (x *exam) overlaps() {
	for _, w := range x.binds {
		for _, b := range x.binds {
			rel, err := filepath.Rel(w.source, b.source)
			if w.readOnly || err != nil || rel == "." || !filepath.IsLocal(rel) {
				continue
			}
			x.deny(b.at, fmt.Sprintf("%q lies in %q, which a container of the stack may write to and redirect; mount the outer one read-only", b.source, w.source))
		}
	}
}
