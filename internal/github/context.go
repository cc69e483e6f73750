// Package github is the action's side of GitHub: the event it runs for, the runner's
// command files, and the API for the comment and for code scanning.
//
// Nothing that GitHub answers changes a verdict: what cannot be published is a warning.
package github

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/stella-ops/assure/internal/trust"
)

// dependabot is the account id of dependabot[bot]; its runs have a read-only token
// though no fork is involved. A login can be imitated, an id cannot.
const dependabot = 49699333

// Context is what the runner says about this run.
type Context struct {
	// Event is the name of the event, for example pull_request.
	Event       string
	Owner, Repo string
	// SHA and Ref are what GitHub asks to be tested: on a pull request the merge
	// commit and refs/pull/N/merge.
	SHA, Ref string
	// DefaultBranch is the name of the repository's, empty when the payload has none.
	DefaultBranch string
	// BaseSHA is the commit that a proposal is to be merged into, empty when the event
	// names none. It can be stale; the first parent of the merge commit is not.
	BaseSHA string
	// HeadSHA is the commit under test itself: on a pull request the branch's tip.
	HeadSHA string
	// PullRequest is the number, zero when the event is not about one.
	PullRequest int
	// Proposal is true when the payload is about a pull request, or missing; Retargeted
	// when the event is that one got another base.
	Proposal, Retargeted bool
	// Author is where the change comes from. The token of forks and of Dependabot is
	// read-only.
	Author trust.Author
	// SelfHosted is true on a runner that outlives the job.
	SelfHosted bool
	// APIURL, GraphQLURL and ServerURL have no trailing slash.
	APIURL, GraphQLURL, ServerURL string
	RunID, RunAttempt             int64
	// Job is the job's key, Workflow the path of its file in the repository.
	Job, Workflow string
	// Run is the workflow run that caused a workflow_run event, nil otherwise.
	Run *WorkflowRun
}

var (
	namePattern = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	shaPattern  = regexp.MustCompile(`^(?:[0-9a-f]{40}|[0-9a-f]{64})$`)
)

// FromEnv reads the runner's variables and event.json. On an error the context still
// holds the event's name, so that Refuse can be asked first.
func FromEnv(env func(string) string, readFile func(string) ([]byte, error)) (Context, error) {
	// The library would decode the event into untyped maps; it gets no path.
	gh, err := githubactions.New(githubactions.WithGetenv(func(name string) string {
		if name == "GITHUB_EVENT_PATH" {
			return ""
		}
		return env(name)
	})).Context()
	c := Context{Event: env("GITHUB_EVENT_NAME")}
	if err != nil {
		return c, fmt.Errorf("read the runner's variables: %w", err)
	}
	c.SHA, c.Ref, c.Job, c.RunID, c.RunAttempt = gh.SHA, gh.Ref, gh.Job, gh.RunID, gh.RunAttempt
	c.APIURL, c.GraphQLURL, c.ServerURL = strings.TrimRight(gh.APIURL, "/"), strings.TrimRight(gh.GraphqlURL, "/"), strings.TrimRight(gh.ServerURL, "/")
	c.Owner, c.Repo, _ = strings.Cut(gh.Repository, "/")
	c.Workflow = workflowFile(env("GITHUB_WORKFLOW_REF"), gh.Repository)
	c.SelfHosted = env("RUNNER_ENVIRONMENT") == "self-hosted"
	if gh.ActorID == strconv.Itoa(dependabot) {
		c.Author = trust.Bot
	}
	if err := c.validate(); err != nil {
		return c, err
	}
	return c, c.readEvent(env("GITHUB_EVENT_PATH"), readFile)
}

func (c *Context) validate() error {
	if c.Event == "" {
		return errors.New("GITHUB_EVENT_NAME is empty: this is not a workflow run")
	}
	if !namePattern.MatchString(c.Owner) || !namePattern.MatchString(c.Repo) || strings.Trim(c.Repo, ".") == "" || strings.Trim(c.Owner, ".") == "" {
		return fmt.Errorf("GITHUB_REPOSITORY %q is not owner/name", c.Owner+"/"+c.Repo)
	}
	if !shaPattern.MatchString(c.SHA) {
		return fmt.Errorf("GITHUB_SHA %q is not a commit", c.SHA)
	}
	return nil
}

// workflowFile takes the path out of owner/repo/.github/workflows/gate.yml@refs/….
func workflowFile(ref, repository string) string {
	path, _, _ := strings.Cut(ref, "@")
	return strings.TrimPrefix(path, repository+"/")
}

// Refuse returns the reason why nothing may run for this event, or "". Events that
// hand a token with write access to a run about foreign code are refused before the
// workspace is read; reporting is true for the command that only publishes the report
// of an earlier run.
func (c Context) Refuse(reporting bool) string {
	return trust.Refuse(trust.GitHub, c.Event, reporting)
}

// Facts are what the decision about trust is made of. What is checked out is for the
// caller to add.
func (c Context) Facts() trust.Facts {
	return trust.Facts{
		System: trust.GitHub, Event: c.Event, Ref: c.Ref, Default: c.DefaultBranch, Proposal: c.Proposal, Retargeted: c.Retargeted,
		Author: c.Author, Named: c.SHA, Tip: c.tip(), Base: c.BaseSHA, SelfHosted: c.SelfHosted,
	}
}

// Is reports whether an address may be that of this repository: it names no other one on
// a server. A path of this machine is a mirror that the workflow chose.
func (c Context) Is(address string) bool {
	name := ""
	if address == "" {
		return false
	}
	if scheme, rest, ok := strings.Cut(address, "://"); ok {
		if scheme == "file" {
			return true
		}
		_, name, _ = strings.Cut(rest, "/")
	} else if host, path, ok := strings.Cut(address, ":"); ok && !strings.Contains(host, "/") {
		name = path
	} else {
		return true
	}
	return strings.EqualFold(strings.TrimSuffix(strings.Trim(name, "/"), ".git"), c.Owner+"/"+c.Repo)
}

// tip is the tip of the pull request, empty when the event names none.
func (c Context) tip() string {
	if c.PullRequest == 0 {
		return ""
	}
	return c.HeadSHA
}

// RunURL is the page of this workflow run.
func (c Context) RunURL() string {
	if c.RunID == 0 {
		return ""
	}
	return c.ServerURL + "/" + c.Owner + "/" + c.Repo + "/actions/runs/" + strconv.FormatInt(c.RunID, 10)
}

// CommentKey tells apart the comments of several workflows and jobs.
func (c Context) CommentKey() string {
	return strings.TrimPrefix(c.Workflow, ".github/workflows/") + ":" + c.Job
}
