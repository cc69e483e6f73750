package cli

import (
	"context"
	"errors"
	"os"

	"github.com/stella-ops/assure/internal/cli/remote"
	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/trust"
	"github.com/stella-ops/assure/internal/workspace"
)

// open finds out what is to be assessed and why.
func (a *app) open(ctx context.Context, path string) (*workspace.Workspace, error) {
	g, err := a.event()
	if err != nil {
		return nil, err
	}
	o := workspace.Options{GitHub: g, Facts: trust.FromEnv(a.env), Base: a.flags.base, Temp: a.env("RUNNER_TEMP")}
	if a.inAction() {
		o.Facts, o.Remote = g.Facts(), a.remote(g)
	}
	return workspace.Open(ctx, path, o)
}

// remote reads commits that the clone lacks through GitHub's API; nil without a token, or
// where nothing may be asked.
func (a *app) remote(g github.Context) workspace.Remote {
	cfg, err := config.Load(config.Sources{Env: a.LookupEnv, Flags: a.given()})
	if err != nil || cfg.Offline || cfg.Token == "" {
		return nil
	}
	client, err := github.New(g, github.Options{Token: cfg.Token, Version: version})
	if err != nil {
		return nil
	}
	return remote.New(client.Objects())
}

// event takes the event from the workflow's environment and refuses those under which
// nothing of the repository may be assessed. Outside of workflows there is none.
func (a *app) event() (github.Context, error) {
	if !a.inAction() {
		return github.Context{}, nil
	}
	g, err := github.FromEnv(a.env, os.ReadFile)
	if reason := g.Refuse(false); reason != "" {
		return github.Context{}, errors.New(reason)
	}
	return g, err
}
