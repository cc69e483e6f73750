package helm

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// joint stands in a name between an archive and what lies in it: no path holds it.
const joint = "\x00"

// shelf reads charts from the tree and from the archives that were unpacked.
type shelf struct {
	tree     *source.Tree
	archives map[string]*archive
	// left is how much may still be unpacked.
	left int
}

func newShelf(tree *source.Tree) *shelf {
	return &shelf{tree: tree, archives: map[string]*archive{}, left: maxSource}
}

// open unpacks an archive and returns the directory in it.
func (s *shelf) open(name string) (dir string, a *archive, err error) {
	data, err := s.Read(name, maxPacked)
	if err != nil {
		return "", nil, cause(err)
	}
	if a, err = unpack(data, s.left); err != nil {
		return "", nil, err
	}
	s.left -= a.size
	s.archives[name] = a
	return name + joint + a.dir, a, nil
}

// split finds the archive that a name leads into; nil for none.
func (s *shelf) split(name string) (in *archive, prefix, inner string) {
	i := strings.LastIndex(name, joint)
	if i < 0 {
		return nil, "", name
	}
	return s.archives[name[:i]], name[:i+1], name[i+1:]
}

// Read returns a file of the tree or of an archive.
func (s *shelf) Read(name string, limit int64) ([]byte, error) {
	in, _, inner := s.split(name)
	if in != nil {
		return in.read(inner, limit)
	}
	return s.tree.Read(name, limit)
}

func (s *shelf) walk(dir string, visit fs.WalkDirFunc) error {
	in, prefix, inner := s.split(dir)
	if in != nil {
		return in.walk(prefix, inner, visit)
	}
	return fs.WalkDir(s.tree.FS(), dir, visit)
}

// follow is where a link in the tree leads, or the name itself.
func (s *shelf) follow(name string) string {
	if isPacked(name) {
		return name
	}
	if to := s.tree.Target(name); to != "" {
		return to
	}
	return name
}

// isPacked reports whether a name lies in an archive.
func isPacked(name string) bool { return strings.Contains(name, joint) }

// outside is the file of the repository that a name stands for.
func outside(name string) string {
	name, _, _ = strings.Cut(name, joint)
	return name
}

// anchored is a place in a file of the repository: all that lies in an archive is at its
// beginning, and where inside is told beside it.
func anchored(at finding.Location) finding.Location {
	outer, inner, ok := strings.Cut(at.URI, joint)
	if !ok {
		return at
	}
	to := finding.Top(outer)
	to.Inner = strings.ReplaceAll(inner, joint, "/")
	if at.Region.StartLine > 0 {
		to.Inner = fmt.Sprintf("%s:%d", to.Inner, at.Region.StartLine)
	}
	return to
}

// shown is a name for a message.
func shown(name string) string { return path.Base(strings.ReplaceAll(name, joint, "/")) }
