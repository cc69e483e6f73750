package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"
)

// images decides which services are built. An image that the engine has already is
// used as it is; otherwise it is built under a name of this run, so that no image of
// the engine is ever replaced.
func (s *Stack) images(ctx context.Context) error {
	builds := map[string]*types.BuildConfig{}
	for name, svc := range s.project.Services {
		switch b := svc.Build; {
		case b == nil:
		case svc.Image != "" && svc.PullPolicy != types.PullPolicyBuild && s.engine.HasImage(ctx, svc.Image):
			svc.Build = nil
			s.project.Services[name] = svc
		case svc.Image != "":
			builds[svc.Image] = b
		}
	}
	for name, svc := range s.project.Services {
		if svc.Build == nil {
			svc.Build = builds[svc.Image] // another service builds the image that this one uses
		}
		if svc.Build == nil {
			svc.PullPolicy = s.pullPolicy(svc.PullPolicy)
		} else if err := s.build(&svc); err != nil {
			return fmt.Errorf("prepare build of service %s: %w", name, err)
		}
		s.project.Services[name] = svc
	}
	return nil
}

func (s *Stack) pullPolicy(declared string) string {
	if s.o.Offline {
		return types.PullPolicyNever
	}
	return declared
}

// build readies the service's build: our name and label, no further names.
func (s *Stack) build(svc *types.ServiceConfig) error {
	b := *svc.Build
	svc.Image, svc.Build = "", &b
	b.Tags, b.CacheTo = nil, nil
	b.Labels = maps.Clone(b.Labels).Add(RunLabel, s.o.Run)
	if s.o.Offline {
		b.Network, b.Pull = "none", false
	}
	if b.DockerfileInline != "" {
		file, err := s.scratch("Dockerfile")
		if err != nil {
			return err
		}
		b.Dockerfile = file
		if err := os.WriteFile(file, []byte(b.DockerfileInline), 0o600); err != nil {
			return err
		}
		b.DockerfileInline = ""
	}
	return s.export(&b)
}

// export moves the build onto a copy of its context without .git, where a checkout
// may keep credentials.
func (s *Stack) export(b *types.BuildConfig) error {
	if _, err := os.Lstat(filepath.Join(b.Context, ".git")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	dir, err := s.scratch("context")
	if err != nil {
		return err
	}
	if err := copyTree(b.Context, dir); err != nil {
		return err
	}
	if rel, err := filepath.Rel(b.Context, b.Dockerfile); filepath.IsAbs(b.Dockerfile) && err == nil && filepath.IsLocal(rel) {
		b.Dockerfile = rel
	} else if !filepath.IsAbs(b.Dockerfile) && !filepath.IsLocal(b.Dockerfile) {
		b.Dockerfile = filepath.Join(b.Context, b.Dockerfile)
	}
	b.Context = dir
	return nil
}

// copyTree copies directories, regular files and links (as links) except .git.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if rel == ".git" {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		return copyEntry(path, filepath.Join(to, rel), d)
	})
}

func copyEntry(from, to string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	switch {
	case d.IsDir():
		return os.MkdirAll(to, info.Mode().Perm()|0o700)
	case d.Type()&fs.ModeSymlink != 0:
		link, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(link, to)
	case !d.Type().IsRegular():
		return nil // pipes and sockets are no part of a build
	}
	return copyFile(from, to, info.Mode().Perm())
}
