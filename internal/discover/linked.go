package discover

import (
	"io/fs"
	"slices"

	"github.com/stella-ops/assure/internal/source"
)

// linked adds the links to files that are read under their own names: those that are
// something else by the name of the file they lead to, or whose file is not listed. Any
// other is the same file twice.
func linked(tree *source.Tree, found source.Listing) source.Listing {
	var names []string
	for _, name := range found.Inner {
		info, err := fs.Stat(tree.FS(), name)
		target := tree.Target(name)
		if _, listed := slices.BinarySearch(found.Files, target); err == nil && info.Mode().IsRegular() && !(listed && sameRole(name, target)) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		found.Files = slices.Concat(found.Files, names)
		slices.Sort(found.Files)
	}
	return found
}
