package github

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"
)

// pollWaits are the pauses before asking what became of an upload: 155 seconds in all.
var pollWaits = [...]time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second}

var mergeRef = regexp.MustCompile(`^refs/pull/[0-9]+/merge$`)

// UploadSARIF sends a log to code scanning and waits until GitHub has processed it. It
// returns the upload's id. An upload that is still pending at the end is no error; one
// that GitHub refused is, with GitHub's reasons.
func (c *Client) UploadSARIF(ctx context.Context, log []byte, head string) (string, error) {
	packed, err := pack(log)
	if err != nil {
		return "", err
	}
	ref, sha := c.c.analysis(head)
	upload, _, err := c.api.CodeScanning.UploadSarif(ctx, c.c.Owner, c.c.Repo, &github.SarifAnalysis{
		CommitSHA: &sha, Ref: &ref, Sarif: &packed, ToolName: github.String("Assure"),
	})
	if err != nil {
		return "", fmt.Errorf("upload the SARIF log: %w", err)
	}
	id := upload.GetID()
	if id == "" {
		return "", errors.New("upload the SARIF log: the answer has no id")
	}
	return id, c.processed(ctx, id)
}

// pack compresses and encodes as the API wants it.
func pack(log []byte) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(log); err != nil {
		return "", fmt.Errorf("compress the SARIF log: %w", err)
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("compress the SARIF log: %w", err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// analysis is the ref and commit that results belong to. When the merge commit is not
// what is checked out, they belong to the branch of the pull request.
func (c Context) analysis(head string) (ref, sha string) {
	if head == "" || head == c.SHA {
		return c.Ref, c.SHA
	}
	if mergeRef.MatchString(c.Ref) {
		return strings.TrimSuffix(c.Ref, "merge") + "head", head
	}
	return c.Ref, head
}

// processed polls the upload's state. The library's own call drops the reasons.
func (c *Client) processed(ctx context.Context, id string) error {
	for _, wait := range pollWaits {
		if err := c.sleep(ctx, wait); err != nil {
			return fmt.Errorf("wait for the SARIF upload: %w", err)
		}
		state, reasons, err := c.status(ctx, id)
		if err != nil {
			return err
		}
		switch state {
		case "complete":
			return nil
		case "failed":
			return fmt.Errorf("GitHub refused the SARIF log: %s", strings.Join(reasons, "; "))
		}
	}
	return nil
}

func (c *Client) status(ctx context.Context, id string) (state string, reasons []string, err error) {
	path := fmt.Sprintf("repos/%s/%s/code-scanning/sarifs/%s", c.c.Owner, c.c.Repo, url.PathEscape(id))
	req, err := c.api.NewRequest("GET", path, nil)
	if err != nil {
		return "", nil, fmt.Errorf("ask for the SARIF upload: %w", err)
	}
	var reply struct {
		Status string   `json:"processing_status"`
		Errors []string `json:"errors"`
	}
	if _, err := c.api.Do(ctx, req, &reply); err != nil {
		return "", nil, fmt.Errorf("ask for the SARIF upload: %w", err)
	}
	return reply.Status, reply.Errors, nil
}
