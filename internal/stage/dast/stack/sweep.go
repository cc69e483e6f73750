package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// Clean removes what earlier runs left behind and is older than the given age. It
// returns how many things it removed and touches nothing without our label.
func Clean(ctx context.Context, e *Engine, now time.Time, olderThan time.Duration) (int, error) {
	return sweep(ctx, e, "", func(created time.Time) bool { return now.Sub(created) >= olderThan })
}

// CleanRun removes what one run left, whatever its age.
func CleanRun(ctx context.Context, e *Engine, run string) (int, error) {
	return sweep(ctx, e, run, func(time.Time) bool { return true })
}

// leftover is something on an engine that carries our label.
type leftover struct {
	what, name string
	created    time.Time
	remove     func(context.Context) error
}

// removers bounds how many things are removed at once.
const removers = 4

// sweep removes what carries our label, of one run or of any, in the order in which
// things depend on each other.
func sweep(ctx context.Context, e *Engine, run string, old func(created time.Time) bool) (int, error) {
	total, errs := 0, []error(nil)
	for _, list := range []func(context.Context, *Engine, string) ([]leftover, error){containers, networks, volumes, images} {
		found, err := list(ctx, e, run)
		n, rerr := remove(ctx, slices.DeleteFunc(found, func(l leftover) bool { return !old(l.created) }))
		total, errs = total+n, append(errs, err, rerr)
	}
	return total, errors.Join(errs...)
}

// remove removes a few things at a time and counts what is gone, by us or by others.
func remove(ctx context.Context, found []leftover) (int, error) {
	errs, slots := make([]error, len(found)), make(chan struct{}, removers)
	var wg sync.WaitGroup
	for i, l := range found {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := l.remove(ctx); err != nil && !errdefs.IsNotFound(err) {
				errs[i] = fmt.Errorf("remove %s %s: %w", l.what, l.name, err)
			}
		})
	}
	wg.Wait()
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	return len(found) - len(failed), errors.Join(failed...)
}

func containers(ctx context.Context, e *Engine, run string) (found []leftover, err error) {
	list, err := e.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours(run)})
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}
	for _, c := range list.Items {
		found = append(found, leftover{"container", c.ID, time.Unix(c.Created, 0), func(ctx context.Context) error {
			_, err := e.api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
			return err
		}})
	}
	return found, nil
}

func networks(ctx context.Context, e *Engine, run string) (found []leftover, err error) {
	list, err := e.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(run)})
	if err != nil {
		return nil, fmt.Errorf("list networks: %w", err)
	}
	for _, n := range list.Items {
		found = append(found, leftover{"network", n.Name, n.Created, func(ctx context.Context) error {
			leave(ctx, e, n.ID)
			_, err := e.api.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{})
			return err
		}})
	}
	return found, nil
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

func volumes(ctx context.Context, e *Engine, run string) (found []leftover, err error) {
	list, err := e.api.VolumeList(ctx, client.VolumeListOptions{Filters: ours(run)})
	if err != nil {
		return nil, fmt.Errorf("list volumes: %w", err)
	}
	for _, v := range list.Items {
		created, _ := time.Parse(time.RFC3339, v.CreatedAt)
		found = append(found, leftover{"volume", v.Name, created, func(ctx context.Context) error {
			_, err := e.api.VolumeRemove(ctx, v.Name, client.VolumeRemoveOptions{Force: true})
			return err
		}})
	}
	return found, nil
}

func images(ctx context.Context, e *Engine, run string) (found []leftover, err error) {
	list, err := e.api.ImageList(ctx, client.ImageListOptions{Filters: ours(run)})
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	for _, i := range list.Items {
		found = append(found, leftover{"image", i.ID, time.Unix(i.Created, 0), func(ctx context.Context) error {
			_, err := e.api.ImageRemove(ctx, i.ID, client.ImageRemoveOptions{Force: true, PruneChildren: true})
			return err
		}})
	}
	return found, nil
}
