//go:build unix

package source

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// entries lists a directory that was opened in a root. Such a directory asks for the
// state of each of its files; a copy of its descriptor only tells their types.
func entries(dir *os.File) ([]fs.DirEntry, error) {
	fd, err := duplicate(dir)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir.Name(), err)
	}
	same := os.NewFile(uintptr(fd), dir.Name())
	defer same.Close()
	return same.ReadDir(-1)
}

// duplicate copies the descriptor; no child process inherits it.
func duplicate(f *os.File) (fd int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if fd, err = syscall.Dup(int(f.Fd())); err == nil {
		syscall.CloseOnExec(fd)
	}
	return fd, err
}
