package github

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/go-github/v62/github"
)

// PullRequestOf finds the pull request whose run caused this workflow_run event. GitHub
// leaves it out of the payload for forks, and the report of that run is foreign, so it
// is looked up by the head that GitHub itself names. Exactly one open pull request must
// still have that commit.
func (c *Client) PullRequestOf(ctx context.Context) (int, error) {
	run := c.c.Run
	if run == nil || run.Event != "pull_request" {
		return 0, errors.New("the run that caused this event was not about a pull request")
	}
	opts := &github.PullRequestListOptions{State: "open", Head: run.HeadOwner + ":" + run.HeadBranch, ListOptions: github.ListOptions{PerPage: 100}}
	pulls, _, err := c.api.PullRequests.List(ctx, c.c.Owner, c.c.Repo, opts)
	if err != nil {
		return 0, fmt.Errorf("list the pull requests: %w", err)
	}
	var found []int
	for _, p := range pulls {
		if p.GetHead().GetSHA() == run.HeadSHA {
			found = append(found, p.GetNumber())
		}
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("%d open pull requests have the commit %s, not one", len(found), run.HeadSHA)
	}
	return found[0], nil
}
