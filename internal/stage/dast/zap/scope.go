package zap

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	zapapi "github.com/zaproxy/zap-api-go/zap"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// name is what our context and our rules are called in ZAP.
const name = "assure"

// scope makes a context of the target, so that no spider leaves it, and leaves out what
// is not to be visited. A context that an earlier run left behind is replaced.
func (s *scan) scope(*web.Result) error {
	// ZAP says that there is none, which is what is wanted.
	_, _ = s.call("Result", func() (map[string]any, error) { return s.api.Context().RemoveContext(name) })
	if _, err := s.call("contextId", func() (map[string]any, error) { return s.api.Context().NewContext(name) }); err != nil {
		return err
	}
	s.cleanup("context", func() (map[string]any, error) { return s.api.Context().RemoveContext(name) })
	if err := s.do(func() (map[string]any, error) { return s.api.Context().IncludeInContext(name, s.pattern()) }); err != nil {
		return err
	}
	for _, re := range s.c.Exclude {
		if err := s.do(func() (map[string]any, error) { return s.api.Context().ExcludeFromContext(name, re+".*") }); err != nil {
			return err
		}
	}
	return nil
}

// pattern matches the URLs of the target.
func (s *scan) pattern() string { return regexp.QuoteMeta(s.origin()) + `(?:[/?#].*)?` }

// do makes a call that answers OK.
func (s *scan) do(f method) error {
	m, err := s.call("Result", f)
	if err == nil && m.text("Result") != "OK" {
		err = fmt.Errorf("ZAP answered %q to a setting, want OK", rules.Clip(m.text("Result")))
	}
	return err
}

// raw makes a call that the library does not know.
func (s *scan) raw(path string, parameters map[string]string) method {
	return func() (map[string]any, error) {
		c, ok := s.api.(*zapapi.Client)
		if !ok {
			return nil, errors.New("the ZAP client makes no calls of its own")
		}
		return c.Request(path, parameters)
	}
}

// authenticate makes ZAP add headers to every request to the target, and to no other.
func (s *scan) authenticate(*web.Result) error {
	for _, header := range slices.Sorted(maps.Keys(s.c.Headers)) {
		rule := name + " " + header
		err := s.do(s.raw("replacer/action/addRule/", map[string]string{
			"description": rule, "enabled": "true", "matchType": "REQ_HEADER", "matchRegex": "false", "matchString": header,
			"replacement": strings.Join(s.c.Headers[header], ", "), "url": s.pattern(),
		}))
		if err != nil {
			return fmt.Errorf("set the header %s: %w", header, err)
		}
		s.cleanup("header", func() (map[string]any, error) { return s.api.Replacer().RemoveRule(rule) })
	}
	return nil
}

// limit keeps ZAP below the rate that a service may demand. A ZAP that has no limits
// still scans.
func (s *scan) limit(r *web.Result) error {
	err := s.do(s.raw("network/action/addRateLimitRule/", map[string]string{
		"description": name, "enabled": "true", "matchRegex": "true", "matchString": s.pattern(), "requestsPerSecond": "20", "groupBy": "rule",
	}))
	if err == nil {
		s.cleanup("rate limit", s.raw("network/action/removeRateLimitRule/", map[string]string{"description": name}))
		return nil
	}
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	r.Notes = append(r.Notes, "ZAP has no rate limits, so the service may have refused some of its requests: "+rules.Clip(err.Error()))
	return nil
}

// ajax crawls with ZAP's browser, where that was asked for.
func (s *scan) ajax(r *web.Result) error {
	if !s.c.Ajax {
		return nil
	}
	minutes := max(1, int((s.c.SpiderTimeout+59e9)/60e9))
	for _, f := range []method{
		func() (map[string]any, error) { return s.api.AjaxSpider().SetOptionMaxDuration(minutes) },
		func() (map[string]any, error) {
			return s.api.AjaxSpider().Scan(s.target.Base.String(), "", name, "")
		},
	} {
		if err := s.do(f); err != nil {
			return fmt.Errorf("start the ajax spider: %w", err)
		}
	}
	ok, err := s.poll(s.c.SpiderTimeout, func() (bool, error) {
		m, err := s.call("status", s.api.AjaxSpider().Status)
		s.say("ZAP's ajax spider is " + rules.Clip(m.text("status")))
		return m.text("status") == "stopped", err
	})
	if err != nil || ok {
		return err
	}
	r.Gaps = append(r.Gaps, fmt.Sprintf("ZAP's ajax spider did not finish within %s; what it did not reach was not judged", s.c.SpiderTimeout))
	return s.do(s.api.AjaxSpider().Stop)
}

// maxReport bounds one report of ZAP, in bytes.
const maxReport = 32 << 20

// reports lets ZAP write its own reports and fetches them. Ours hold the same alerts,
// so a ZAP that cannot write them loses nothing that counts.
func (s *scan) reports(r *web.Result) error {
	if s.c.Fetch == nil {
		return nil
	}
	for template, file := range map[string]string{"traditional-json": "zap_report.json", "traditional-html": "zap_report.html"} {
		data, err := s.report(template, file)
		if s.ctx.Err() != nil {
			return context.Cause(s.ctx)
		}
		if err != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("ZAP's own report %s is missing: %s", file, rules.Clip(s.proxy.mask(err).Error())))
			continue
		}
		r.Files = append(r.Files, finding.File{Name: "zap/" + file, Data: data})
	}
	slices.SortFunc(r.Files, func(a, b finding.File) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(r.Notes)
	return nil
}

func (s *scan) report(template, file string) ([]byte, error) {
	m, err := s.call("generate", func() (map[string]any, error) {
		return s.api.Reports().Generate("Web scan report", template, "", "", "", s.origin(), "", "", "", file, "", "/tmp", "false")
	})
	if err != nil {
		return nil, err
	}
	// The path is ZAP's word; it says where in ZAP's own container to look.
	return s.c.Fetch(s.ctx, path.Clean("/"+m.text("generate")), maxReport)
}

// cleanup notes a call that undoes what we changed in a ZAP of others.
func (s *scan) cleanup(what string, f method) { s.undo = append(s.undo, undo{what, f}) }

type undo struct {
	what string
	f    method
}

// leave undoes our changes, the last first.
func (s *scan) leave(r *web.Result) {
	for _, u := range slices.Backward(s.undo) {
		if err := s.do(u.f); err != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("the %s that was set up in ZAP is left behind: %s", u.what, rules.Clip(err.Error())))
		}
	}
}
