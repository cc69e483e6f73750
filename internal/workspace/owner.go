package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// GiveToOwner makes the workspace's owner the owner of the reports: the action runs as
// root, and later steps of the job, which do not, must be able to remove them. The
// names are relative to out.
func (w *Workspace) GiveToOwner(out string, names []string) error {
	info, err := os.Stat(w.Tree.Dir())
	if err != nil {
		return fmt.Errorf("find owner of the workspace: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	paths := map[string]bool{out: true}
	for _, name := range names {
		for path := filepath.FromSlash(name); path != "."; path = filepath.Dir(path) {
			paths[filepath.Join(out, path)] = true
		}
	}
	for path := range paths {
		if err := os.Lchown(path, int(owner.Uid), int(owner.Gid)); err != nil {
			return fmt.Errorf("give report to the workspace's owner: %w", err)
		}
	}
	return nil
}
