package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/compose/v5/pkg/api"
	"github.com/moby/moby/client"

	"github.com/stella-ops/assure/internal/config"
)

// Options say how a stack runs.
type Options struct {
	// Run is the id that marks everything the run creates.
	Run string
	// Paths say where the engine sees the repository.
	Paths Paths
	// Self is the container that this process runs in.
	Self Self
	// Auth are credentials for pulling images.
	Auth []config.RegistryAuth
	// Offline neither pulls images nor lets builds use a network.
	Offline bool
	// Publish publishes the declared ports, on 127.0.0.1 whatever they declare.
	Publish bool
	// Ready is how long the services may take to become ready once they are started.
	Ready time.Duration
	// Temp is the directory for build contexts; empty means the system's.
	Temp string
}

// labels are those of everything that the run creates.
func (o Options) labels() types.Labels {
	labels := types.Labels{RunLabel: o.Run}
	if o.Self.ID != "" {
		labels[OwnerLabel] = o.Self.ID
	}
	return labels
}

// Stack is a project on an engine. Down must be called on every path.
type Stack struct {
	engine   *Engine
	project  *types.Project
	secrets  []string
	o        Options
	temp     string
	output   tail
	services []Service
}

// Service is one running container.
type Service struct {
	Name string
	// ID of the container.
	ID string
	// Addr is its address on a network that this process can reach; invalid without one.
	Addr netip.Addr
	// Exposed are its TCP ports, sorted.
	Exposed []int
	// Exited is true for a service that did its work and ended well.
	Exited bool
}

// New prepares a stack for an accepted and completed model. Nothing is created yet.
func New(e *Engine, m Model, o Options) (*Stack, error) {
	if e == nil || m.Project == nil {
		return nil, errors.New("prepare stack: there is no engine or no project")
	}
	confine(m.Project, o)
	return &Stack{engine: e, project: m.Project, secrets: m.Secrets, o: o}, nil
}

// Services are the containers, known once Up has succeeded. No stack has none.
func (s *Stack) Services() []Service {
	if s == nil {
		return nil
	}
	return s.services
}

// Project is the project as it was started.
func (s *Stack) Project() *types.Project { return s.project }

// Mask replaces the stack's secrets in a text. No stack has none.
func (s *Stack) Mask(text string) string {
	if s == nil {
		return text
	}
	return mask(text, s.secrets)
}

// Leaks tells whether a text holds one of the stack's secrets.
func (s *Stack) Leaks(text string) bool { return s.Mask(text) != text }

// Passwords are the values that the stack's secrets have, for asking a store with them.
func (s *Stack) Passwords() []string { return s.secrets }

// Up builds, creates and starts the services and waits until all are ready. The error
// of a service that does not get ready holds its last words.
func (s *Stack) Up(ctx context.Context, say func(string)) error {
	if err := s.locate(ctx, say); err != nil {
		return s.failure(ctx, "prepare stack", err)
	}
	if err := s.images(ctx); err != nil {
		return fmt.Errorf("start stack: %w", err)
	}
	sdk, err := newCompose(s.engine, s.o.Auth, &s.output, say)
	if err != nil {
		return fmt.Errorf("start stack: %w", err)
	}
	if err := sdk.Create(ctx, s.project, api.CreateOptions{Build: &api.BuildOptions{}, QuietPull: true, IgnoreOrphans: true}); err != nil {
		return s.failure(ctx, "create stack", err)
	}
	if err := s.join(ctx); err != nil {
		return fmt.Errorf("start stack: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.o.Ready, fmt.Errorf("the stack was not ready within %s; see dast.ready-timeout", s.o.Ready))
	defer cancel()
	if err := sdk.Start(ctx, s.project.Name, api.StartOptions{Project: s.project}); err != nil {
		return s.failure(ctx, "start stack", err)
	}
	if err := s.await(ctx, say); err != nil {
		return s.failure(ctx, "start stack", err)
	}
	return nil
}

// join connects our own container to the stack's networks, so that we can talk to it.
func (s *Stack) join(ctx context.Context) error {
	if !s.o.Self.member() {
		return nil
	}
	list, err := s.engine.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours(s.o.Run)})
	if err != nil {
		return fmt.Errorf("list networks: %w", err)
	}
	for _, n := range list.Items {
		if _, err := s.engine.api.NetworkConnect(ctx, n.ID, client.NetworkConnectOptions{Container: s.o.Self.ID}); err != nil {
			return fmt.Errorf("join network %s: %w", n.Name, err)
		}
	}
	return nil
}

// scratch returns a fresh path in a private directory that Down removes.
func (s *Stack) scratch(name string) (string, error) {
	if s.temp == "" {
		dir, err := os.MkdirTemp(s.o.Temp, "assure-stack-")
		if err != nil {
			return "", err
		}
		s.temp = dir
	}
	dir, err := os.MkdirTemp(s.temp, "")
	return filepath.Join(dir, name), err
}

func copyFile(from, to string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode|0o200)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
