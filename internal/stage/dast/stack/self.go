package stack

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// Self is the container that this process runs in; the zero value means none that the
// engine knows.
type Self struct {
	// ID of the container, empty on a host.
	ID string
	// HostNetwork is true when the container has the host's network.
	HostNetwork bool
	// Image and Program are what it was made of and started with.
	Image, Program string
	mounts         []container.MountPoint
	// foreign is true in a container that belongs to another engine.
	foreign bool
}

// member tells whether this process reaches a stack by joining its networks, and not
// from the host.
func (s Self) member() bool { return s.ID != "" && !s.HostNetwork }

// containerFile matches the files that an engine mounts into every container from its
// own directory of that container.
var containerFile = regexp.MustCompile(`/containers/([0-9a-f]{64})/(?:hostname|hosts|resolv\.conf) /etc/`)

// FindSelf asks the engine for the container that this process runs in. The id is
// given, or read from the process's mounts (proc_pid_mountinfo(5)). An id that this
// engine does not know means that it does not run us, and does not see our files.
func FindSelf(ctx context.Context, e *Engine, id string, mountinfo []byte) (Self, error) {
	given := id != ""
	if m := containerFile.FindSubmatch(mountinfo); !given && m != nil {
		id = string(m[1])
	}
	if id == "" {
		return Self{}, nil
	}
	r, err := e.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		if given {
			return Self{}, fmt.Errorf("inspect own container %s: %w", id, err)
		}
		return Self{foreign: true}, nil
	}
	self := Self{ID: r.Container.ID, Image: r.Container.Image, Program: r.Container.Path, mounts: r.Container.Mounts}
	self.HostNetwork = r.Container.HostConfig != nil && r.Container.HostConfig.NetworkMode.IsHost()
	return self, nil
}

// Paths says where the engine sees the repository. An explicit host directory wins.
func (s Self) Paths(root, host string) Paths {
	if host != "" || s.ID == "" && !s.foreign {
		return Paths{Root: root, Host: host}
	}
	best, rest := container.MountPoint{}, ""
	for _, m := range s.mounts {
		rel, err := filepath.Rel(m.Destination, root)
		if err == nil && filepath.IsLocal(rel) && len(m.Destination) > len(best.Destination) {
			best, rest = m, rel
		}
	}
	if best.Source == "" || strings.HasPrefix(string(best.Type), "tmpfs") {
		return Paths{Root: root, Missing: fmt.Errorf("the repository %s is not mounted from the engine's host into the container that Assure runs in; mount it, or give its host directory", root)}
	}
	return Paths{Root: root, Host: filepath.Join(best.Source, rest)}
}
