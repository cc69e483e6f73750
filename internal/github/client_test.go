package github

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/github/githubtest"
	"github.com/stella-ops/assure/internal/trust"
)

const (
	marker = "<!-- assure:summary v1 key=gate.yml:assure -->"
	sha    = "0123456789abcdef0123456789abcdef01234567"
	tip    = "89abcdef0123456789abcdef0123456789abcdef"
)

// client is a client of the fake GitHub whose waits take no time but are recorded.
func client(t *testing.T, s *githubtest.Server, change func(*Context)) (*Client, *[]time.Duration) {
	t.Helper()
	c := Context{Event: "pull_request", Owner: s.Owner, Repo: s.Repo, SHA: sha, HeadSHA: tip, Ref: "refs/pull/7/merge", PullRequest: 7, APIURL: s.URL, GraphQLURL: s.URL + "/graphql", ServerURL: "https://github.com"}
	if change != nil {
		change(&c)
	}
	waits := new([]time.Duration)
	cl, err := New(c, Options{Token: s.Token, Version: "test", Sleep: func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	return cl, waits
}

func body(text string) []byte { return []byte(marker + "\n" + text) }

func TestCommentLifeCycle(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	c, _ := client(t, s, nil)
	publish := func(p Publication) {
		t.Helper()
		if w := c.Publish(t.Context(), p); len(w) > 0 {
			t.Errorf("warnings %q", w)
		}
	}
	publish(Publication{Comment: body("a"), OnlyUpdate: true})
	if len(s.Comments) != 0 {
		t.Error("a comment was created")
	}
	publish(Publication{Comment: body("a")})
	publish(Publication{Comment: body("a\r\n")})
	if got := s.Count("PATCH"); len(s.Comments) != 1 || got != 0 {
		t.Errorf("%d comments, %d updates of an equal text", len(s.Comments), got)
	}
	publish(Publication{Comment: body("b"), OnlyUpdate: true})
	if len(s.Comments) != 1 || s.Comments[0].Body != string(body("b")) || s.Count("POST /repos") != 1 {
		t.Errorf("comments %v", s.Comments)
	}
}

func TestT29_CommentLeavesPlantedMarkersAlone(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Comments = []githubtest.Comment{
		{ID: 1, Login: "mallory", Type: "User", Body: string(body("pass"))},
		{ID: 2, Login: "other-bot[bot]", Type: "Bot", Body: string(body("pass"))},
		{ID: 3, Login: "github-actions", Type: "User", Body: string(body("pass"))},
		{ID: 4, Login: "github-actions[bot]", Type: "User", Body: string(body("pass"))},
		{ID: 5, Login: "github-actions[bot]", Type: "Bot", Body: "> " + string(body("quoted"))},
		{ID: 6, Login: "github-actions[bot]", Type: "Bot", Body: "<!-- assure:summary v1 key=other:job -->\nother job"},
		{ID: 7, Login: "github-actions[bot]", Type: "Bot", Body: string(body("ours\r\n"))},
		{ID: 8, Login: "github-actions[bot]", Type: "Bot", Body: string(body("our double"))},
	}
	before := slices.Clone(s.Comments)
	c, _ := client(t, s, nil)
	if err := c.Comment(t.Context(), body("fail"), false); err != nil {
		t.Fatal(err)
	}
	before[6].Body = string(body("fail"))
	if diff := cmp.Diff(before[:7], s.Comments); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
}

func TestCommentOfTwoJobsAtOnce(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Raced = &githubtest.Comment{ID: 1, Login: s.Login, Type: "Bot", Body: string(body("other"))}
	c, _ := client(t, s, nil)
	if err := c.Comment(t.Context(), body("x"), false); err != nil {
		t.Fatal(err)
	}
	if len(s.Comments) != 1 || s.Comments[0].ID != 1 {
		t.Errorf("comments %v", s.Comments)
	}
}

func TestCommentOfAnotherTokenOwner(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Login = "acme-gate[bot]"
	s.Comments = []githubtest.Comment{
		{ID: 1, Login: "github-actions[bot]", Type: "Bot", Body: string(body("not ours"))},
		{ID: 2, Login: "acme-gate[bot]", Type: "Bot", Body: string(body("ours"))},
	}
	c, _ := client(t, s, nil)
	if err := c.Comment(t.Context(), body("new"), false); err != nil {
		t.Fatal(err)
	}
	if s.Comments[0].Body != string(body("not ours")) || s.Comments[1].Body != string(body("new")) {
		t.Errorf("comments %v", s.Comments)
	}
}

func TestCommentWithoutGraphQL(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Fail("POST graphql", githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`})
	c, _ := client(t, s, nil)
	if err := c.Comment(t.Context(), body("x"), false); err != nil || len(s.Comments) != 1 {
		t.Errorf("%v, comments %v", err, s.Comments)
	}
}

func TestCommentNeedsMarker(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	c, _ := client(t, s, nil)
	if err := c.Comment(t.Context(), []byte("no marker"), false); err == nil || len(s.Requests) > 0 {
		t.Errorf("%v after %v", err, s.Requests)
	}
}

func TestUploadSARIF(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Processing = []string{"pending", "pending", "complete"}
	c, waits := client(t, s, nil)
	id, err := c.UploadSARIF(t.Context(), []byte(`{"runs":[]}`), "")
	if err != nil || id != "1" {
		t.Fatalf("id %q, %v", id, err)
	}
	if u := s.Uploads[0]; u.Ref != "refs/pull/7/merge" || u.SHA != sha || string(u.Log) != `{"runs":[]}` {
		t.Errorf("upload %+v", u)
	}
	if diff := cmp.Diff([]time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second}, *waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestUploadThatStaysPendingIsNoError(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Processing = []string{"pending"}
	c, waits := client(t, s, nil)
	if _, err := c.UploadSARIF(t.Context(), []byte(`{}`), ""); err != nil || len(*waits) != 5 {
		t.Errorf("%v after %v", err, *waits)
	}
}

func TestUploadRefused(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Processing, s.Reasons = []string{"pending", "failed"}, []string{"rejecting SARIF", "unsuccessful execution"}
	c, _ := client(t, s, nil)
	want := []string{"results are not in code scanning: GitHub refused the SARIF log: rejecting SARIF; unsuccessful execution; the verdict and the report files are complete"}
	if diff := cmp.Diff(want, c.Publish(t.Context(), Publication{SARIF: []byte(`{}`)})); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestAnalysis(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ ref, head, wantRef, wantSHA string }{
		{"refs/pull/7/merge", "", "refs/pull/7/merge", sha},
		{"refs/pull/7/merge", sha, "refs/pull/7/merge", sha},
		{"refs/pull/7/merge", tip, "refs/pull/7/head", tip},
		{"refs/heads/main", tip, "refs/heads/main", tip},
		{"refs/heads/merge", tip, "refs/heads/merge", tip},
	} {
		if ref, got := (Context{Ref: tc.ref, SHA: sha}).analysis(tc.head); ref != tc.wantRef || got != tc.wantSHA {
			t.Errorf("analysis(%s, %s) = %s, %s", tc.ref, tc.head, ref, got)
		}
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	fault := func(status int) githubtest.Fault { return githubtest.Fault{Status: status, Body: `{"message":"no"}`} }
	limit := func(header, v string) githubtest.Fault {
		return githubtest.Fault{Status: 429, Header: map[string]string{header: v}, Body: `{}`}
	}
	for name, tc := range map[string]struct {
		faults []githubtest.Fault
		waits  []time.Duration
		ok     bool
	}{
		"none":                  {nil, nil, true},
		"one 502":               {[]githubtest.Fault{fault(502)}, []time.Duration{1e9}, true},
		"four 503":              {[]githubtest.Fault{fault(503), fault(503), fault(503), fault(503)}, []time.Duration{1e9, 2e9, 4e9, 8e9}, true},
		"five 500":              {slices.Repeat([]githubtest.Fault{fault(500)}, 5), []time.Duration{1e9, 2e9, 4e9, 8e9}, false},
		"429":                   {[]githubtest.Fault{limit("Retry-After", "7")}, []time.Duration{7e9}, true},
		"403 limited":           {[]githubtest.Fault{{Status: 403, Header: map[string]string{"Retry-After": "3"}, Body: "{}"}}, []time.Duration{3e9}, true},
		"404 once":              {[]githubtest.Fault{fault(404)}, []time.Duration{1e9}, true},
		"404 twice":             {[]githubtest.Fault{fault(404), fault(404)}, []time.Duration{1e9}, false},
		"403 lasting":           {[]githubtest.Fault{{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}}, nil, false},
		"422":                   {[]githubtest.Fault{fault(422)}, nil, false},
		"cut":                   {[]githubtest.Fault{{Status: 200, Body: "[", Cut: true}}, []time.Duration{1e9}, true},
		"429 beyond the budget": {[]githubtest.Fault{limit("Retry-After", "3600")}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := githubtest.New(t)
			s.Fail("GET comments", tc.faults...)
			c, waits := client(t, s, nil)
			warnings := c.Publish(t.Context(), Publication{Comment: body("x"), OnlyUpdate: true})
			if diff := cmp.Diff(tc.waits, *waits); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			if (len(warnings) == 0) != tc.ok {
				t.Errorf("warnings %q", warnings)
			}
		})
	}
}

func TestRetryRepeatsTheBody(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	s.Fail("POST sarifs", githubtest.Fault{Status: 502}, githubtest.Fault{Status: 200, Cut: true})
	c, _ := client(t, s, nil)
	if _, err := c.UploadSARIF(t.Context(), []byte(`{"runs":[1]}`), ""); err != nil || string(s.Uploads[0].Log) != `{"runs":[1]}` {
		t.Errorf("%v, uploads %v", err, s.Uploads)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	fault := func(status int, message string) githubtest.Fault {
		return githubtest.Fault{Status: status, Body: fmt.Sprintf(`{"message":%q}`, message)}
	}
	for _, tc := range []struct {
		route string
		fault githubtest.Fault
		fork  bool
		want  string
	}{
		{"POST sarifs", fault(403, "Advanced Security must be enabled for this repository to use code scanning."), false, "code scanning is not enabled for this repository"},
		{"POST sarifs", fault(403, "Code Security must be enabled for this repository to use code scanning."), false, "code scanning is not enabled for this repository"},
		{"POST sarifs", fault(403, "Code scanning is not enabled for this repository."), false, "code scanning is not enabled for this repository"},
		{"POST sarifs", fault(403, "Resource not accessible by integration"), false, "needs permissions: security-events: write"},
		{"POST sarifs", fault(403, "Resource not accessible by integration"), true, "runs for forks and Dependabot have a read-only token"},
		{"POST sarifs", fault(404, "Not Found"), false, "GitHub answered 404"},
		{"POST sarifs", fault(422, "commit not found"), false, "GitHub does not know the commit or ref"},
		{"POST sarifs", fault(401, "Bad credentials"), false, "GitHub answered 401"},
		{"GET comments", fault(403, "Resource not accessible by integration"), false, "needs permissions: pull-requests: write"},
		{"POST comments", fault(403, "Unable to create comment because issue is locked."), false, "the conversation is locked"},
		{"POST comments", fault(410, "Issues are disabled"), false, "the conversation is locked"},
		{"POST comments", fault(500, "Server Error"), false, "GitHub answered 500 again and again"},
		{"GET comments", githubtest.Fault{Status: 429, Body: `{"message":"API rate limit exceeded"}`}, false, "rate limit is used up"},
	} {
		s := githubtest.New(t)
		s.Fail(tc.route, slices.Repeat([]githubtest.Fault{tc.fault}, 5)...)
		c, _ := client(t, s, func(c *Context) {
			if tc.fork {
				c.Author = trust.Fork
			}
		})
		p := Publication{SARIF: []byte(`{}`)}
		if strings.Contains(tc.route, "comments") {
			p = Publication{Comment: body("x")}
		}
		got := c.Publish(t.Context(), p)
		if len(got) != 1 || !strings.Contains(got[0], tc.want) || !strings.HasSuffix(got[0], "the verdict and the report files are complete") {
			t.Errorf("%s %v: warnings %q, want %q", tc.route, tc.fault, got, tc.want)
		}
	}
}

func TestPublishByEvent(t *testing.T) {
	t.Parallel()
	for event, want := range map[string][2]int{
		"pull_request": {1, 1}, "merge_group": {0, 0}, "push": {1, 0}, "schedule": {1, 0}, "pull_request_target": {0, 0}, "workflow_run": {0, 1},
	} {
		s := githubtest.New(t)
		c, _ := client(t, s, func(c *Context) {
			c.Event = event
			if want[1] == 0 && event != "pull_request_target" {
				c.PullRequest = 0
			}
		})
		if w := c.Publish(t.Context(), Publication{Comment: body("x"), SARIF: []byte("{}")}); len(w) > 0 {
			t.Errorf("%s: %q", event, w)
		}
		if got := [2]int{len(s.Uploads), len(s.Comments)}; got != want {
			t.Errorf("%s: uploads and comments %v, want %v", event, got, want)
		}
	}
}

// TestResultsOfAnotherCommit: what a job checked out beside what GitHub names must not
// become alerts of the default branch.
func TestResultsOfAnotherCommit(t *testing.T) {
	t.Parallel()
	for ref, uploads := range map[string]int{"refs/heads/main": 0, "refs/tags/v1": 0, "refs/pull/7/merge": 1} {
		s := githubtest.New(t)
		c, _ := client(t, s, func(c *Context) { c.Event, c.Ref, c.PullRequest = "issue_comment", ref, 0 })
		w := c.Publish(t.Context(), Publication{SARIF: []byte("{}"), Head: tip})
		if len(s.Uploads) != uploads || (len(w) == 0) != (uploads == 1) {
			t.Errorf("%s: %d uploads, warnings %q", ref, len(s.Uploads), w)
		}
	}
}

func TestTokenStaysAtHome(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a request reached another host, Authorization %q", r.Header.Get("Authorization"))
	}))
	defer other.Close()
	s := githubtest.New(t)
	redirect := githubtest.Fault{Status: 307, Header: map[string]string{"Location": other.URL + "/x"}}
	s.Fail("GET comments", redirect, redirect, redirect)
	c, _ := client(t, s, nil)
	if w := c.Publish(t.Context(), Publication{Comment: body("x")}); len(w) != 1 || !strings.Contains(w[0], "the token is for") || strings.Contains(w[0], s.Token) {
		t.Errorf("warnings %q", w)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for api, ok := range map[string]bool{
		"https://api.github.com": true, "https://ghe.example/api/v3": true, "http://127.0.0.1:8080": true, "http://[::1]:1": true,
		"http://api.github.com": false, "http://10.0.0.1": false, "": false, "ftp://x": false, "https://": false,
	} {
		if _, err := New(Context{APIURL: api}, Options{Token: "x"}); (err == nil) != ok {
			t.Errorf("New(%q): %v", api, err)
		}
	}
	if _, err := New(Context{APIURL: "https://api.github.com"}, Options{}); err == nil {
		t.Error("a client without a token")
	}
}

func TestPublishStopsWithTheContext(t *testing.T) {
	t.Parallel()
	s := githubtest.New(t)
	c, _ := client(t, s, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w := c.Publish(ctx, Publication{Comment: body("x"), SARIF: []byte("{}")}); len(w) != 2 || len(s.Requests) != 0 {
		t.Errorf("warnings %q after %v", w, s.Requests)
	}
}

func TestPullRequestOf(t *testing.T) {
	t.Parallel()
	run := func(c *Context) {
		c.Event, c.Run = "workflow_run", &WorkflowRun{Event: "pull_request", HeadSHA: tip, HeadOwner: "mallory", HeadBranch: "patch&head=acme:main"}
	}
	head := "mallory:patch&head=acme:main"
	for name, tc := range map[string]struct {
		pulls []githubtest.Pull
		want  int
	}{
		"one":        {[]githubtest.Pull{{Number: 9, Head: head, SHA: tip}, {Number: 8, Head: "acme:main", SHA: tip}}, 9},
		"moved head": {[]githubtest.Pull{{Number: 9, Head: head, SHA: sha}}, 0},
		"two":        {[]githubtest.Pull{{Number: 9, Head: head, SHA: tip}, {Number: 10, Head: head, SHA: tip}}, 0},
		"none":       {nil, 0},
	} {
		s := githubtest.New(t)
		s.Pulls = tc.pulls
		c, _ := client(t, s, run)
		if got, err := c.PullRequestOf(t.Context()); got != tc.want || (err == nil) != (tc.want > 0) {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
}

func TestTokenNeverTravelsInTheClear(t *testing.T) {
	t.Parallel()
	api, err := url.Parse("https://ghe.example/api/v3/")
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"http://ghe.example/api/v3/user", "https://ghe.example.evil/api/v3/user", "https://ghe.example:8443/api/v3/user"} {
		req := httptest.NewRequest("GET", target, nil)
		if _, err := (&transport{api: api, token: "x"}).RoundTrip(req); err == nil || !strings.Contains(err.Error(), "the token is for") {
			t.Errorf("%s: %v", target, err)
		}
	}
}
