// Package stack starts a Compose project for one run on a container engine, keeps it
// away from everything else, and takes it down again whatever happens.
package stack

import (
	"context"
	"fmt"
	"time"

	"github.com/moby/moby/client"
)

// DefaultHost is where an engine answers when nobody says otherwise.
const DefaultHost = "unix:///var/run/docker.sock"

// RunLabel marks everything that a run creates on an engine; its value is the run.
const RunLabel = "dev.assure.run"

// pingTimeout bounds the question whether an engine answers.
const pingTimeout = 5 * time.Second

// Engine is a container engine that answered.
type Engine struct {
	// Host is its address.
	Host string
	api  *client.Client
	os   string
}

// Open connects to the engine at host, DefaultHost when empty, and makes sure that it
// answers. Neither the environment nor a client configuration is read.
func Open(ctx context.Context, host string) (*Engine, error) {
	if host == "" {
		host = DefaultHost
	}
	api, err := client.New(client.WithHost(host), client.WithUserAgent("assure"))
	if err != nil {
		return nil, fmt.Errorf("open container engine %s: %w", host, err)
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	pong, err := api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	if err != nil {
		api.Close()
		return nil, fmt.Errorf("no container engine answers at %s; start one or leave the stage out with --stages deps,hardening,images: %w", host, err)
	}
	return &Engine{Host: host, api: api, os: pong.OSType}, nil
}

// API is the engine's own interface.
func (e *Engine) API() client.APIClient { return e.api }

// HasImage tells whether the engine has the image already.
func (e *Engine) HasImage(ctx context.Context, ref string) bool {
	_, err := e.api.ImageInspect(ctx, ref)
	return err == nil
}

// Close releases the connection.
func (e *Engine) Close() error { return e.api.Close() }

// ours selects what a run created; an empty run selects what any run created.
func ours(run string) client.Filters {
	label := RunLabel
	if run != "" {
		label += "=" + run
	}
	return client.Filters{}.Add("label", label)
}
