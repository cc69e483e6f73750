package plan

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// Files plans the named files alone: slash paths below the tree's root. A file that
// does not exist is an error; one that is nothing a rule could judge is a Problem,
// because whoever named it expects an answer.
func Files(ctx context.Context, tree *source.Tree, cfg config.Config, names []string) (*Plan, error) {
	var found source.Listing
	for _, name := range names {
		info, err := fs.Stat(tree.FS(), name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("read %s: not a regular file", name)
		}
		found.Files = append(found.Files, name)
	}
	slices.Sort(found.Files)
	p, err := build(ctx, &Plan{Root: tree.Dir(), Tree: tree, Event: Event{Name: "local"}, Partial: true}, cfg, found)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if !p.mentions(name) {
			p.Problems = append(p.Problems, Problem{Location: finding.Top(name), Stages: []string{"hardening"},
				Message: "is neither a Compose file, nor a Kubernetes manifest, nor a Dockerfile, nor a known configuration file; nothing was judged"})
		}
	}
	return p, nil
}

// mentions tells whether the file is part of a document or of a problem.
func (p *Plan) mentions(name string) bool {
	return p.Config != nil && slices.Contains(p.Config.Files, name) ||
		slices.ContainsFunc(p.Documents, func(d Document) bool { return slices.Contains(d.Files, name) }) ||
		slices.ContainsFunc(p.Problems, func(pr Problem) bool { return pr.Location.URI == name })
}
