//go:build !unix

package source

import (
	"io/fs"
	"os"
)

// entries lists a directory.
func entries(dir *os.File) ([]fs.DirEntry, error) { return dir.ReadDir(-1) }
