package github

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"
)

// markerPrefix begins the first line of every comment of ours.
const markerPrefix = "<!-- assure:summary v"

// defaultLogin is the account of a workflow's own token.
const defaultLogin = "github-actions[bot]"

// Comment keeps one comment on the pull request: it updates its own oldest one with
// the same first line when the text changed, removes later doubles, and else creates
// one. A comment is ours when the marker is its first line and the token's account
// wrote it; anybody can write a marker.
func (c *Client) Comment(ctx context.Context, body []byte, onlyUpdate bool) error {
	marker, _, _ := bytes.Cut(body, []byte("\n"))
	if !bytes.HasPrefix(marker, []byte(markerPrefix)) {
		return errors.New("the comment does not begin with a marker")
	}
	login := c.login(ctx)
	ours, err := c.ours(ctx, string(marker), login)
	if err != nil {
		return err
	}
	if len(ours) == 0 {
		if onlyUpdate {
			return nil
		}
		return c.create(ctx, string(marker), login, string(body))
	}
	if !sameText(ours[0].GetBody(), string(body)) {
		if _, _, err := c.api.Issues.EditComment(ctx, c.c.Owner, c.c.Repo, ours[0].GetID(), &github.IssueComment{Body: github.String(string(body))}); err != nil {
			return fmt.Errorf("update the comment: %w", err)
		}
	}
	return c.remove(ctx, ours[1:])
}

// create writes the first comment and looks again: two jobs may have done so at once,
// and then the older comment stays.
func (c *Client) create(ctx context.Context, marker, login, body string) error {
	if _, _, err := c.api.Issues.CreateComment(ctx, c.c.Owner, c.c.Repo, c.c.PullRequest, &github.IssueComment{Body: &body}); err != nil {
		return fmt.Errorf("create the comment: %w", err)
	}
	ours, err := c.ours(ctx, marker, login)
	if err != nil || len(ours) < 2 {
		return err
	}
	return c.remove(ctx, ours[1:])
}

func (c *Client) remove(ctx context.Context, doubles []*github.IssueComment) error {
	for _, d := range doubles {
		if _, err := c.api.Issues.DeleteComment(ctx, c.c.Owner, c.c.Repo, d.GetID()); err != nil {
			return fmt.Errorf("delete a double of the comment: %w", err)
		}
	}
	return nil
}

// ours lists our comments with the marker, oldest first.
func (c *Client) ours(ctx context.Context, marker, login string) ([]*github.IssueComment, error) {
	var found []*github.IssueComment
	opts := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 100}}
	for {
		page, resp, err := c.api.Issues.ListComments(ctx, c.c.Owner, c.c.Repo, c.c.PullRequest, opts)
		if err != nil {
			return nil, fmt.Errorf("list the comments: %w", err)
		}
		for _, comment := range page {
			if isOurs(comment, marker, login) {
				found = append(found, comment)
			}
		}
		if resp.NextPage <= opts.Page {
			slices.SortFunc(found, func(a, b *github.IssueComment) int { return cmp.Compare(a.GetID(), b.GetID()) })
			return found, nil
		}
		opts.Page = resp.NextPage
	}
}

func isOurs(comment *github.IssueComment, marker, login string) bool {
	user := comment.GetUser()
	if user.GetLogin() != login || strings.HasSuffix(login, "[bot]") && user.GetType() != "Bot" {
		return false
	}
	first, _, _ := strings.Cut(comment.GetBody(), "\n")
	return strings.TrimRight(first, "\r") == marker
}

// login asks whose token this is. Only GraphQL answers that for every kind of token;
// where it does not, it is the workflow's own.
func (c *Client) login(ctx context.Context) string {
	req, err := c.api.NewRequest("POST", c.c.GraphQLURL, map[string]string{"query": "query{viewer{login}}"})
	if err != nil {
		return defaultLogin
	}
	var reply struct {
		Data struct {
			Viewer struct {
				Login string `json:"login"`
			} `json:"viewer"`
		} `json:"data"`
	}
	if _, err := c.api.Do(ctx, req, &reply); err != nil || reply.Data.Viewer.Login == "" {
		return defaultLogin
	}
	return reply.Data.Viewer.Login
}

// sameText ignores what GitHub does to line ends.
func sameText(a, b string) bool {
	clean := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return clean(a) == clean(b)
}
