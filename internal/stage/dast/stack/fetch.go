package stack

import (
	"archive/tar"
	"context"
	"fmt"
	"io"

	"github.com/moby/moby/client"
)

// Fetch reads a file of a helper through the engine's archive interface, so that no
// directory has to be shared with it.
func (s *Stack) Fetch(ctx context.Context, helper, path string, limit int64) ([]byte, error) {
	r, err := s.engine.api.CopyFromContainer(ctx, s.project.Name+"-"+helper, client.CopyFromContainerOptions{SourcePath: path})
	if err != nil {
		return nil, fmt.Errorf("copy %s from %s: %w", path, helper, err)
	}
	defer r.Content.Close()
	t := tar.NewReader(r.Content)
	h, err := t.Next()
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the archive of %s: %w", path, err)
	case h.Typeflag != tar.TypeReg:
		return nil, fmt.Errorf("%s of %s is no file", path, helper)
	case h.Size > limit:
		return nil, fmt.Errorf("%s of %s is larger than %d bytes", path, helper, limit)
	}
	return io.ReadAll(io.LimitReader(t, limit))
}
