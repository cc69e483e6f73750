package github

import (
	"encoding/json"
	"fmt"
	"strings"
)

// eventMax bounds event.json, of which GitHub promises 25 MB at most.
const eventMax = 32 << 20

// WorkflowRun is the run that a workflow_run event is about. Its branch and owner are
// foreign text.
type WorkflowRun struct {
	ID         int64
	Event      string
	Path       string
	Conclusion string
	HeadSHA    string
	HeadBranch string
	HeadOwner  string
}

// event is the part of event.json that we read.
type event struct {
	PullRequest *struct {
		Number     int `json:"number"`
		Head, Base eventSide
	} `json:"pull_request"`
	MergeGroup *struct {
		HeadSHA string `json:"head_sha"`
		BaseSHA string `json:"base_sha"`
	} `json:"merge_group"`
	WorkflowRun *eventRun `json:"workflow_run"`
	Before      string    `json:"before"`
	After       string    `json:"after"`
	Repository  eventRepo `json:"repository"`
}

type eventSide struct {
	SHA  string     `json:"sha"`
	Repo *eventRepo `json:"repo"`
}

type eventRepo struct {
	ID    int64 `json:"id"`
	Owner struct {
		Login string `json:"login"`
	} `json:"owner"`
}

type eventRun struct {
	ID             int64     `json:"id"`
	Event          string    `json:"event"`
	Path           string    `json:"path"`
	Conclusion     string    `json:"conclusion"`
	HeadSHA        string    `json:"head_sha"`
	HeadBranch     string    `json:"head_branch"`
	HeadRepository eventRepo `json:"head_repository"`
}

// readEvent adds what only the payload knows.
func (c *Context) readEvent(path string, readFile func(string) ([]byte, error)) error {
	c.HeadSHA = c.SHA
	needed := map[string]bool{"pull_request": true, "pull_request_target": true, "merge_group": true, "workflow_run": true}[c.Event]
	if path == "" && !needed {
		return nil
	}
	data, err := readFile(path)
	if err != nil {
		return fmt.Errorf("read the event: %w", err)
	}
	if len(data) > eventMax {
		return fmt.Errorf("read the event: %d bytes are more than %d", len(data), eventMax)
	}
	var e event
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Errorf("decode the event %s: %w", c.Event, err)
	}
	if err := c.apply(e); err != nil {
		return fmt.Errorf("decode the event %s: %w", c.Event, err)
	}
	return c.checkCommits()
}

func (c *Context) apply(e event) error {
	switch c.Event {
	case "pull_request", "pull_request_target":
		if e.PullRequest == nil || e.PullRequest.Number <= 0 {
			return fmt.Errorf("it names no pull request")
		}
		c.PullRequest = e.PullRequest.Number
		c.BaseSHA, c.HeadSHA = e.PullRequest.Base.SHA, e.PullRequest.Head.SHA
		// The repository of a deleted fork is null.
		head := e.PullRequest.Head.Repo
		c.Fork = c.Fork || head == nil || head.ID == 0 || head.ID != e.Repository.ID
	case "merge_group":
		if e.MergeGroup == nil {
			return fmt.Errorf("it names no merge group")
		}
		c.BaseSHA, c.HeadSHA = e.MergeGroup.BaseSHA, e.MergeGroup.HeadSHA
	case "push":
		if strings.Trim(e.Before, "0") != "" {
			c.BaseSHA = e.Before
		}
	case "workflow_run":
		if e.WorkflowRun == nil {
			return fmt.Errorf("it names no workflow run")
		}
		r := e.WorkflowRun
		c.Run = &WorkflowRun{r.ID, r.Event, r.Path, r.Conclusion, r.HeadSHA, r.HeadBranch, r.HeadRepository.Owner.Login}
		c.HeadSHA = r.HeadSHA
	}
	return nil
}

// checkCommits makes sure that what is used as a commit is one.
func (c *Context) checkCommits() error {
	if !shaPattern.MatchString(c.HeadSHA) {
		return fmt.Errorf("decode the event %s: head %q is not a commit", c.Event, c.HeadSHA)
	}
	if c.BaseSHA != "" && !shaPattern.MatchString(c.BaseSHA) {
		return fmt.Errorf("decode the event %s: base %q is not a commit", c.Event, c.BaseSHA)
	}
	return nil
}
