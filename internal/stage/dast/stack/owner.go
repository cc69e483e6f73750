package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// OwnerLabel names the container of the same engine that a run goes on in, if it goes on
// in one. A run elsewhere holds a mark instead, see Hold.
const OwnerLabel = "dev.assure.owner"

// life is what is known of a run.
type life int

const (
	unknown life = iota
	living
	over
)

// Hold marks in a directory that a run goes on, until release is called or the process
// ends, however it ends: the mark is a lock, which the kernel gives back.
func Hold(dir, run string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mark run %s: %w", run, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, run), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("mark run %s: %w", run, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("mark run %s: %w", run, err)
	}
	return func() { os.Remove(f.Name()); f.Close() }, nil
}

// nameOfRun matches the ids of runs; what stands on an engine may come from anybody.
var nameOfRun = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

// marked looks at a run's mark. A run without one in this directory may be another
// user's or another machine's, so nothing is known of it.
func marked(dir, run string) life {
	if dir == "" || !nameOfRun.MatchString(run) {
		return unknown
	}
	f, err := os.OpenFile(filepath.Join(dir, run), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return unknown
	}
	defer f.Close()
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); {
	case err == nil:
		return over
	case errors.Is(err, syscall.EWOULDBLOCK):
		return living
	}
	return unknown
}

// life asks whoever can know whether a run goes on: its mark, or else its container.
func (e *Engine) life(ctx context.Context, dir, run, owner string) life {
	if seen := marked(dir, run); seen != unknown || owner == "" {
		return seen
	}
	r, err := e.api.ContainerInspect(ctx, owner, client.ContainerInspectOptions{})
	switch {
	case errdefs.IsNotFound(err):
		return over
	case err != nil || r.Container.State == nil:
		return unknown
	case r.Container.State.Running:
		return living
	}
	return over
}
