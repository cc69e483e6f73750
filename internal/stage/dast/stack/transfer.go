package stack

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"
)

// maxTransfer bounds what is copied to an engine that does not see the repository.
const maxTransfer = 512 << 20

// filesAt is where the volume with the copies is mounted while it is filled.
const filesAt = "/files"

// locate makes the paths of the project the engine's own. An engine that does not see
// the repository gets a copy of what the stack mounts, in a volume of the run, and the
// stack mounts from there: what a service writes does not come back.
func (s *Stack) locate(ctx context.Context, say func(string)) error {
	if sources := s.o.Paths.sources(s.project); s.o.Paths.Missing != nil && len(sources) > 0 {
		say("copying what the stack mounts to the engine")
		host, err := s.transfer(ctx, sources)
		if err != nil {
			return fmt.Errorf("copy files to the engine (%w): %w", s.o.Paths.Missing, err)
		}
		s.o.Paths.Host, s.o.Paths.Missing = host, nil
	}
	return s.o.Paths.place(s.project)
}

// sources are the paths below the repository that the project mounts, sorted.
func (h Paths) sources(p *types.Project) (list []string) {
	add := func(path string) {
		if rel, _, ok := h.inside(path); path != "" && ok {
			list = append(list, rel)
		}
	}
	for _, s := range p.Services {
		for _, m := range s.Volumes {
			if m.Type == types.VolumeTypeBind {
				add(m.Source)
			}
		}
	}
	for _, c := range p.Configs {
		add(c.File)
	}
	for _, c := range p.Secrets {
		add(c.File)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// transfer fills a volume with the sources and returns where the engine keeps it. The
// container through which it is filled is made of nothing and never started.
func (s *Stack) transfer(ctx context.Context, sources []string) (string, error) {
	labels := s.o.labels()
	v, err := s.engine.api.VolumeCreate(ctx, client.VolumeCreateOptions{Name: s.project.Name + "-files", Labels: labels})
	if err != nil {
		return "", fmt.Errorf("create volume: %w", err)
	}
	image, err := s.empty(ctx)
	if err != nil {
		return "", err
	}
	c, err := s.engine.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:       s.project.Name + "-files",
		Config:     &container.Config{Image: image, Cmd: []string{"never"}, Labels: labels},
		HostConfig: &container.HostConfig{NetworkMode: "none", Mounts: []mount.Mount{{Type: mount.TypeVolume, Source: v.Volume.Name, Target: filesAt}}},
	})
	if err != nil {
		return "", fmt.Errorf("create container: %w", err)
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(w, s.o.Paths.Root, sources)) }()
	_, err = s.engine.api.CopyToContainer(ctx, c.ID, client.CopyToContainerOptions{DestinationPath: filesAt, Content: r})
	r.CloseWithError(errors.New("the engine stopped reading"))
	if err != nil {
		return "", fmt.Errorf("fill volume: %w", err)
	}
	if _, err := s.engine.api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
		return "", fmt.Errorf("remove container: %w", err)
	}
	return v.Volume.Mountpoint, nil
}

// empty makes an image of nothing, so that none must be pulled.
func (s *Stack) empty(ctx context.Context) (string, error) {
	var nothing bytes.Buffer
	if err := tar.NewWriter(&nothing).Close(); err != nil {
		return "", err
	}
	name := s.project.Name + "-empty"
	var changes []string
	for key, value := range s.o.labels() {
		changes = append(changes, fmt.Sprintf("LABEL %s=%s", key, value))
	}
	r, err := s.engine.api.ImageImport(ctx, client.ImageImportSource{Source: &nothing, SourceName: "-"}, name,
		client.ImageImportOptions{Changes: changes})
	if err != nil {
		return "", fmt.Errorf("import empty image: %w", err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(r, maxLogs)); err != nil {
		return "", fmt.Errorf("import empty image: %w", err)
	}
	return name, nil
}

// pack writes the sources, with the directories above them, as an archive. Neither
// .git nor what is no file, directory or link goes along.
func pack(out io.Writer, root string, sources []string) error {
	w, left, seen := tar.NewWriter(out), int64(maxTransfer), map[string]bool{}
	add := func(rel string, info fs.FileInfo) error {
		if seen[rel] || rel == "." {
			return nil
		}
		seen[rel] = true
		if left -= info.Size(); left < 0 {
			return fmt.Errorf("the files are larger than %d bytes together", int64(maxTransfer))
		}
		return packEntry(w, filepath.Join(root, rel), filepath.ToSlash(rel), info)
	}
	for _, source := range sources {
		if err := parents(source, add); err != nil {
			return err
		}
		err := filepath.WalkDir(filepath.Join(root, source), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) && path == filepath.Join(root, source) {
				return add(source, newDir{filepath.Base(source)}) // the engine makes what is missing, too
			}
			if err != nil {
				return err
			}
			if d.Name() == ".git" {
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			}
			rel, rerr := filepath.Rel(root, path)
			info, ierr := d.Info()
			if err := errors.Join(rerr, ierr); err != nil {
				return err
			}
			return add(rel, info)
		})
		if err != nil {
			return err
		}
	}
	return w.Close()
}

// parents adds the directories above a source.
func parents(source string, add func(string, fs.FileInfo) error) error {
	dir := filepath.Dir(source)
	if dir == "." {
		return nil
	}
	if err := parents(dir, add); err != nil {
		return err
	}
	return add(dir, newDir{filepath.Base(dir)})
}

func packEntry(w *tar.Writer, path, name string, info fs.FileInfo) error {
	link := ""
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		var err error
		if link, err = os.Readlink(path); err != nil {
			return err
		}
	case !info.IsDir() && !info.Mode().IsRegular():
		return nil
	}
	h, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return err
	}
	h.Name = name
	if err := w.WriteHeader(h); err != nil || !info.Mode().IsRegular() {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyN(w, f, h.Size)
	return err
}

// newDir is a directory that the archive makes.
type newDir struct{ name string }

func (d newDir) Name() string       { return d.name }
func (d newDir) Size() int64        { return 0 }
func (d newDir) Mode() fs.FileMode  { return fs.ModeDir | 0o755 }
func (d newDir) ModTime() time.Time { return time.Time{} }
func (d newDir) IsDir() bool        { return true }
func (d newDir) Sys() any           { return nil }
