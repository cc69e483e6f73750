package github

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-github/v62/github"
)

// Budget is how long publishing may take in all.
const Budget = 4 * time.Minute

// Options are the parts of a client that tests replace; only Token is needed.
type Options struct {
	Token string
	// Transport makes the connections; nil means http.DefaultTransport.
	Transport http.RoundTripper
	// Sleep waits; nil means for as long as it says.
	Sleep func(context.Context, time.Duration) error
	// Now is the time that limits and deadlines are measured with; nil means the
	// clock's.
	Now func() time.Time
	// Version of the program, for the user agent.
	Version string
}

// Client publishes to the repository of a workflow run.
type Client struct {
	api   *github.Client
	c     Context
	sleep func(context.Context, time.Duration) error
	now   func() time.Time
}

// New returns a client for the context's repository. The token goes to the host of
// APIURL and nowhere else, and never unencrypted, except to this machine itself.
func New(c Context, o Options) (*Client, error) {
	api, err := url.Parse(c.APIURL + "/")
	if err != nil {
		return nil, fmt.Errorf("read GITHUB_API_URL: %w", err)
	}
	if api.Host == "" || api.Scheme != "https" && !(api.Scheme == "http" && loopback(api.Hostname())) {
		return nil, fmt.Errorf("GITHUB_API_URL %q: a token is only sent to an https address", c.APIURL)
	}
	if o.Token == "" {
		return nil, errors.New("there is no token; give the action the input github-token")
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // for callers without a clock of their own
	}
	gh := github.NewClient(&http.Client{Transport: &transport{o.Transport, api, o.Token, o.Sleep, o.Now}})
	gh.BaseURL, gh.UploadURL = api, api
	gh.UserAgent = "assure/" + o.Version
	return &Client{api: gh, c: c, sleep: o.Sleep, now: o.Now}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Publication is what to send. Nil parts are not sent.
type Publication struct {
	// Comment is the body of the pull-request comment. Its first line is the marker
	// by which later runs find it.
	Comment []byte
	// OnlyUpdate leaves a pull request alone that has no comment of ours yet.
	OnlyUpdate bool
	// SARIF is the log for code scanning.
	SARIF []byte
	// Head is the commit that is checked out; empty means the event's.
	Head string
}

// Publish sends everything it can within Budget and returns, in sentences, what could
// not be sent and what would make it possible.
func (c *Client) Publish(ctx context.Context, p Publication) (warnings []string) {
	ctx, cancel := context.WithTimeout(ctx, Budget)
	defer cancel()
	if p.Comment != nil && c.c.comments() {
		if err := c.Comment(ctx, p.Comment, p.OnlyUpdate); err != nil {
			warnings = append(warnings, c.warning("the pull request has no current comment", "pull-requests: write", err))
		}
	}
	switch {
	case p.SARIF == nil || !c.c.uploads():
	case c.c.misplaced(p.Head):
		warnings = append(warnings, "results are not in code scanning: the commit that is checked out is not the one that GitHub names, so that they belong to no branch; the verdict and the report files are complete")
	default:
		if _, err := c.UploadSARIF(ctx, p.SARIF, p.Head); err != nil {
			warnings = append(warnings, c.warning("results are not in code scanning", "security-events: write", err))
		}
	}
	return warnings
}

// uploads reports whether results of this event belong into code scanning. Those of a
// merge queue would become alerts of a branch that lives for minutes.
func (c Context) uploads() bool {
	return c.Refuse(false) == "" && c.Event != "merge_group"
}

// misplaced reports whether a commit that is checked out would be taken for one of a
// branch that it is not on.
func (c Context) misplaced(head string) bool {
	return head != "" && head != c.SHA && !mergeRef.MatchString(c.Ref)
}

// comments reports whether there is a pull request to comment on.
func (c Context) comments() bool { return c.Refuse(true) == "" && c.PullRequest > 0 }
