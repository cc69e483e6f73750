package github

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/trust"
)

// runnerEnv is the environment of a run, changed by what differs.
func runnerEnv(event string, change map[string]string) func(string) string {
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": "event.json", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": sha,
		"GITHUB_REF": "refs/heads/main", "GITHUB_API_URL": "https://api.github.com", "GITHUB_GRAPHQL_URL": "https://api.github.com/graphql",
		"GITHUB_SERVER_URL": "https://github.com/", "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "assure", "GITHUB_ACTOR_ID": "1",
		"GITHUB_WORKFLOW_REF": "acme/shop/.github/workflows/gate.yml@refs/heads/main",
	}
	for k, v := range change {
		env[k] = v
	}
	return func(name string) string { return env[name] }
}

func file(text string) func(string) ([]byte, error) {
	return func(string) ([]byte, error) { return []byte(text), nil }
}

const pullEvent = `{"number": 7, "repository": {"id": 1}, "pull_request": {"number": 7, "head": {"sha": "` + tip + `", "repo": {"id": 1}}, "base": {"sha": "` + sha + `"}}}`

func TestFromEnv(t *testing.T) {
	t.Parallel()
	common := Context{
		Owner: "acme", Repo: "shop", SHA: sha, Ref: "refs/heads/main", HeadSHA: sha, APIURL: "https://api.github.com", GraphQLURL: "https://api.github.com/graphql",
		ServerURL: "https://github.com", RunID: 42, RunAttempt: 2, Job: "assure", Workflow: ".github/workflows/gate.yml",
		Author: trust.Own,
	}
	for name, tc := range map[string]struct {
		event, json string
		env         map[string]string
		want        func(*Context)
	}{
		"same repository": {"pull_request", pullEvent, nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Own, true
		}},
		"fork": {"pull_request", strings.Replace(pullEvent, `"repo": {"id": 1}`, `"repo": {"id": 2}`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Fork, true
		}},
		"deleted fork": {"pull_request", strings.Replace(pullEvent, `"repo": {"id": 1}`, `"repo": null`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Fork, true
		}},
		"dependabot": {"pull_request", pullEvent, map[string]string{"GITHUB_ACTOR_ID": "49699333"}, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Bot, true
		}},
		"dependabot's, labelled by somebody": {"pull_request", strings.Replace(pullEvent, `"number": 7, "head"`, `"number": 7, "user": {"id": 49699333}, "head"`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Bot, true
		}},
		"retargeted": {"pull_request", strings.Replace(pullEvent, `{"number"`, `{"action": "edited", "changes": {"base": {"sha": {"from": "x"}}}, "number"`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal, c.Retargeted = 7, tip, sha, trust.Own, true, true
		}},
		"new title": {"pull_request", strings.Replace(pullEvent, `{"number"`, `{"action": "edited", "changes": {"title": {"from": "x"}}, "number"`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Own, true
		}},
		"review of a fork": {"pull_request_review", strings.Replace(pullEvent, `"repo": {"id": 1}`, `"repo": {"id": 2}`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Fork, true
		}},
		"comment on a pull request": {"issue_comment", `{"issue": {"number": 7, "pull_request": {"url": "x"}}, "repository": {"id": 1, "default_branch": "main"}}`, nil, func(c *Context) {
			c.Proposal, c.DefaultBranch, c.Author = true, "main", ""
		}},
		"comment on an issue":       {"issue_comment", `{"issue": {"number": 7}}`, nil, nil},
		"slash command":             {"repository_dispatch", `{"client_payload": {"pull_request": {"number": 7}}}`, nil, func(c *Context) { c.Proposal, c.Author = true, "" }},
		"a payload of its own":      {"repository_dispatch", `{"client_payload": [7]}`, nil, nil},
		"a check of a pull request": {"check_suite", `{"check_suite": {"pull_requests": [{"number": 7}]}}`, nil, func(c *Context) { c.Proposal, c.Author = true, "" }},
		"a check run of one":        {"check_run", `{"check_run": {"pull_requests": [{"number": 7}]}}`, nil, func(c *Context) { c.Proposal, c.Author = true, "" }},
		"a review that was edited": {"pull_request_review", strings.Replace(pullEvent, `{"number"`, `{"action": "edited", "changes": {"base": {"sha": {"from": "x"}}}, "number"`, 1), nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Own, true
		}},
		"a check of a branch": {"check_run", `{"check_run": {"pull_requests": []}}`, nil, nil},
		"a login is not an id": {"pull_request", pullEvent, map[string]string{"GITHUB_ACTOR": "dependabot[bot]"}, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Own, true
		}},
		"target": {"pull_request_target", pullEvent, nil, func(c *Context) {
			c.PullRequest, c.HeadSHA, c.BaseSHA, c.Author, c.Proposal = 7, tip, sha, trust.Own, true
		}},
		"merge group": {"merge_group", `{"merge_group": {"head_sha": "` + tip + `", "base_sha": "` + sha + `"}}`, nil, func(c *Context) {
			c.HeadSHA, c.BaseSHA = tip, sha
		}},
		"push":       {"push", `{"before": "` + tip + `", "after": "` + sha + `", "repository": {"default_branch": "main"}}`, nil, func(c *Context) { c.DefaultBranch = "main" }},
		"odd push":   {"push", `{"before": "../../x", "pull_request": null}`, map[string]string{"RUNNER_ENVIRONMENT": "self-hosted"}, func(c *Context) { c.SelfHosted = true }},
		"new branch": {"push", `{"before": "` + strings.Repeat("0", 40) + `", "after": "` + sha + `"}`, nil, nil},
		"schedule":   {"schedule", `{}`, nil, nil},
		"no payload": {"workflow_dispatch", ``, map[string]string{"GITHUB_EVENT_PATH": ""}, func(c *Context) { c.Proposal, c.Unsaid, c.Author = true, true, "" }},
		"release":    {"release", `{"release": {"tag_name": "v1"}}`, map[string]string{"GITHUB_REF": "refs/tags/v1"}, func(c *Context) { c.Ref = "refs/tags/v1" }},
		"workflow run": {"workflow_run", `{"workflow_run": {"id": 5, "event": "pull_request", "path": ".github/workflows/gate.yml", "conclusion": "failure", "head_sha": "` + tip + `", "head_branch": "x", "head_repository": {"owner": {"login": "mallory"}}}}`, nil, func(c *Context) {
			c.HeadSHA = tip
			c.Run = &WorkflowRun{ID: 5, Event: "pull_request", Path: ".github/workflows/gate.yml", Conclusion: "failure", HeadSHA: tip, HeadBranch: "x", HeadOwner: "mallory"}
		}},
		"large event": {"push", `{"pad": "` + strings.Repeat("x", 2<<20) + `"}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := FromEnv(runnerEnv(tc.event, tc.env), file(tc.json))
			if err != nil {
				t.Fatal(err)
			}
			want := common
			want.Event = tc.event
			if tc.want != nil {
				tc.want(&want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("context (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromEnvRefusesNonsense(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		event, json string
		env         map[string]string
	}{
		"cut event":       {"pull_request", pullEvent[:40], nil},
		"no pull request": {"pull_request", `{}`, nil},
		"wrong type":      {"pull_request", `{"pull_request": {"number": "7"}}`, nil},
		"bad head":        {"pull_request", strings.Replace(pullEvent, tip, "--upload-pack=x", 1), nil},
		"bad base":        {"pull_request", strings.Replace(pullEvent, sha, "../../x", 1), nil},
		"review of none":  {"pull_request_review", `{"pull_request": {}}`, nil},
		"deep":            {"push", `{"issue": ` + strings.Repeat("[", 1<<20) + `}`, nil},
		"no merge group":  {"merge_group", `{}`, nil},
		"no run":          {"workflow_run", `{}`, nil},
		"no event":        {"", `{}`, nil},
		"repository":      {"push", `{}`, map[string]string{"GITHUB_REPOSITORY": "acme/shop/../x"}},
		"dots":            {"push", `{}`, map[string]string{"GITHUB_REPOSITORY": "acme/.."}},
		"commit":          {"push", `{}`, map[string]string{"GITHUB_SHA": "main"}},
		"run id":          {"push", `{}`, map[string]string{"GITHUB_RUN_ID": "x"}},
		"too large":       {"push", "{}" + strings.Repeat(" ", eventMax), nil},
	} {
		if _, err := FromEnv(runnerEnv(tc.event, tc.env), file(tc.json)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	broken := func(string) ([]byte, error) { return nil, errors.New("gone") }
	c, err := FromEnv(runnerEnv("pull_request_target", nil), broken)
	if err == nil || c.Refuse(false) == "" {
		t.Errorf("%v; the event must be refused even when it cannot be read", err)
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		event           string
		runs, reporting bool
	}{
		{"pull_request", true, true}, {"merge_group", true, true}, {"push", true, true}, {"schedule", true, true}, {"release", true, true},
		{"workflow_dispatch", true, true}, {"workflow_run", false, true}, {"pull_request_target", false, false},
	} {
		c := Context{Event: tc.event}
		if c.Refuse(false) == "" != tc.runs || c.Refuse(true) == "" != tc.reporting {
			t.Errorf("%s: %q, reporting %q", tc.event, c.Refuse(false), c.Refuse(true))
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	c := Context{ServerURL: "https://github.com", Owner: "acme", Repo: "shop", RunID: 42, Workflow: ".github/workflows/gate.yml", Job: "assure"}
	if got := c.RunURL(); got != "https://github.com/acme/shop/actions/runs/42" {
		t.Error(got)
	}
	if got := c.CommentKey(); got != "gate.yml:assure" {
		t.Error(got)
	}
	if got := (Context{}).RunURL(); got != "" {
		t.Error(got)
	}
}

func FuzzFromEnv(f *testing.F) {
	f.Add("pull_request", pullEvent)
	f.Add("merge_group", `{"merge_group": null}`)
	f.Add("push", `{"before": "x"}`)
	f.Add("issue_comment", `{"issue": {"pull_request": {}}}`)
	f.Add("repository_dispatch", `{"client_payload": {"pull_request": 7}, "repository": {"default_branch": "main"}}`)
	f.Fuzz(func(t *testing.T, event, text string) {
		c, err := FromEnv(runnerEnv(event, nil), file(text))
		if err == nil && (!shaPattern.MatchString(c.HeadSHA) || c.Event == "pull_request" && c.PullRequest <= 0) {
			t.Errorf("accepted %+v", c)
		}
		f := c.Facts()
		f.Head = sha
		if d := trust.Decide(f); err == nil && d.Class == trust.Trusted && (c.Proposal || c.PullRequest > 0) {
			t.Errorf("trusted %+v", c)
		}
	})
}

func TestIs(t *testing.T) {
	t.Parallel()
	c := Context{Owner: "acme", Repo: "shop"}
	for address, want := range map[string]bool{
		"https://github.com/acme/shop": true, "https://github.com/Acme/shop.git": true, "https://x:y@github.com/acme/shop/": true,
		"git@github.com:acme/shop.git": true, "github.com:acme/shop": true, "ssh://git@github.com/acme/shop": true, "/srv/mirror": true, "file:///srv/mirror": true, "": false,
		"https://github.com/mallory/shop": false, "git@github.com:mallory/shop.git": false, "ssh://git@github.com/mallory/shop": false, "https://github.com/mallory/acme/shop": false,
	} {
		if c.Is(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
}
