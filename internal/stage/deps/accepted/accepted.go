// Package accepted finds the files of a repository that accept vulnerabilities, and
// reads them as exceptions.
package accepted

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/deps/ignorefile"
	"github.com/stella-ops/assure/internal/stage/deps/vex"
)

// Dir holds VEX documents.
const Dir = ".vex"

// maxDocuments is how many VEX documents are read.
const maxDocuments = 200

// Tree reads the files of the commit that chooses the policy.
type Tree interface {
	FS() fs.FS
	Read(name string, limit int64) ([]byte, error)
}

// Where says where to look, besides the names at the root that everybody knows.
type Where struct {
	// LockFiles may have an osv-scanner.toml beside them.
	LockFiles []string
	// IgnoreFiles are further ignore files, VEX further documents or directories of
	// them, as the configuration names them: slash paths of the repository.
	IgnoreFiles, VEX []string
}

// Read reads the ignore files and VEX documents of the tree: those at its root, those
// beside the lock files and those that the configuration names. Problems are entries
// that accept nothing because they cannot be read.
func Read(tree Tree, where Where) ([]config.Exception, []finding.Gap) {
	r := &reader{tree: tree}
	r.ignoreFiles(where)
	r.documents(where.VEX)
	return r.exceptions, r.problems
}

// reader gathers exceptions.
type reader struct {
	tree       Tree
	exceptions []config.Exception
	problems   []finding.Gap
}

func (r *reader) problem(name, text string) {
	r.problems = append(r.problems, finding.Gap{Location: finding.Top(name), Message: text})
}

// read reads one file. One that is there and cannot be read is a problem, and so is one
// that is missing although the configuration names it.
func (r *reader) read(name string, named bool) ([]byte, bool) {
	data, err := r.tree.Read(name, source.MaxFileBytes)
	if err != nil && (named || !errors.Is(err, fs.ErrNotExist)) {
		r.problem(name, "nothing in it is accepted: "+err.Error())
	}
	return data, err == nil
}

// ignoreFiles reads the ignore files. osv-scanner.toml holds for the lock files of its
// own directory.
func (r *reader) ignoreFiles(where Where) {
	dirs := []string{"."}
	for _, l := range where.LockFiles {
		dirs = append(dirs, path.Dir(l))
	}
	slices.Sort(dirs)
	names := []string{ignorefile.Plain, ignorefile.YAML}
	for _, dir := range slices.Compact(dirs) {
		names = append(names, path.Join(dir, ignorefile.OSV))
	}
	known := len(names)
	for i, name := range append(names, where.IgnoreFiles...) {
		name = path.Clean(name)
		if i >= known && slices.Contains(names, name) {
			continue
		}
		if data, ok := r.read(name, i >= known); ok {
			more, bad := ignorefile.Read(name, data)
			r.exceptions, r.problems = append(r.exceptions, more...), append(r.problems, bad...)
		}
	}
}

// documents reads the VEX documents together, because a later one may take back what an
// earlier one says.
func (r *reader) documents(named []string) {
	var statements []vex.Statement
	for i, name := range r.documentNames(named) {
		if i == maxDocuments {
			r.problem(name, fmt.Sprintf("only the first %d VEX documents are read", maxDocuments))
			break
		}
		if data, ok := r.read(name, true); ok {
			more, bad := vex.Read(name, data)
			statements, r.problems = append(statements, more...), append(r.problems, bad...)
		}
	}
	more, bad := vex.Exceptions(statements)
	r.exceptions, r.problems = append(r.exceptions, more...), append(r.problems, bad...)
}

// documentNames are the documents in the well-known directory and those that are named,
// each once.
func (r *reader) documentNames(named []string) (names []string) {
	for i, name := range append([]string{Dir}, named...) {
		name = path.Clean(name)
		entries, err := fs.ReadDir(r.tree.FS(), name)
		switch {
		case err == nil:
			for _, e := range entries {
				if strings.HasSuffix(e.Name(), ".json") {
					names = append(names, path.Join(name, e.Name()))
				}
			}
		case i > 0:
			names = append(names, name) // a file, or something that reading will tell about
		case !errors.Is(err, fs.ErrNotExist):
			r.problem(Dir, "no VEX document is read: "+err.Error())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
