package github

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stella-ops/assure/internal/trust"
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
	Action      string       `json:"action"`
	PullRequest *pullRequest `json:"pull_request"`
	MergeGroup  *struct {
		HeadSHA string `json:"head_sha"`
		BaseSHA string `json:"base_sha"`
	} `json:"merge_group"`
	WorkflowRun *eventRun `json:"workflow_run"`
	Repository  eventRepo `json:"repository"`
	// What follows is looked at only for a pull request in it, and may be of any shape.
	Issue         json.RawMessage `json:"issue"`
	ClientPayload json.RawMessage `json:"client_payload"`
	CheckRun      json.RawMessage `json:"check_run"`
	CheckSuite    json.RawMessage `json:"check_suite"`
	Changes       json.RawMessage `json:"changes"`
}

type pullRequest struct {
	Number     int `json:"number"`
	Head, Base eventSide
	User       struct {
		ID int64 `json:"id"`
	} `json:"user"`
}

type eventSide struct {
	SHA  string     `json:"sha"`
	Repo *eventRepo `json:"repo"`
}

type eventRepo struct {
	ID            int64  `json:"id"`
	DefaultBranch string `json:"default_branch"`
	Owner         struct {
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

// readEvent adds what only the payload knows. Without one it is not known what the run
// is about, so that it may be anybody's change.
func (c *Context) readEvent(path string, readFile func(string) ([]byte, error)) error {
	c.HeadSHA = c.SHA
	if path == "" && c.Event == "workflow_run" {
		return errors.New("read the event: GITHUB_EVENT_PATH is empty")
	}
	if path == "" {
		c.Proposal, c.Unsaid = true, true
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
	c.DefaultBranch = e.Repository.DefaultBranch
	c.Proposal = e.mentions()
	switch {
	case e.PullRequest != nil, c.Event == "pull_request", c.Event == "pull_request_target":
		return c.applyPullRequest(e)
	case c.Event == "merge_group":
		if e.MergeGroup == nil {
			return errors.New("it names no merge group")
		}
		c.BaseSHA, c.HeadSHA = e.MergeGroup.BaseSHA, e.MergeGroup.HeadSHA
	case c.Event == "workflow_run":
		if e.WorkflowRun == nil {
			return errors.New("it names no workflow run")
		}
		r := e.WorkflowRun
		c.Run = &WorkflowRun{r.ID, r.Event, r.Path, r.Conclusion, r.HeadSHA, r.HeadBranch, r.HeadRepository.Owner.Login}
		c.HeadSHA = r.HeadSHA
	}
	if c.Author == trust.Unknown && !c.Proposal {
		c.Author = trust.Own
	}
	return nil
}

// applyPullRequest is for every event whose payload has a pull request.
func (c *Context) applyPullRequest(e event) error {
	if e.PullRequest == nil || e.PullRequest.Number <= 0 {
		return errors.New("it names no pull request")
	}
	c.Proposal, c.Retargeted = true, c.Event == "pull_request" && e.Action == "edited" && has(e.Changes, "base")
	c.PullRequest = e.PullRequest.Number
	c.BaseSHA, c.HeadSHA = e.PullRequest.Base.SHA, e.PullRequest.Head.SHA
	// The repository of a deleted fork is null.
	head := e.PullRequest.Head.Repo
	switch {
	case head == nil || head.ID == 0 || head.ID != e.Repository.ID:
		c.Author = trust.Fork
	case c.Author == trust.Bot || e.PullRequest.User.ID == dependabot:
		c.Author = trust.Bot
	default:
		c.Author = trust.Own
	}
	return nil
}

// mentions reports whether a payload speaks of a pull request elsewhere than where pull
// request events have it.
func (e event) mentions() bool {
	return has(e.Issue, "pull_request") || has(e.ClientPayload, "pull_request") || has(e.CheckRun, "pull_requests") || has(e.CheckSuite, "pull_requests")
}

// has reports whether a JSON object has a value other than null or an empty list under
// the key.
func has(object json.RawMessage, key string) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil {
		return false
	}
	value := string(fields[key])
	return value != "" && value != "null" && value != "[]"
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
