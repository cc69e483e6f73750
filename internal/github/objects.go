package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/go-github/v62/github"
)

// Bounds of what is read of a repository through the API: a workflow's token has a
// thousand requests in an hour, for everything that the repository's workflows do.
const (
	objectRequests = 400
	objectBytes    = 128 << 20
	objectTime     = 3 * time.Minute
	objectFiles    = 200_000
)

// ErrBudget marks a repository that asks for more than is read through the API.
var ErrBudget = errors.New("more of the base would have to be read through GitHub's API than is allowed; let the checkout fetch it")

// File is an entry of a commit's tree.
type File struct {
	Path, Mode, SHA string
	// Size is -1 where it is not known.
	Size int64
}

// Objects reads commits of the workflow's own repository, and of no other, within bounds
// that hold for all of it together.
type Objects struct {
	client *Client

	mu              sync.Mutex
	requests, bytes int64
	until           time.Time
}

// Objects is the repository of the workflow. A request that fails is tried again, but not
// for as long as one that publishes.
func (c *Client) Objects() *Objects {
	return &Objects{client: c, requests: objectRequests, bytes: objectBytes}
}

// ask counts a request and gives it what is left of the time.
func (o *Objects) ask(ctx context.Context) (context.Context, context.CancelFunc, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.client.now()
	if o.until.IsZero() {
		o.until = now.Add(objectTime)
	}
	o.requests--
	left := o.until.Sub(now)
	if o.requests < 0 || o.bytes <= 0 || left <= 0 {
		return nil, nil, ErrBudget
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	return ctx, cancel, nil
}

func (o *Objects) spend(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes -= int64(n)
}

// get asks for something below the repository's address.
func (o *Objects) get(ctx context.Context, path string, into any) error {
	ctx, cancel, err := o.ask(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	req, err := o.client.api.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s%s", o.client.c.Owner, o.client.c.Repo, path), nil)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if _, err := o.client.api.Do(ctx, req, &body); err != nil {
		return plainly(err)
	}
	o.spend(body.Len())
	return json.Unmarshal(body.Bytes(), into)
}

// plainly leaves the address out of an error.
func plainly(err error) error {
	if code, message := answer(err); code != 0 {
		return fmt.Errorf("GitHub answered %d: %s", code, message)
	}
	return err
}

// DefaultBranch is the commit at the tip of the default branch.
func (o *Objects) DefaultBranch(ctx context.Context) (string, error) {
	var repo struct {
		DefaultBranch string `json:"default_branch"`
	}
	if err := o.get(ctx, "", &repo); err != nil {
		return "", fmt.Errorf("ask for the default branch: %w", err)
	}
	var ref github.Reference
	if err := o.get(ctx, "/git/ref/heads/"+escaped(repo.DefaultBranch), &ref); err != nil {
		return "", fmt.Errorf("ask for the default branch: %w", err)
	}
	return named(ref.GetObject().GetSHA())
}

// MergeBase is the common ancestor of two commits.
func (o *Objects) MergeBase(ctx context.Context, base, head string) (string, error) {
	if _, err := named(base); err != nil {
		return "", err
	}
	if _, err := named(head); err != nil {
		return "", err
	}
	var compared github.CommitsComparison
	if err := o.get(ctx, "/compare/"+base+"..."+head+"?per_page=1", &compared); err != nil {
		return "", fmt.Errorf("ask for the merge base: %w", err)
	}
	return named(compared.GetMergeBaseCommit().GetSHA())
}

// Blob is the first bytes of a file's content, at most limit.
func (o *Objects) Blob(ctx context.Context, id string, limit int64) ([]byte, error) {
	if _, err := named(id); err != nil {
		return nil, err
	}
	ctx, cancel, err := o.ask(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	data, _, err := o.client.api.Git.GetBlobRaw(ctx, o.client.c.Owner, o.client.c.Repo, id)
	o.spend(len(data))
	if err != nil {
		return nil, fmt.Errorf("ask for a file of the base: %w", plainly(err))
	}
	return data[:min(int64(len(data)), limit)], nil
}

// named makes sure that what is used as a commit or blob is one.
func named(id string) (string, error) {
	if !shaPattern.MatchString(id) {
		return "", fmt.Errorf("%q is not an object's id", id)
	}
	return id, nil
}
