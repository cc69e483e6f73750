// Package zaptest is a stand-in for ZAP's API that knows the calls of a baseline scan
// and no other: an unknown call, parameter or a wrong order fails the test. It is as
// unfriendly as ZAP: without the right key it hangs up without a word.
package zaptest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Options say what the stand-in knows and how it misbehaves.
type Options struct {
	// Key is the API key that callers must send in the header.
	Key string
	// URLs are what the spider finds; Alerts are core/view/alerts, one object each.
	URLs   []string
	Alerts []map[string]any
	// SlowStart is how many first calls are hung up on.
	SlowStart int
	// SpiderSteps is how many questions the spider needs to reach 100 (0: one).
	SpiderSteps int
	// StuckQueue keeps the passive scanner from ever finishing, StuckSpider the spider.
	StuckQueue, StuckSpider bool
	// StuckAjax keeps the ajax spider from ever finishing.
	StuckAjax bool
	// NoRateLimit is a ZAP without the network add-on's rate limits.
	NoRateLimit bool
	// Unreachable makes accessUrl answer that the target cannot be reached.
	Unreachable bool
	// Hang, Crash, Redirect and Flood name a call, such as spider/view/status, that
	// never answers, kills ZAP, redirects, or never ends its answer.
	Hang, Crash, Redirect, Flood string
	// Hanging is called when the call that never answers has come.
	Hanging func()
	// Override is a raw answer for a call.
	Override map[string]string
}

// Server is a running stand-in.
type Server struct {
	*httptest.Server
	t       testing.TB
	options Options
	done    chan struct{}

	mu      sync.Mutex
	calls   []string
	spider  int
	crashed bool
	stopped bool
	ajax    bool
	set     map[string]string
}

// New starts a stand-in that ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{t: t, options: o, done: make(chan struct{}), set: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		close(s.done)
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Calls lists the answered calls in their order, each once in a row.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Compact(slices.Clone(s.calls))
}

// Stopped tells whether the spider was stopped.
func (s *Server) Stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// Revive starts a crashed stand-in again, with what was set up before.
func (s *Server) Revive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashed, s.options.Crash = false, ""
}

// Set is what is set up by name: contexts with their patterns, header rules with what
// they add, rate limits.
func (s *Server) Set() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.set)
}

// params lists the parameters that each known call may have.
func params() map[string][]string {
	return map[string][]string{
		"core/view/version": nil, "core/view/urls": {"baseurl"}, "core/view/alerts": {"baseurl", "start", "count", "riskId"},
		"core/action/accessUrl": {"url", "followRedirects"},
		"pscan/view/scanners":   nil, "pscan/view/recordsToScan": nil, "pscan/action/disableAllTags": nil, "pscan/action/setMaxAlertsPerRule": {"maxAlerts"},
		"spider/action/setOptionMaxDepth": {"Integer"}, "spider/action/setOptionMaxDuration": {"Integer"}, "spider/action/setOptionPostForm": {"Boolean"},
		"spider/action/scan": {"url", "maxChildren", "recurse", "contextName"}, "spider/view/status": {"scanId"}, "spider/action/stop": {"scanId"},
		"context/action/newContext": {"contextName"}, "context/action/removeContext": {"contextName"},
		"context/action/includeInContext": {"contextName", "regex"}, "context/action/excludeFromContext": {"contextName", "regex"},
		"replacer/action/addRule":                {"description", "enabled", "matchType", "matchRegex", "matchString", "replacement", "url"},
		"replacer/action/removeRule":             {"description"},
		"network/action/addRateLimitRule":        {"description", "enabled", "matchRegex", "matchString", "requestsPerSecond", "groupBy"},
		"network/action/removeRateLimitRule":     {"description"},
		"ajaxSpider/action/setOptionMaxDuration": {"Integer"}, "ajaxSpider/action/scan": {"url", "contextName"},
		"ajaxSpider/view/status": nil, "ajaxSpider/action/stop": nil,
		"reports/action/generate": {"title", "template", "sites", "reportFileName", "reportDir", "display"},
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/JSON/"), "/")
	if s.silent(r, call) {
		hangUp(w)
		return
	}
	if s.misbehave(w, r, call) {
		return
	}
	s.calls = append(s.calls, call)
	if err := known(r, call); err != "" {
		s.t.Errorf("zaptest: %s", err)
		problem(w, "bad_view", err)
		return
	}
	if raw, ok := s.options.Override[call]; ok {
		_, _ = w.Write([]byte(raw))
		return
	}
	s.answer(w, call, r.URL.Query())
}

// silent tells whether ZAP would say nothing at all.
func (s *Server) silent(r *http.Request, call string) bool {
	if call == s.options.Crash && call != "" {
		s.crashed = true
	}
	s.options.SlowStart--
	return s.crashed || s.options.SlowStart >= 0 || r.Header.Get("X-ZAP-API-Key") != s.options.Key
}

func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		conn.Close()
	}
}

func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, call string) bool {
	switch call {
	case s.options.Hang:
		s.mu.Unlock()
		if s.options.Hanging != nil {
			s.options.Hanging()
		}
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		s.mu.Lock()
	case s.options.Redirect:
		http.Redirect(w, r, "/JSON/core/view/version/", http.StatusFound)
	case s.options.Flood:
		chunk := []byte(strings.Repeat(" ", 1<<20))
		for {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
	default:
		return false
	}
	return true
}

// known says what ZAP would not understand about a call.
func known(r *http.Request, call string) string {
	allowed, ok := params()[call]
	switch {
	case !ok || !strings.HasPrefix(r.URL.Path, "/JSON/"):
		return "unknown call " + r.URL.Path
	case r.Method != http.MethodGet:
		return call + " with " + r.Method
	}
	if call == "spider/action/setOptionPostForm" && r.URL.Query().Get("Boolean") != "false" {
		return "the spider may send POST forms"
	}
	for name := range r.URL.Query() {
		if !slices.Contains(allowed, name) {
			return call + " has no parameter " + name
		}
	}
	return ""
}

func problem(w http.ResponseWriter, code, message string) {
	w.WriteHeader(http.StatusBadRequest)
	reply(w, map[string]any{"code": code, "message": message})
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_ = json.NewEncoder(w).Encode(v) // the caller hung up
}

// answer gives what ZAP 2.16 gives.
func (s *Server) answer(w http.ResponseWriter, call string, q url.Values) {
	switch call {
	case "core/view/version":
		reply(w, map[string]any{"version": "2.16.1"})
	case "core/action/accessUrl":
		if s.options.Unreachable {
			problem(w, "url_not_found", "URL Not Found in the Scan Tree")
			return
		}
		reply(w, map[string]any{"accessUrl": []any{}})
	case "context/action/newContext", "context/action/removeContext", "context/action/includeInContext", "context/action/excludeFromContext":
		s.context(w, call, q)
	case "replacer/action/addRule", "replacer/action/removeRule", "network/action/addRateLimitRule", "network/action/removeRateLimitRule":
		s.rule(w, call, q)
	case "ajaxSpider/action/scan":
		s.ajax = true
		reply(w, map[string]any{"Result": "OK"})
	case "ajaxSpider/view/status":
		running := s.ajax && s.options.StuckAjax
		reply(w, map[string]any{"status": map[bool]string{true: "running", false: "stopped"}[running]})
	case "ajaxSpider/action/stop":
		s.stopped = true
		reply(w, map[string]any{"Result": "OK"})
	case "reports/action/generate":
		reply(w, map[string]any{"generate": q.Get("reportDir") + "/" + q.Get("reportFileName")})
	case "spider/action/scan":
		if _, ok := s.set["context "+q.Get("contextName")]; !ok {
			problem(w, "does_not_exist", "Does Not Exist")
			return
		}
		s.spider = 0
		reply(w, map[string]any{"scan": "7"})
	case "spider/view/status":
		s.status(w, q.Get("scanId"))
	case "spider/action/stop":
		s.stopped = true
		reply(w, map[string]any{"Result": "OK"})
	case "pscan/view/recordsToScan":
		reply(w, map[string]any{"recordsToScan": map[bool]string{true: "3", false: "0"}[s.options.StuckQueue]})
	case "pscan/view/scanners":
		reply(w, map[string]any{"scanners": scanners()})
	case "core/view/urls":
		reply(w, map[string]any{"urls": s.options.URLs})
	case "core/view/alerts":
		s.alerts(w, q)
	default:
		reply(w, map[string]any{"Result": "OK"})
	}
}

// context answers as ZAP does about contexts that exist and that do not.
func (s *Server) context(w http.ResponseWriter, call string, q url.Values) {
	key := "context " + q.Get("contextName")
	_, exists := s.set[key]
	switch verb := strings.TrimPrefix(call, "context/action/"); {
	case verb == "newContext" && exists:
		problem(w, "already_exists", "Already Exists")
	case verb == "newContext":
		s.set[key] = ""
		reply(w, map[string]any{"contextId": "2"})
	case !exists:
		problem(w, "context_not_found", "Context Not Found")
	case verb == "removeContext":
		delete(s.set, key)
		reply(w, map[string]any{"Result": "OK"})
	default:
		s.set[key] += map[string]string{"includeInContext": "+", "excludeFromContext": "-"}[verb] + q.Get("regex") + " "
		reply(w, map[string]any{"Result": "OK"})
	}
}

// rule sets up and removes header rules and rate limits.
func (s *Server) rule(w http.ResponseWriter, call string, q url.Values) {
	component, rest, _ := strings.Cut(call, "/action/")
	key := component + " " + q.Get("description")
	_, exists := s.set[key]
	switch add := strings.HasPrefix(rest, "add"); {
	case component == "network" && s.options.NoRateLimit:
		problem(w, "bad_action", "Unknown action "+rest)
		return
	case add == exists:
		problem(w, map[bool]string{true: "already_exists", false: "does_not_exist"}[add], rest)
		return
	case add:
		s.set[key] = q.Get("matchString") + ": " + q.Get("replacement") + q.Get("requestsPerSecond") + " at " + q.Get("url")
	default:
		delete(s.set, key)
	}
	reply(w, map[string]any{"Result": "OK"})
}

func (s *Server) status(w http.ResponseWriter, id string) {
	if id != "7" {
		problem(w, "does_not_exist", "Does Not Exist")
		return
	}
	s.spider++
	percent := min(100, 100*s.spider/max(1, s.options.SpiderSteps))
	if s.options.StuckSpider {
		percent = 42
	}
	reply(w, map[string]any{"status": strconv.Itoa(percent)})
}

func scanners() []map[string]any {
	return []map[string]any{
		{"id": "10020", "name": "Anti-clickjacking Header", "enabled": "true", "quality": "release", "alertThreshold": "DEFAULT"},
		{"id": "10038", "name": "Content Security Policy (CSP) Header Not Set", "enabled": "true", "quality": "release", "alertThreshold": "DEFAULT"},
		{"id": "90022", "name": "Application Error Disclosure", "enabled": "true", "quality": "release", "alertThreshold": "DEFAULT"},
		{"id": "10096", "name": "Timestamp Disclosure", "enabled": "false", "quality": "release", "alertThreshold": "OFF"},
	}
}

// alerts counts as ZAP does: from the start-th record on, where 0 and 1 are the same.
func (s *Server) alerts(w http.ResponseWriter, q url.Values) {
	start, errStart := strconv.Atoi(q.Get("start"))
	count, errCount := strconv.Atoi(q.Get("count"))
	if errStart != nil || errCount != nil {
		problem(w, "illegal_parameter", "Provided parameter has illegal or unrecognized value")
		return
	}
	from := min(max(start-1, 0), len(s.options.Alerts))
	page := s.options.Alerts[from:min(from+count, len(s.options.Alerts))]
	if page == nil {
		page = []map[string]any{}
	}
	reply(w, map[string]any{"alerts": page})
}
