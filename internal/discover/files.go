package discover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
)

// Files plans the named files alone: slash paths below the tree's root. A file that
// does not exist is an error; one that is nothing a rule could judge is a Problem,
// because whoever named it expects an answer.
func Files(ctx context.Context, tree *source.Tree, cfg config.Config, names []string) (*plan.Plan, error) {
	var found source.Listing
	for _, name := range names {
		if err := regular(tree, name); err != nil {
			return nil, err
		}
		found.Files = append(found.Files, name)
	}
	slices.Sort(found.Files)
	p, err := build(ctx, &plan.Plan{Root: tree.Dir(), Tree: tree, Event: plan.Event{Name: "local"}, Partial: true}, cfg, found)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !named(p, name) {
			p.Problems = append(p.Problems, plan.Problem{Stages: []string{"hardening"}, Gap: finding.Gap{Rule: gap.NoReader, Location: finding.Top(name), Message: "is neither a Compose file, nor a Kubernetes manifest, nor a Dockerfile, nor a known configuration file; nothing was judged"}})
		}
	}
	return p, nil
}

// regular wants a file that can be read.
func regular(tree *source.Tree, name string) error {
	info, err := fs.Stat(tree.FS(), name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read %s: %w", name, fs.ErrNotExist)
	case err != nil:
		return fmt.Errorf("read %s: %w", name, err)
	case info.IsDir():
		return fmt.Errorf("read %s: it is a directory; name files, or judge all below it with assure hardening %s", name, name)
	case !info.Mode().IsRegular():
		return fmt.Errorf("read %s: not a regular file", name)
	}
	return nil
}

// named tells whether the file is part of a document or of a problem.
func named(p *plan.Plan, name string) bool {
	return p.Config != nil && slices.Contains(p.Config.Files, name) ||
		slices.ContainsFunc(p.Documents, func(d plan.Document) bool { return slices.Contains(d.Files, name) }) ||
		slices.ContainsFunc(p.Problems, func(pr plan.Problem) bool { return pr.Location.URI == name })
}
