package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// Scan crawls the target and applies every rule to every answer. The error says that
// the target could not be scanned at all or that ctx ended; the result then holds what
// was seen before. A host that answers anything, even an error page, can be scanned.
func Scan(ctx context.Context, t Target, o Options, say func(string)) (Result, error) {
	r := Result{Engine: "builtin", Rules: rules.List()}
	if err := checkBase(t.Base); err != nil {
		return r, err
	}
	c := newCrawl(t, o.withDefaults(), say)
	for _, text := range o.Exclude {
		re, err := regexp.Compile(`^(?:` + text + `)`)
		if err != nil {
			return r, fmt.Errorf("scan: read pattern of URLs that are not visited: %w", err)
		}
		c.exclude = append(c.exclude, re)
	}
	c.seed()
	defer c.client.CloseIdleConnections()
	err := c.run(ctx)
	r.URLs, r.Requests, r.Gaps = c.visited, c.requests, c.gaps
	r.Notes = append([]string{fmt.Sprintf("the built-in scanner applied %d of the %d release and beta rules of ZAP's baseline", len(r.Rules), zapRules)}, c.notes...)
	r.Alerts = collapse(c.alerts)
	if c.judged == 0 && err == nil {
		r.Gaps = append(r.Gaps, "no answer was a success with a text body, so most rules had nothing to judge; name paths that answer with content")
	}
	return o.Levels.Apply(r), err
}

// zapRules is how many release and beta rules of ZAP's baseline judge a target.
const zapRules = 60

func checkBase(u *url.URL) error {
	switch {
	case u == nil || u.Hostname() == "":
		return fmt.Errorf("scan: the target has no host; give a URL such as https://backend:8443/")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("scan %s: the scheme is %q; use http or https", u.Redacted(), u.Scheme)
	}
	return nil
}

func (o Options) withDefaults() Options {
	o.MaxURLs = positive(o.MaxURLs, 200)
	o.MaxDepth = positive(o.MaxDepth, 5)
	o.MaxBody = positive(o.MaxBody, 2<<20)
	o.MaxDuration = positive(o.MaxDuration, time.Minute)
	o.RequestTimeout = positive(o.RequestTimeout, 10*time.Second)
	if o.Now.IsZero() {
		o.Now = time.Now() //nolint:forbidigo // for callers without a clock of their own
	}
	return o
}

func positive[N cmp.Ordered](n, otherwise N) N {
	var zero N
	if n > zero {
		return n
	}
	return otherwise
}

// maxInstances is how many times a systemic alert is reported, as in ZAP 2.17.
const maxInstances = 5

// maxAlerts bounds the alerts of one reference.
const maxAlerts = 500

// collapse drops repetitions: the same hit on the same URL, and systemic alerts after
// the fifth, which say the same about every page.
func collapse(alerts []rules.Alert) []rules.Alert {
	seen := map[string]bool{}
	count := map[string]int{}
	kept := make([]rules.Alert, 0, len(alerts))
	for _, a := range alerts {
		key := strings.Join([]string{a.Ref, a.Method, a.URL, a.Param, a.Evidence}, "\x00")
		limit := maxAlerts
		if a.Systemic {
			limit = maxInstances
		}
		if seen[key] || count[a.Ref] >= limit {
			continue
		}
		seen[key] = true
		count[a.Ref]++
		kept = append(kept, a)
	}
	return kept
}
