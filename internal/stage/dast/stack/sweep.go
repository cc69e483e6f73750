package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// leftover is something on an engine that carries our label.
type leftover struct {
	what, name string
	labels     map[string]string
	remove     func(context.Context) error
}

// removers bounds how many things are removed at once.
const removers = 4

// lists are all kinds of things that a run creates, in the order in which they depend on
// each other.
var lists = [...]func(context.Context, *Engine, string) ([]leftover, error){containers, networks, volumes, images}

// tries is how often in a row the engine may fail to remove something.
const tries = 40

// CleanRun removes everything that a run created, and returns how many things that were.
// A request that was cut off may still take effect, so it ends only when the engine has
// shown twice in a row that nothing is left.
func CleanRun(ctx context.Context, e *Engine, run string) (total int, err error) {
	for calm, failed := 0, 0; calm < 2; {
		n, err := sweep(ctx, e, run)
		total += n
		switch {
		case err != nil:
			if failed++; failed == tries || ctx.Err() != nil || unreachable(err) {
				return total, err
			}
			calm = 0
		case n > 0:
			calm, failed = 0, 0
		default:
			calm++
		}
		if calm < 2 {
			pause(ctx, poll)
		}
	}
	return total, nil
}

func unreachable(err error) bool {
	return errdefs.IsUnavailable(err) || client.IsErrConnectionFailed(err)
}

// sweep removes what carries the label of a run.
func sweep(ctx context.Context, e *Engine, run string) (int, error) {
	total, errs := 0, []error(nil)
	for _, list := range lists {
		found, err := list(ctx, e, run)
		n, rerr := remove(ctx, found)
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
		found = append(found, leftover{"container", c.ID, c.Labels, func(ctx context.Context) error {
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
		found = append(found, leftover{"network", n.Name, n.Labels, func(ctx context.Context) error {
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
		found = append(found, leftover{"volume", v.Name, v.Labels, func(ctx context.Context) error {
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
		found = append(found, leftover{"image", i.ID, i.Labels, func(ctx context.Context) error {
			_, err := e.api.ImageRemove(ctx, i.ID, client.ImageRemoveOptions{Force: true, PruneChildren: true})
			return err
		}})
	}
	return found, nil
}
