package stack

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

// Helper is a container of ours that runs beside the stack, such as a scanner.
type Helper struct {
	// Name is its name within the run and on the stack's networks.
	Name, Image string
	Command     []string
	// Memory in bytes.
	Memory int64
}

// Start runs a helper on all networks of the stack, without rights, and returns its
// address. The image must be on the engine already. Down removes it with the rest.
func (s *Stack) Start(ctx context.Context, h Helper) (netip.Addr, error) {
	list, err := s.engine.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(s.o.Run)})
	if err != nil {
		return netip.Addr{}, fmt.Errorf("start %s: list networks: %w", h.Name, err)
	}
	if len(list.Items) == 0 {
		return netip.Addr{}, fmt.Errorf("start %s: the stack has no network", h.Name)
	}
	pids := int64(maxPids)
	created, err := s.engine.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:   s.project.Name + "-" + h.Name,
		Config: &container.Config{Image: h.Image, Cmd: h.Command, Labels: s.o.labels()},
		HostConfig: &container.HostConfig{
			NetworkMode: container.NetworkMode(list.Items[0].Name), CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
			Resources: container.Resources{Memory: h.Memory, PidsLimit: &pids},
		},
	})
	if err != nil {
		return netip.Addr{}, fmt.Errorf("create %s: %w", h.Name, err)
	}
	for _, n := range list.Items[1:] {
		o := client.NetworkConnectOptions{Container: created.ID, EndpointConfig: &network.EndpointSettings{}}
		if _, err := s.engine.api.NetworkConnect(ctx, n.ID, o); err != nil {
			return netip.Addr{}, fmt.Errorf("connect %s: %w", h.Name, err)
		}
	}
	if _, err := s.engine.api.ContainerStart(ctx, created.ID, client.ContainerStartOptions{}); err != nil {
		return netip.Addr{}, fmt.Errorf("start %s: %w", h.Name, err)
	}
	r, err := s.engine.api.ContainerInspect(ctx, created.ID, client.ContainerInspectOptions{})
	if err != nil {
		return netip.Addr{}, fmt.Errorf("inspect %s: %w", h.Name, err)
	}
	if addr := address(r.Container); addr.IsValid() {
		return addr, nil
	}
	return netip.Addr{}, fmt.Errorf("start %s: it has no address", h.Name)
}
