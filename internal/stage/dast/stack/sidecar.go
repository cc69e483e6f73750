package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// FactsCommand makes our program tell what it sees of process 1 (see the package facts).
const FactsCommand = "facts"

// Bounds of a side-car.
const (
	sidecarTime   = 20 * time.Second
	sidecarMemory = 256 << 20
	sidecarPids   = 64
)

// errNoSidecar says that there is no image of ours to run.
var errNoSidecar = errors.New("this program does not run from an image on this engine")

// Beside runs our own program, from our own image, next to a container's processes and
// returns what it wrote. It has no network, no rights and no more than the identity of
// the process that it looks at, which is what the kernel asks for.
func (s *Stack) Beside(ctx context.Context, id, user string) ([]byte, error) {
	if s.o.Self.Image == "" || s.o.Self.Program == "" {
		return nil, errNoSidecar
	}
	ctx, cancel := context.WithTimeout(ctx, sidecarTime)
	defer cancel()
	api, pids := s.engine.api, int64(sidecarPids)
	c, err := api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config: &container.Config{
			Image: s.o.Self.Image, Entrypoint: []string{s.o.Self.Program}, Cmd: []string{FactsCommand}, User: user, Labels: s.o.labels(),
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
		},
		HostConfig: &container.HostConfig{
			PidMode: container.PidMode("container:" + id), NetworkMode: "none", ReadonlyRootfs: true,
			CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"},
			Resources: container.Resources{Memory: sidecarMemory, PidsLimit: &pids},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("create side-car: %w", err)
	}
	defer api.ContainerRemove(context.WithoutCancel(ctx), c.ID, client.ContainerRemoveOptions{Force: true})
	wait := api.ContainerWait(ctx, c.ID, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	if _, err := api.ContainerStart(ctx, c.ID, client.ContainerStartOptions{}); err != nil {
		return nil, fmt.Errorf("start side-car: %w", err)
	}
	select {
	case err := <-wait.Error:
		return nil, fmt.Errorf("wait for side-car: %w", err)
	case r := <-wait.Result:
		if r.StatusCode != 0 {
			return nil, fmt.Errorf("the side-car exited with code %d", r.StatusCode)
		}
	}
	return s.said(ctx, c.ID)
}

// said returns what a container wrote to its standard output.
func (s *Stack) said(ctx context.Context, id string) ([]byte, error) {
	r, err := s.engine.api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true})
	if err != nil {
		return nil, fmt.Errorf("read side-car: %w", err)
	}
	defer r.Close()
	var out bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, io.Discard, io.LimitReader(r, 1<<20)); err != nil {
		return nil, fmt.Errorf("read side-car: %w", err)
	}
	return out.Bytes(), nil
}
