// Package remote lends GitHub's API to the workspace as a place to read commits from.
package remote

import (
	"context"
	"io/fs"

	"github.com/stella-ops/assure/internal/github"
	"github.com/stella-ops/assure/internal/source/commit"
)

// Remote is a repository on GitHub.
type Remote struct{ *github.Objects }

// New is the repository of a client.
func New(o *github.Objects) Remote { return Remote{o} }

// Entries lists the files of a commit.
func (r Remote) Entries(ctx context.Context, id string) ([]commit.Entry, error) {
	list, err := r.Files(ctx, id)
	if err != nil {
		return nil, err
	}
	entries := make([]commit.Entry, 0, len(list))
	for _, f := range list {
		e := commit.Entry{Name: f.Path, ID: f.SHA, Size: f.Size}
		switch f.Mode {
		case "120000":
			e.Mode = fs.ModeSymlink
		case "160000":
			e.Mode = fs.ModeDir
		}
		entries = append(entries, e)
	}
	return entries, nil
}
