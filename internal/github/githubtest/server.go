// Package githubtest is a GitHub for tests: it speaks the part of the API that Assure
// uses, keeps its state in memory, and fails the test on anything else.
package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Comment is a comment of the pull request.
type Comment struct {
	ID    int64
	Login string
	// Type is Bot or User.
	Type string
	Body string
}

// Upload is a decoded SARIF upload.
type Upload struct {
	Ref, SHA string
	Log      []byte
	// Status are the answers to come, one a poll; the last one stays.
	Status []string
	// Errors go with the status failed.
	Errors []string
}

// Pull is a pull request.
type Pull struct {
	Number    int
	Head, SHA string
}

// Fault is an answer in place of the real one.
type Fault struct {
	Status int
	Header map[string]string
	Body   string
	// Cut ends the connection in the middle of the answer.
	Cut bool
}

// Server is one repository on GitHub. Its fields may be set before the first request
// and read after the last one.
type Server struct {
	URL         string
	Token       string
	Owner, Repo string
	PullRequest int
	// Login is whose token it is.
	Login    string
	Comments []Comment
	Uploads  []Upload
	Pulls    []Pull
	// PageSize is how many comments come at once.
	PageSize int
	// Processing is the status of new uploads.
	Processing []string
	Reasons    []string
	// DefaultBranch is the name and Branches are the tips of branches, Trees the trees and
	// commits by id, Blobs the contents, and Bases the merge bases by "base...head".
	DefaultBranch string
	Branches      map[string]string
	Trees         map[string]Tree
	Blobs         map[string]string
	Bases         map[string]string
	// Requests are all that came, as "METHOD /path".
	Requests []string
	// Raced is a comment that another job writes at the same time as ours.
	Raced *Comment

	t      testing.TB
	mu     sync.Mutex
	faults map[string][]Fault
	nextID int64
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{
		t: t, Token: "ghs_test", Owner: "acme", Repo: "shop", PullRequest: 7, Login: "github-actions[bot]",
		PageSize: 2, Processing: []string{"pending", "complete"}, faults: map[string][]Fault{}, nextID: 1000,
	}
	mux := http.NewServeMux()
	for pattern, h := range s.routes() {
		mux.HandleFunc(pattern, s.route(pattern, h))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("GitHub has no route %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	s.URL = srv.URL
	return s
}

// Fail makes the next requests of a route, such as "GET comments", fail one after the
// other.
func (s *Server) Fail(route string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[route] = append(s.faults[route], faults...)
}

// Count tells how many requests began with the given method and path.
func (s *Server) Count(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.Requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// handler answers with a status and a value for JSON.
type handler struct {
	name string
	do   func(r *http.Request) (int, any)
}

func (s *Server) routes() map[string]handler {
	const repo = "/repos/{owner}/{repo}"
	return map[string]handler{
		"GET " + repo + "/issues/{number}/comments":  {"GET comments", s.listComments},
		"POST " + repo + "/issues/{number}/comments": {"POST comments", s.createComment},
		"PATCH " + repo + "/issues/comments/{id}":    {"PATCH comments", s.editComment},
		"DELETE " + repo + "/issues/comments/{id}":   {"DELETE comments", s.deleteComment},
		"POST " + repo + "/code-scanning/sarifs":     {"POST sarifs", s.uploadSARIF},
		"GET " + repo + "/code-scanning/sarifs/{id}": {"GET sarifs", s.sarifStatus},
		"GET " + repo + "/pulls":                     {"GET pulls", s.listPulls},
		"GET " + repo:                                {"GET repository", s.repository},
		"GET " + repo + "/git/ref/heads/{name...}":   {"GET ref", s.branch},
		"GET " + repo + "/git/trees/{id}":            {"GET tree", s.tree},
		"GET " + repo + "/git/blobs/{id}":            {"GET blob", s.blob},
		"GET " + repo + "/compare/{range}":           {"GET compare", s.compare},
		"POST /graphql":                              {"POST graphql", s.viewer},
	}
}

// route checks what every request must have, plays the faults and answers.
func (s *Server) route(pattern string, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.Requests = append(s.Requests, r.Method+" "+r.URL.Path)
		s.check(r)
		if queue := s.faults[h.name]; len(queue) > 0 {
			s.faults[h.name] = queue[1:]
			queue[0].play(w)
			return
		}
		status, v := h.do(r)
		if next, ok := v.(paged); ok {
			if next.page > 0 {
				w.Header().Set("Link", fmt.Sprintf(`<%s%s?page=%d>; rel="next"`, s.URL, r.URL.Path, next.page))
			}
			v = next.list
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if raw, ok := v.(string); ok {
			_, _ = w.Write([]byte(raw))
		} else if v != nil {
			_ = json.NewEncoder(w).Encode(v)
		}
	}
}

func (s *Server) check(r *http.Request) {
	if got := r.Header.Get("Authorization"); got != "Bearer "+s.Token {
		s.t.Errorf("%s %s: Authorization %q", r.Method, r.URL.Path, got)
	}
	if !strings.HasPrefix(r.UserAgent(), "assure/") || r.Header.Get("X-GitHub-Api-Version") == "" {
		s.t.Errorf("%s %s: user agent %q, API version %q", r.Method, r.URL.Path, r.UserAgent(), r.Header.Get("X-GitHub-Api-Version"))
	}
	if o := r.PathValue("owner"); o != "" && (o != s.Owner || r.PathValue("repo") != s.Repo) {
		s.t.Errorf("%s %s: another repository", r.Method, r.URL.Path)
	}
}

func (f Fault) play(w http.ResponseWriter) {
	for k, v := range f.Header {
		w.Header().Set(k, v)
	}
	if f.Cut {
		w.Header().Set("Content-Length", "1000")
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body))
}
