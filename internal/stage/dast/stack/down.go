package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// How long taking a stack down may take: in general, which fits into the grace that a
// stage has, and after an interrupt, when a runner kills us ten seconds later.
const (
	downTimeout  = 20 * time.Second
	InterruptEnd = 5 * time.Second
)

// Down is DownWithin the usual time.
func (s *Stack) Down() error { return s.DownWithin(downTimeout) }

// DownWithin removes everything that the run created: kills and removes containers, leaves
// and removes networks, removes volumes and built images. It goes by label, so it may
// be called at any time and more than once, and it does not listen to any caller's
// deadline.
func (s *Stack) DownWithin(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var errs []error
	if s.temp != "" {
		errs = append(errs, os.RemoveAll(s.temp))
	}
	// A request that was cut off may still take effect, so the sweep ends only when
	// the engine has shown twice in a row that nothing is left.
	for calm := 0; calm < 2; {
		n, err := sweep(ctx, s.engine, s.o.Run, func(time.Time) bool { return true })
		if err != nil && ctx.Err() != nil || errdefs.IsUnavailable(err) || client.IsErrConnectionFailed(err) {
			return fmt.Errorf("take stack down: %w; remove the rest with \"assure clean\"", errors.Join(append(errs, err)...))
		}
		if calm++; n > 0 || err != nil {
			calm = 0
		}
		pause(ctx, poll)
	}
	return errors.Join(errs...)
}

// Clean removes what earlier runs left behind and is older than the given age. It
// returns how many things it removed and touches nothing without our label.
func Clean(ctx context.Context, e *Engine, now time.Time, olderThan time.Duration) (int, error) {
	return sweep(ctx, e, "", func(created time.Time) bool { return now.Sub(created) >= olderThan })
}

// sweep removes what carries our label, of one run or of any, in the order in which
// things depend on each other.
func sweep(ctx context.Context, e *Engine, run string, old func(created time.Time) bool) (int, error) {
	total, errs := 0, []error(nil)
	for _, step := range []func(context.Context, *Engine, string, func(time.Time) bool) (int, error){
		removeContainers, removeNetworks, removeVolumes, removeImages,
	} {
		n, err := step(ctx, e, run, old)
		total, errs = total+n, append(errs, err)
	}
	return total, errors.Join(errs...)
}

// removed counts a removal; something that is gone already counts as removed.
func removed(err error, what, name string) (int, error) {
	if err == nil || errdefs.IsNotFound(err) {
		return 1, nil
	}
	return 0, fmt.Errorf("remove %s %s: %w", what, name, err)
}

func removeContainers(ctx context.Context, e *Engine, run string, old func(time.Time) bool) (total int, err error) {
	list, err := e.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours(run)})
	if err != nil {
		return 0, fmt.Errorf("list containers: %w", err)
	}
	for _, c := range list.Items {
		if !old(time.Unix(c.Created, 0)) {
			continue
		}
		_, gone := e.api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		n, rerr := removed(gone, "container", c.ID)
		total, err = total+n, errors.Join(err, rerr)
	}
	return total, err
}

func removeNetworks(ctx context.Context, e *Engine, run string, old func(time.Time) bool) (total int, err error) {
	list, err := e.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(run)})
	if err != nil {
		return 0, fmt.Errorf("list networks: %w", err)
	}
	for _, n := range list.Items {
		if !old(n.Created) {
			continue
		}
		leave(ctx, e, n.ID)
		_, gone := e.api.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{})
		k, rerr := removed(gone, "network", n.Name)
		total, err = total+k, errors.Join(err, rerr)
	}
	return total, err
}

// leave disconnects whoever is still on one of our networks: our own container.
func leave(ctx context.Context, e *Engine, network string) {
	r, err := e.api.NetworkInspect(ctx, network, client.NetworkInspectOptions{})
	if err != nil {
		return // the removal will tell
	}
	for id := range r.Network.Containers {
		_, _ = e.api.NetworkDisconnect(ctx, network, client.NetworkDisconnectOptions{Container: id, Force: true})
	}
}

func removeVolumes(ctx context.Context, e *Engine, run string, old func(time.Time) bool) (total int, err error) {
	list, err := e.api.VolumeList(ctx, client.VolumeListOptions{Filters: ours(run)})
	if err != nil {
		return 0, fmt.Errorf("list volumes: %w", err)
	}
	for _, v := range list.Items {
		created, _ := time.Parse(time.RFC3339, v.CreatedAt)
		if !old(created) {
			continue
		}
		_, gone := e.api.VolumeRemove(ctx, v.Name, client.VolumeRemoveOptions{Force: true})
		n, rerr := removed(gone, "volume", v.Name)
		total, err = total+n, errors.Join(err, rerr)
	}
	return total, err
}

func removeImages(ctx context.Context, e *Engine, run string, old func(time.Time) bool) (total int, err error) {
	list, err := e.api.ImageList(ctx, client.ImageListOptions{Filters: ours(run)})
	if err != nil {
		return 0, fmt.Errorf("list images: %w", err)
	}
	for _, i := range list.Items {
		if !old(time.Unix(i.Created, 0)) {
			continue
		}
		_, gone := e.api.ImageRemove(ctx, i.ID, client.ImageRemoveOptions{Force: true, PruneChildren: true})
		n, rerr := removed(gone, "image", i.ID)
		total, err = total+n, errors.Join(err, rerr)
	}
	return total, err
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// CleanRun removes what one run left, whatever its age.
func CleanRun(ctx context.Context, e *Engine, run string) (int, error) {
	return sweep(ctx, e, run, func(time.Time) bool { return true })
}
