package discover

import (
	"bytes"
	"io/fs"
	"path"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/discover/compose"
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

// maxLinkText is the longest path that a link can hold.
const maxLinkText = 4096

// isWrittenLink reports whether a file with a Compose name holds nothing but the path of
// another Compose file: what git writes where it may make no links. It is text, which
// Docker cannot start either.
func (b *builder) isWrittenLink(name string) bool {
	if !compose.Named(name) {
		return false
	}
	text, err := b.tree.Head(name, maxLinkText)
	if err != nil || len(text) == 0 || len(text) == maxLinkText || bytes.ContainsAny(text, "\r\n") || path.IsAbs(string(text)) {
		return false
	}
	docs, err := source.Parse(name, text)
	if err != nil || len(docs) != 1 || docs[0].Root == nil || source.Deref(docs[0].Root).Kind != yaml.ScalarNode {
		return false
	}
	target := path.Join(path.Dir(name), string(text))
	return target != name && b.has(target) && (compose.Named(target) && b.isComposeByContent(target) || b.isCompose(target))
}
