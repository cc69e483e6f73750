package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// The crawl's own bounds, beside those of Options.
const (
	maxURLLength = 2048
	maxQueue     = 10_000
	maxVariants  = 20 // queries of one path
	maxGaps      = 20
)

// crawl is one visit to a target, page after page in the order of discovery, so that
// two crawls of the same site agree.
type crawl struct {
	target  Target
	options Options
	say     func(string)
	client  *http.Client
	pace    *pace
	exclude []*regexp.Regexp

	queue    []step
	seen     map[string]bool
	variants map[string]int

	visited  []string
	requests int
	judged   int
	alerts   []rules.Alert
	notes    []string
	gaps     []string
	missed   int
	refusals int
}

// step is a URL to visit and how far it lies from a seed.
type step struct {
	url   *url.URL
	depth int
	// tries are how often it was refused.
	tries int
}

func newCrawl(t Target, o Options, say func(string)) *crawl {
	if say == nil {
		say = func(string) {}
	}
	c := &crawl{target: t, options: o, say: say, seen: map[string]bool{}, variants: map[string]int{}}
	c.client = newClient(t)
	return c
}

// seed queues where the crawl starts.
func (c *crawl) seed() {
	base := c.target.Base
	for _, s := range slices.Concat([]string{base.String(), "/robots.txt", "/sitemap.xml"}, apiSeeds(), c.target.Seeds) {
		c.add(base, s, 0)
	}
}

// add queues a link if it is new and within the borders: same scheme, host and port,
// no credentials, not too deep, not too long and not the way out.
func (c *crawl) add(from *url.URL, link string, depth int) {
	if len(link) > maxURLLength || depth > c.options.MaxDepth || len(c.queue) >= maxQueue {
		return
	}
	u, err := from.Parse(strings.TrimSpace(link))
	if err != nil || !SameOrigin(u, c.target.Base) || u.User != nil || leaves(u) {
		return
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	if slices.ContainsFunc(c.exclude, func(re *regexp.Regexp) bool { return re.MatchString(u.String()) }) {
		return
	}
	if c.seen[u.String()] || len(u.String()) > maxURLLength || c.variants[u.Path] >= maxVariants {
		return
	}
	c.seen[u.String()] = true
	c.variants[u.Path]++
	c.queue = append(c.queue, step{url: u, depth: depth})
}

// SameOrigin reports whether two URLs agree in scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && rules.Port(a) == rules.Port(b)
}

// leaves reports whether the path would end the session that the scan was given.
func leaves(u *url.URL) bool {
	path := strings.ToLower(strings.TrimRight(u.Path, "/"))
	return slices.ContainsFunc([]string{"/logout", "/logoff", "/signout", "/sign-out", "/log-out"}, func(s string) bool { return strings.HasSuffix(path, s) })
}

// run visits the queue until it is empty or a limit is reached.
func (c *crawl) run(ctx context.Context) error {
	deadline := fmt.Errorf("the crawl took longer than %s", c.options.MaxDuration)
	limited, cancel := context.WithTimeoutCause(ctx, c.options.MaxDuration, deadline)
	defer cancel()
	c.pace = newPace(c.options.RPS)
	defer c.pace.ticker.Stop()
	for len(c.queue) > 0 {
		if len(c.visited)+c.missed >= c.options.MaxURLs {
			c.note("the crawl stopped at its limit of %d URLs with %d left in the queue", c.options.MaxURLs, len(c.queue))
			break
		}
		next := c.queue[0]
		c.queue = c.queue[1:]
		err := c.visit(limited, next)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil && c.requests == 1 {
			return fmt.Errorf("reach %s: %w", next.url.Redacted(), err)
		}
		if limited.Err() != nil {
			c.gap("%v: %d URLs were answered and %d were not visited", deadline, len(c.visited), len(c.queue))
			break
		}
		c.pace.wait(limited)
	}
	c.summary()
	return nil
}

// visit fetches one URL, applies the rules and queues what it links to.
func (c *crawl) visit(ctx context.Context, s step) error {
	c.requests++
	p, cut, err := c.fetch(ctx, s.url)
	if p == nil {
		c.missed++
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			c.gap("fetch %s: %v", s.url.Redacted(), err)
		}
		return err
	}
	if c.later(ctx, p, s) {
		return nil
	}
	c.visited = append(c.visited, s.url.String())
	if err != nil {
		c.gap("read the body of %s: %v; the rules saw its first %d bytes", s.url.Redacted(), err, len(p.Body))
	} else if cut {
		c.note("the body of %s is longer than %d bytes; the rules saw its beginning", s.url.Redacted(), c.options.MaxBody)
	}
	if p.Success() && p.Text() && len(p.Body) > 0 {
		c.judged++
	}
	c.alerts = append(c.alerts, rules.Apply(p)...)
	if len(c.alerts) > 10*maxAlerts {
		c.alerts = collapse(c.alerts)
	}
	for _, link := range links(p) {
		c.add(p.URL, link, s.depth+1)
	}
	c.say(fmt.Sprintf("crawled %d URLs of %s, %d in the queue", len(c.visited), c.target.Service, len(c.queue)))
	return nil
}

func (c *crawl) note(format string, args ...any) {
	if len(c.notes) < maxGaps {
		c.notes = append(c.notes, fmt.Sprintf(format, args...))
	}
}

func (c *crawl) gap(format string, args ...any) {
	if len(c.gaps) < maxGaps {
		c.gaps = append(c.gaps, rules.Clip(fmt.Sprintf(format, args...)))
	}
}

// summary says how many failures there were when not each is listed.
func (c *crawl) summary() {
	if len(c.gaps) == maxGaps {
		c.gaps = append(c.gaps, fmt.Sprintf("%d URLs were not answered in all", c.missed))
	}
}
