package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// isLayout tells an OCI layout from a plain database directory.
func isLayout(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "oci-layout"))
	return err == nil
}

// fromLayout unpacks the database of an OCI layout into the cache, once.
func (s *Store) fromLayout(ctx context.Context, dir string) (Info, error) {
	art, err := s.layoutArtifact(dir)
	if err != nil {
		return Info{}, fmt.Errorf("read OCI layout %s: %w", dir, err)
	}
	if err := s.checkCache(); err != nil {
		return Info{}, err
	}
	for _, known := range s.list() {
		if known.Layer == art.Layer {
			if info, err := s.verify(ctx, known); err == nil {
				return info, nil
			}
		}
	}
	return s.fetch(ctx, art)
}

func (s *Store) layoutArtifact(dir string) (Artifact, error) {
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return Artifact{}, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return Artifact{}, err
	}
	last := errors.New("it holds no image")
	for _, m := range manifest.Manifests {
		art, err := s.imageArtifact(index, m.Digest, dir)
		if err == nil {
			return art, nil
		}
		last = err
	}
	return Artifact{}, last
}

func (s *Store) imageArtifact(index v1.ImageIndex, digest v1.Hash, dir string) (Artifact, error) {
	img, err := index.Image(digest)
	if err != nil {
		return Artifact{}, err
	}
	return artifact(img, dir, s.form)
}
