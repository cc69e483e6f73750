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

// Read reads the ignore files and VEX documents of the tree: those at its root and those
// beside the lock files. Problems are entries that accept nothing because they cannot be
// read.
func Read(tree Tree, lockFiles []string) (exceptions []config.Exception, problems []finding.Gap) {
	for _, name := range ignoreFiles(lockFiles) {
		data, err := read(tree, name, &problems)
		if err != nil {
			continue
		}
		more, bad := ignorefile.Read(name, data)
		exceptions, problems = append(exceptions, more...), append(problems, bad...)
	}
	more, bad := documents(tree)
	return append(exceptions, more...), append(problems, bad...)
}

// read reads one file; one that is there and cannot be read is a problem.
func read(tree Tree, name string, problems *[]finding.Gap) ([]byte, error) {
	data, err := tree.Read(name, source.MaxFileBytes)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		*problems = append(*problems, finding.Gap{Location: finding.Top(name), Message: "nothing in it is accepted: " + err.Error()})
	}
	return data, err
}

// ignoreFiles are the names to look for. osv-scanner.toml holds for the lock files of
// its own directory.
func ignoreFiles(lockFiles []string) []string {
	dirs := []string{"."}
	for _, l := range lockFiles {
		dirs = append(dirs, path.Dir(l))
	}
	slices.Sort(dirs)
	names := []string{ignorefile.Plain, ignorefile.YAML}
	for _, dir := range slices.Compact(dirs) {
		names = append(names, path.Join(dir, ignorefile.OSV))
	}
	return names
}

// documents reads the VEX documents together, because a later one may take back what an
// earlier one says.
func documents(tree Tree) ([]config.Exception, []finding.Gap) {
	entries, err := fs.ReadDir(tree.FS(), Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, []finding.Gap{{Location: finding.Top(Dir), Message: "no VEX document is read: " + err.Error()}}
	}
	var statements []vex.Statement
	var problems []finding.Gap
	count := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		name := path.Join(Dir, e.Name())
		if count++; count > maxDocuments {
			problems = append(problems, finding.Gap{Location: finding.Top(name), Message: fmt.Sprintf("only the first %d VEX documents are read", maxDocuments)})
			break
		}
		data, err := read(tree, name, &problems)
		if err != nil {
			continue
		}
		more, bad := vex.Read(name, data)
		statements, problems = append(statements, more...), append(problems, bad...)
	}
	exceptions, bad := vex.Exceptions(statements)
	return exceptions, append(problems, bad...)
}
