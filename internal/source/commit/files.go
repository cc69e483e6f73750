package commit

import "io/fs"

// Entry is one file of a commit: a regular file, a symbolic link or a submodule.
type Entry struct {
	// Name is the slash path from the root.
	Name string
	// Mode is zero for a regular file, fs.ModeSymlink, or fs.ModeDir for a submodule.
	Mode fs.FileMode
	// ID is the blob's id in hexadecimal digits; a submodule's is that of its commit.
	ID string
	// Size is the content's, -1 when it is not known.
	Size int64
}
