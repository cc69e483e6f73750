package cli

import (
	"context"
	"errors"
	"os"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/workspace"
)

// open finds out what is to be assessed and why.
func (a *app) open(ctx context.Context, path string) (*workspace.Workspace, error) {
	g, err := a.event()
	if err != nil {
		return nil, err
	}
	return workspace.Open(ctx, path, workspace.Options{GitHub: g, Base: a.flags.base})
}

// event takes the event from the workflow's environment and refuses those under which
// nothing of the repository may be assessed. Outside the action there is none.
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
