// Package zap drives a ZAP that runs already through its API: spider, passive scan,
// alerts. It talks to it through a small proxy of its own that adds what the client
// library lacks: deadlines, cancellation, status codes, size limits and silence about
// the API key.
package zap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	zapapi "github.com/zaproxy/zap-api-go/zap"

	"github.com/stella-ops/assure/internal/stage/dast/web"
)

// Config says where ZAP is and how long each step may take. Zero values mean the
// default that the field names.
type Config struct {
	// URL is the address of ZAP's API, for example http://127.0.0.1:8090.
	URL string
	// APIKey is sent with each call and never appears in an error.
	APIKey string
	// Timeout bounds one API call (30 seconds).
	Timeout time.Duration
	// StartTimeout bounds the wait for ZAP's first answer (2 minutes).
	StartTimeout time.Duration
	// SpiderTimeout bounds the crawl (2 minutes).
	SpiderTimeout time.Duration
	// PassiveTimeout bounds the wait for the passive scanner's queue (2 minutes).
	PassiveTimeout time.Duration
	// SpiderMaxDepth is how many links the spider follows (5).
	SpiderMaxDepth int
	// SpiderMaxChildren is how many children of a node it visits (0: all).
	SpiderMaxChildren int
	// Headers are added to every request to the target; their values are secrets.
	Headers http.Header
	// Exclude are regular expressions of URLs that no spider visits.
	Exclude []string
	// Ajax crawls with ZAP's browser too.
	Ajax bool
	// Fetch reads a file that ZAP wrote where it runs; nil means that nobody can.
	Fetch func(ctx context.Context, path string, limit int64) ([]byte, error)
	// Transcript is told each call and its end, without secrets; nil means nobody.
	Transcript func(line string)
	// Poll is the pause between two questions about progress (1 second).
	Poll time.Duration
}

// Engine scans with one running ZAP.
type Engine struct{ c Config }

// New returns an engine for the running ZAP.
func New(c Config) *Engine {
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.StartTimeout = cmp.Or(c.StartTimeout, 2*time.Minute)
	c.SpiderTimeout = cmp.Or(c.SpiderTimeout, 2*time.Minute)
	c.PassiveTimeout = cmp.Or(c.PassiveTimeout, 2*time.Minute)
	c.SpiderMaxDepth = cmp.Or(c.SpiderMaxDepth, 5)
	c.Poll = cmp.Or(c.Poll, time.Second)
	return &Engine{c: c}
}

// Scan crawls the target with ZAP's spider and returns the passive alerts. The spider
// sends no POST form. Alerts of other hosts, which a redirect or an earlier use of the
// same ZAP leaves behind, are dropped and counted in the notes. An error means that
// ZAP or the target could not be used; what ZAP could not finish in time is a gap.
func (e *Engine) Scan(ctx context.Context, t web.Target, say func(string)) (web.Result, error) {
	if t.Base == nil || t.Base.Hostname() == "" {
		return web.Result{Engine: "zap"}, errors.New("scan with ZAP: the target has no host; give a URL such as https://backend:8443/")
	}
	if say == nil {
		say = func(string) {}
	}
	p, err := newProxy(ctx, e.c)
	if err != nil {
		return web.Result{Engine: "zap"}, err
	}
	defer p.close()
	api, err := p.api()
	if err != nil {
		return web.Result{Engine: "zap"}, fmt.Errorf("create the ZAP client: %w", err)
	}
	s := &scan{c: e.c, ctx: ctx, proxy: p, api: api, target: t, say: say}
	r := web.Result{Engine: "zap"}
	err = s.run(&r)
	s.leave(&r)
	return r, err
}

// scan is one run through ZAP's baseline.
type scan struct {
	c      Config
	ctx    context.Context
	proxy  *proxy
	api    zapapi.Interface
	target web.Target
	say    func(string)
	undo   []undo
}

// pause waits for the next poll.
func (s *scan) pause() error {
	select {
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	case <-time.After(s.c.Poll):
		return nil
	}
}

// poll asks until done says so. It returns false when the time is over first.
func (s *scan) poll(limit time.Duration, done func() (bool, error)) (bool, error) {
	start := time.Now() //nolint:forbidigo // measures a duration, tells no time
	for {
		ok, err := done()
		if ok || err != nil {
			return ok, err
		}
		if time.Since(start) >= limit {
			return false, nil
		}
		if err := s.pause(); err != nil {
			return false, err
		}
	}
}

// origin is the part of the target that ZAP filters by, without a default port, as
// ZAP writes its URLs.
func (s *scan) origin() string {
	b := s.target.Base
	host := b.Host
	if b.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	} else {
		host = strings.TrimSuffix(host, ":443")
	}
	return b.Scheme + "://" + host
}
