package stack

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/docker/compose/v5/pkg/api"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

// settle is how long a service without a health check must run to count as ready.
const settle = 2 * time.Second

// poll is the pause between two looks at the services.
const poll = 250 * time.Millisecond

// condition is how a service is doing.
type condition int

const (
	waiting condition = iota
	ready
	failed
)

// errNotReady marks services that will not become ready.
var errNotReady = errors.New("the stack is not healthy")

// judge tells how a container is doing, in a few words.
func judge(s *container.State, ranFor time.Duration) (condition, string) {
	if s == nil {
		return waiting, "unknown"
	}
	switch s.Status {
	case container.StateExited, container.StateDead:
		if s.ExitCode == 0 && s.Status == container.StateExited && !s.OOMKilled {
			return ready, "done"
		}
		if s.OOMKilled {
			return failed, "ran out of memory"
		}
		return failed, fmt.Sprintf("exited with code %d", s.ExitCode)
	case container.StateRestarting:
		return failed, "restarts over and over"
	case container.StateRunning:
		return running(s, ranFor)
	}
	return waiting, string(s.Status)
}

func running(s *container.State, ranFor time.Duration) (condition, string) {
	if s.Health == nil || s.Health.Status == container.NoHealthcheck || s.Health.Status == "" {
		if ranFor >= settle {
			return ready, "running"
		}
		return waiting, "starting"
	}
	switch s.Health.Status {
	case container.Healthy:
		return ready, "healthy"
	case container.Unhealthy:
		return failed, "unhealthy" + lastProbe(s.Health)
	}
	return waiting, "starting"
}

// lastProbe quotes what the health check said last.
func lastProbe(h *container.Health) string {
	if len(h.Log) == 0 || h.Log[len(h.Log)-1] == nil {
		return ""
	}
	last := h.Log[len(h.Log)-1]
	return fmt.Sprintf(": the health check exited with %d: %s", last.ExitCode, clip(last.Output, maxLine))
}

// await polls until every service is ready or one has failed.
func (s *Stack) await(ctx context.Context, say func(string)) error {
	since, told := map[string]time.Time{}, ""
	for {
		all, err := s.inspect(ctx)
		if err != nil {
			return err
		}
		done, failures, words := s.look(all, since)
		if text := "waiting: " + strings.Join(words, ", "); text != told && len(words) > 0 {
			say(text)
			told = text
		}
		switch {
		case len(failures) > 0:
			return fmt.Errorf("%w: %s", errNotReady, strings.Join(failures, "; "))
		case done:
			s.services = services(all)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), strings.Join(words, ", "))
		case <-time.After(poll):
		}
	}
}

// look judges all containers; since remembers when each was first seen running.
func (s *Stack) look(all []container.InspectResponse, since map[string]time.Time) (done bool, failures, words []string) {
	done = len(all) > 0
	for _, c := range all {
		var ran time.Duration
		if c.State != nil && c.State.Running {
			if _, ok := since[c.ID]; !ok {
				since[c.ID] = time.Now() //nolint:forbidigo // measures a duration
			}
			ran = time.Since(since[c.ID])
		}
		name := serviceName(c)
		how, word := judge(c.State, ran)
		switch how {
		case failed:
			failures = append(failures, fmt.Sprintf("service %s %s", name, word))
		case waiting:
			done = false
			words = append(words, name+" "+word)
		}
	}
	return done, failures, words
}

// inspect returns the run's containers, sorted by service.
func (s *Stack) inspect(ctx context.Context) ([]container.InspectResponse, error) {
	list, err := s.engine.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours(s.o.Run)})
	if err != nil {
		return nil, fmt.Errorf("list containers: %w", err)
	}
	var all []container.InspectResponse
	for _, c := range list.Items {
		r, err := s.engine.api.ContainerInspect(ctx, c.ID, client.ContainerInspectOptions{})
		if err != nil {
			return nil, fmt.Errorf("inspect container %s: %w", c.ID, err)
		}
		all = append(all, r.Container)
	}
	slices.SortFunc(all, func(a, b container.InspectResponse) int {
		return strings.Compare(serviceName(a)+a.Name, serviceName(b)+b.Name)
	})
	return all, nil
}

func serviceName(c container.InspectResponse) string {
	if c.Config == nil {
		return c.Name
	}
	return c.Config.Labels[api.ServiceLabel]
}

// services describes the containers for those who talk to them.
func services(all []container.InspectResponse) []Service {
	var out []Service
	for _, c := range all {
		svc := Service{Name: serviceName(c), ID: c.ID, Exited: c.State == nil || !c.State.Running}
		if c.Config != nil {
			for port := range c.Config.ExposedPorts {
				if port.Proto() == network.TCP {
					svc.Exposed = append(svc.Exposed, int(port.Num()))
				}
			}
			slices.Sort(svc.Exposed)
		}
		svc.Addr = address(c)
		out = append(out, svc)
	}
	return out
}

// address is the container's address on the first of its networks by name.
func address(c container.InspectResponse) (addr netip.Addr) {
	if c.NetworkSettings == nil {
		return addr
	}
	first := ""
	for name, n := range c.NetworkSettings.Networks {
		if n != nil && n.IPAddress.IsValid() && (first == "" || name < first) {
			first, addr = name, n.IPAddress
		}
	}
	return addr
}
