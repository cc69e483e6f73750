package workspace

import (
	"errors"

	"github.com/stella-ops/assure/internal/source/commit"
	"github.com/stella-ops/assure/internal/stage/images/rotation"
)

// MaxTrustedBytes is above keys, roots and policies, and bills of materials that are
// compared.
const MaxTrustedBytes = 16 << 20

// Releases reads a key file in the newest release of each major version. A directory
// without history, or without its tags, has none.
func (w *Workspace) Releases(file string) (out []rotation.Release, err error) {
	repo, err := commit.Open(w.Tree.Dir())
	if errors.Is(err, commit.ErrNoRepository) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tags, err := repo.Tags()
	if err != nil {
		return nil, err
	}
	for _, tag := range rotation.Newest(tags) {
		c, err := repo.Commit("refs/tags/" + tag)
		if err != nil {
			return nil, err
		}
		key, err := c.ReadFile(file, MaxTrustedBytes)
		if err != nil && !errors.Is(err, commit.ErrNotFound) {
			return nil, err
		}
		out = append(out, rotation.Release{Tag: tag, Key: key})
	}
	return out, nil
}
