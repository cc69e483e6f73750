package zap

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// alertsPerRule is ZAP's own bound, as its baseline scan sets it.
const alertsPerRule = "10"

// run goes through the steps of ZAP's baseline scan.
func (s *scan) run(r *web.Result) error {
	for _, step := range []func(*web.Result) error{s.start, s.tune, s.scope, s.authenticate, s.limit, s.open, s.crawl, s.ajax, s.judge, s.urls, s.rules, s.alerts, s.reports} {
		if err := step(r); err != nil {
			return fmt.Errorf("scan %s with ZAP: %w", s.target.Base.Redacted(), err)
		}
	}
	return nil
}

// start waits until ZAP answers with its version.
func (s *scan) start(r *web.Result) error {
	s.say("waiting for ZAP")
	var last error
	ok, err := s.poll(s.c.StartTimeout, func() (bool, error) {
		var m object
		if m, last = s.call("version", s.api.Core().Version); last != nil {
			return false, s.ctx.Err()
		}
		r.Engine = "zap " + rules.Clip(m.text("version"))
		return true, nil
	})
	if err == nil && !ok {
		err = fmt.Errorf("no ZAP answered within %s: %w", s.c.StartTimeout, last)
	}
	return err
}

// tune sets ZAP up as its baseline scan does, and keeps the spider from POST forms.
func (s *scan) tune(*web.Result) error {
	pscan, spider := s.api.Pscan(), s.api.Spider()
	minutes := max(1, int((s.c.SpiderTimeout+59e9)/60e9))
	for _, set := range []method{
		pscan.DisableAllTags,
		func() (map[string]any, error) { return pscan.SetMaxAlertsPerRule(alertsPerRule) },
		func() (map[string]any, error) { return spider.SetOptionMaxDepth(s.c.SpiderMaxDepth) },
		func() (map[string]any, error) { return spider.SetOptionMaxDuration(minutes) },
		func() (map[string]any, error) { return spider.SetOptionPostForm(false) },
	} {
		if err := s.do(set); err != nil {
			return err
		}
	}
	return nil
}

// open fetches the target and the seeds, so that they are in ZAP's tree.
func (s *scan) open(r *web.Result) error {
	s.say("opening " + s.origin())
	for i, seed := range append([]string{s.target.Base.String()}, s.target.Seeds...) {
		u, err := s.target.Base.Parse(seed)
		if err != nil || !web.SameOrigin(u, s.target.Base) {
			r.Notes = append(r.Notes, "a seed outside the target was left out: "+rules.Clip(seed))
			continue
		}
		_, err = s.call("accessUrl", func() (map[string]any, error) { return s.api.Core().AccessUrl(u.String(), "false") })
		if err != nil && (i == 0 || s.ctx.Err() != nil) {
			return err
		}
		if err != nil {
			r.Gaps = append(r.Gaps, fmt.Sprintf("open %s: %v", u.Redacted(), err))
		}
	}
	return nil
}

// crawl runs the spider.
func (s *scan) crawl(r *web.Result) error {
	children := ""
	if s.c.SpiderMaxChildren > 0 {
		children = strconv.Itoa(s.c.SpiderMaxChildren)
	}
	m, err := s.call("scan", func() (map[string]any, error) {
		return s.api.Spider().Scan(s.target.Base.String(), children, "true", name, "")
	})
	if err != nil {
		return err
	}
	id := m.text("scan")
	ok, err := s.poll(s.c.SpiderTimeout, func() (bool, error) {
		m, err := s.call("status", func() (map[string]any, error) { return s.api.Spider().Status(id) })
		s.say("ZAP's spider is at " + rules.Clip(m.text("status")) + "%")
		return m.number("status") >= 100, err
	})
	if err != nil || ok {
		return err
	}
	r.Gaps = append(r.Gaps, fmt.Sprintf("ZAP's spider did not finish within %s; what it did not reach was not judged", s.c.SpiderTimeout))
	_, err = s.call("Result", func() (map[string]any, error) { return s.api.Spider().Stop(id) })
	return err
}

// judge waits for the passive scanner.
func (s *scan) judge(r *web.Result) error {
	left := 0
	ok, err := s.poll(s.c.PassiveTimeout, func() (bool, error) {
		m, err := s.call("recordsToScan", s.api.Pscan().RecordsToScan)
		left = m.number("recordsToScan")
		if err == nil && left < 0 {
			err = fmt.Errorf("ZAP's number of waiting answers is %q", rules.Clip(m.text("recordsToScan")))
		}
		s.say(fmt.Sprintf("ZAP has %d answers to judge", left))
		return err == nil && left == 0, err
	})
	if err == nil && !ok {
		r.Gaps = append(r.Gaps, fmt.Sprintf("ZAP did not judge %d answers within %s", left, s.c.PassiveTimeout))
	}
	return err
}

// urls notes what ZAP visited.
func (s *scan) urls(r *web.Result) error {
	m, err := s.call("urls", func() (map[string]any, error) { return s.api.Core().Urls(s.origin()) })
	if err != nil {
		return err
	}
	for _, v := range m.list("urls") {
		if link, ok := v.(string); ok && s.inside(link) {
			r.URLs = append(r.URLs, link)
		}
	}
	slices.Sort(r.URLs)
	r.URLs = slices.Compact(r.URLs)
	r.Requests = len(r.URLs)
	if len(r.URLs) == 0 {
		r.Gaps = append(r.Gaps, "ZAP visited no URL of the target, so it judged nothing")
	}
	return nil
}

// inside tells whether a URL belongs to the target.
func (s *scan) inside(link string) bool {
	u, err := url.Parse(link)
	return err == nil && web.SameOrigin(u, s.target.Base)
}
