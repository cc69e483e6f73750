package dast

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/stack"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/report"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
	"github.com/stella-ops/assure/internal/stage/dast/zap"
)

// How a ZAP of ours runs.
const (
	zapPort   = 8090
	zapMemory = 3 << 30
)

// builtin is the scanner that is always there.
type builtin struct{ o web.Options }

// Scan implements Scanner.
func (b builtin) Scan(ctx context.Context, t web.Target, say func(string)) (web.Result, error) {
	return web.Scan(ctx, t, b.o, say)
}

// levelled applies a rules file to another scanner's alerts.
type levelled struct {
	Scanner
	levels web.RuleLevels
}

// Scan implements Scanner.
func (l levelled) Scan(ctx context.Context, t web.Target, say func(string)) (web.Result, error) {
	r, err := l.Scanner.Scan(ctx, t, say)
	return l.levels.Apply(r), err
}

// available makes sure, before anything starts, that a scanner that was asked for by
// name is there.
func (t *test) available(ctx context.Context) error {
	if t.o.Scanner != nil || t.cfg.Engine != "zap" || t.cfg.ZAPURL != "" || t.engine.HasImage(ctx, t.cfg.ZAPImage) {
		return nil
	}
	return fmt.Errorf("dast.engine is zap, but the engine has no image %s and dast.zap-url is not set; pull the image, set the address, or choose builtin", t.cfg.ZAPImage)
}

// scanner returns the scanner that the configuration asks for and what it is to scan.
func (t *test) scanner(ctx context.Context, e endpoint, levels web.RuleLevels) (Scanner, web.Target, error) {
	target := web.Target{Base: e.base, Service: e.service, Seeds: t.seeds(e), Dial: t.dialer()}
	switch {
	case t.o.Scanner != nil:
		return t.o.Scanner, target, nil
	case t.cfg.Engine != "builtin" && t.cfg.ZAPURL != "":
		return t.remoteZAP(e, target, levels)
	case t.cfg.Engine == "zap", t.cfg.Engine != "builtin" && t.engine.HasImage(ctx, t.cfg.ZAPImage):
		s, err := t.startZAP(ctx, e, levels)
		return s, target, err
	case t.cfg.Engine != "builtin":
		t.set.Notes = append(t.set.Notes, fmt.Sprintf("the builtin scanner ran, because the engine has no image %s and dast.zap-url is not set", t.cfg.ZAPImage))
	}
	return builtin{t.options(e, levels)}, target, nil
}

// externalRPS is how many requests a second somebody else's service is sent.
const externalRPS = 20

// options are the bounds of the built-in scanner.
func (t *test) options(e endpoint, levels web.RuleLevels) web.Options {
	o := web.Options{
		Levels: levels, Now: t.o.Now(), MaxDuration: t.cfg.ScanTime, Headers: t.authentication(e), Exclude: t.cfg.Exclude,
		Threshold: map[string]rules.Threshold{"low": rules.Low, "high": rules.High}[t.cfg.Threshold],
	}
	if t.stack == nil {
		o.RPS = externalRPS
	}
	return o
}

// authentication is the header that the configuration wants sent to the service.
func (t *test) authentication(e endpoint) http.Header {
	a := t.cfg.Auth
	if a.Value == "" || !strings.Contains(e.base.Hostname(), a.Site) {
		return nil
	}
	return http.Header{http.CanonicalHeaderKey(a.Header): {a.Value}}
}

// baseline says how the summary of the scan is written.
func baseline(c config.ZAPBaseline) report.Baseline {
	return report.Baseline{ExitCodes: c.ExitCodes, Info: c.InfoUnlisted, IgnoreWarnings: c.IgnoreWarnings, Level: c.Level, Short: c.Short}
}

// ExitCode is what the run ends with when it reports as ZAP's baseline scan does, and
// the lines that it prints. What our own verdict fails never passes here.
func ExitCode(c config.ZAPBaseline, files []finding.File, failed, blind bool) (code int, lines string) {
	var counts report.Counts
	err := errors.New("no scan")
	for _, f := range files {
		if f.Name == summaryFile {
			lines = string(f.Data)
			counts, err = report.ReadCounts(f.Data)
		}
	}
	code = counts.ExitCode(baseline(c))
	switch {
	case err != nil || blind:
		return 3, lines
	case failed:
		return 1, lines
	}
	return code, lines
}

// summaryFile are the lines of ZAP's baseline scan.
const summaryFile = "zap/summary.txt"

// remoteZAP uses a ZAP that runs already. It does not know the stack's names, so it is
// given an address.
func (t *test) remoteZAP(e endpoint, target web.Target, levels web.RuleLevels) (Scanner, web.Target, error) {
	for _, s := range t.stack.Services() {
		if s.Name == e.service && s.Addr.IsValid() && !s.Exited {
			base := *e.base
			base.Host = net.JoinHostPort(s.Addr.String(), strconv.Itoa(e.port))
			target.Base = &base
			return levelled{zap.New(t.zapConfig(e, t.cfg.ZAPURL, t.cfg.ZAPKey)), levels}, target, nil
		}
	}
	return nil, target, errors.New("the service under test has no address")
}

// zapConfig is how a ZAP is told to scan the service.
func (t *test) zapConfig(e endpoint, address, key string) zap.Config {
	return zap.Config{
		URL: address, APIKey: key, Headers: t.authentication(e), Exclude: t.cfg.Exclude, Ajax: t.cfg.AjaxSpider, SpiderTimeout: t.cfg.ScanTime,
	}
}

// startZAP runs ZAP beside the stack, where it knows the services by their names.
func (t *test) startZAP(ctx context.Context, e endpoint, levels web.RuleLevels) (Scanner, error) {
	t.say("starting ZAP")
	key := t.o.Random(32)
	addr, err := t.stack.Start(ctx, stack.Helper{
		Name: "zap", Image: t.cfg.ZAPImage, Memory: zapMemory,
		Command: []string{
			"zap.sh", "-daemon", "-silent", "-notel", "-host", "0.0.0.0", "-port", strconv.Itoa(zapPort),
			"-config", "api.key=" + key, "-config", "api.addrs.addr.name=.*", "-config", "api.addrs.addr.regex=true",
			"-config", "database.recoverylog=false",
		},
	})
	if err != nil {
		return nil, err
	}
	at := url.URL{Scheme: "http", Host: net.JoinHostPort(addr.String(), strconv.Itoa(zapPort))}
	c := t.zapConfig(e, at.String(), key)
	c.Fetch = func(ctx context.Context, path string, limit int64) ([]byte, error) {
		return t.stack.Fetch(ctx, "zap", path, limit)
	}
	return levelled{zap.New(c), levels}, nil
}
