package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
)

// images decides which services are built. An image that the engine has already is
// used as it is; otherwise it is built under a name of this run, so that no image of
// the engine is ever replaced. Services with the same build share what is built once.
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
	built := map[string]string{}
	for _, name := range s.project.ServiceNames() {
		svc := s.project.Services[name]
		if svc.Build == nil {
			svc.Build = builds[svc.Image] // another service builds the image that this one uses
		}
		if err := s.image(&svc, built); err != nil {
			return fmt.Errorf("prepare build of service %s: %w", name, err)
		}
		s.project.Services[name] = svc
	}
	return nil
}

// image makes the service pull its image, build it, or use what an earlier service
// builds in the same way; built knows the images of these.
func (s *Stack) image(svc *types.ServiceConfig, built map[string]string) error {
	if svc.Build == nil {
		svc.PullPolicy = s.pullPolicy(svc.PullPolicy)
		return nil
	}
	recipe, err := json.Marshal(struct {
		Build    *types.BuildConfig
		Platform string
	}{svc.Build, svc.Platform})
	if err != nil {
		return err
	}
	if same := built[string(recipe)]; same != "" {
		svc.Image, svc.Build, svc.PullPolicy = same, nil, types.PullPolicyNever
		return nil
	}
	err = s.build(svc)
	built[string(recipe)] = api.GetImageNameOrDefault(*svc, s.project.Name)
	return err
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
	b.Labels = mark(b.Labels, s.o.labels())
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
