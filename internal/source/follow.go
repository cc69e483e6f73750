package source

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// maxLinks is how many links one path may lead through, as in os.Root.
const maxLinks = 8

// follow is the path without links that a path stands for. It never leaves the tree, not
// even to come back.
func follow(f files, name string) (real string, err error) {
	rest, links := split(name), 0
	for at := "."; ; {
		if len(rest) == 0 {
			return at, nil
		}
		if rest[0] == ".." && at == "." {
			return "", outside(name)
		}
		next := path.Join(at, rest[0])
		info, err := f.Lstat(next)
		switch {
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink == 0:
			at, rest = next, rest[1:]
			continue
		}
		target, err := f.ReadLink(next)
		if links++; err != nil || links > maxLinks || filepath.IsAbs(target) {
			return "", outside(name)
		}
		rest = append(split(filepath.ToSlash(target)), rest[1:]...)
	}
}

func outside(name string) error { return &fs.PathError{Op: "follow", Path: name, Err: ErrOutside} }

// split yields the elements of a path, those that go nowhere aside.
func split(name string) (elements []string) {
	for e := range strings.SplitSeq(name, "/") {
		if e != "" && e != "." {
			elements = append(elements, e)
		}
	}
	return elements
}
