package dast

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/report"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// result turns what a scanner saw into findings, gaps, counts and reports.
func (t *test) result(e endpoint, r web.Result) {
	r = t.foreign(e, r)
	t.rules(r.Rules)
	t.set.Cover("pages", len(r.URLs))
	t.set.Notes = append(t.set.Notes, fmt.Sprintf("scanner %s saw %d pages of %s with %d requests and %d rules", r.Engine, len(r.URLs), e.base, r.Requests, len(r.Rules)))
	t.set.Notes = append(t.set.Notes, r.Notes...)
	for _, g := range r.Gaps {
		t.gap(finding.Gap{Rule: gap.ScannerIncomplete, Subject: e.service, Message: g})
	}
	t.set.Files = append(t.set.Files, report.Files(r, e.base.String(), t.o.Version, t.o.Now())...)
	for _, f := range r.Files {
		f.Data = []byte(t.stack.Mask(string(f.Data)))
		t.set.Files = append(t.set.Files, f)
	}
	t.set.Files = append(t.set.Files, finding.File{Name: summaryFile, Data: report.Summary(r, baseline(t.cfg.Baseline))})
	if len(r.URLs) < t.cfg.MinURLs {
		t.gap(finding.Gap{
			Rule: gap.ScannerIncomplete, Subject: e.service, Remediation: "Choose where to start with dast.target.",
			Message: fmt.Sprintf("the scan saw %d pages of %s and needs %d to count (dast.min-urls)", len(r.URLs), e.base, t.cfg.MinURLs),
		})
	} else {
		for _, rule := range r.Rules {
			t.set.Judge(rule.ID, 1)
		}
	}
	for _, group := range alike(r.Alerts) {
		t.set.Findings = append(t.set.Findings, t.alert(e, r.Engine, group))
	}
}

// rules adds those that the stage did not know before, such as further rules of ZAP.
func (t *test) rules(more []finding.Rule) {
	for _, r := range more {
		if !slices.ContainsFunc(t.set.Rules, func(k finding.Rule) bool { return k.ID == r.ID }) {
			t.set.Rules = append(t.set.Rules, r)
		}
	}
}

// foreign readies text of the scanned pages: no secrets, and the service's name where
// a scanner knew only its address.
func (t *test) foreign(e endpoint, r web.Result) web.Result {
	name := func(text string) string { return t.stack.Mask(text) }
	for _, s := range t.stack.Services() {
		if s.Name == e.service && s.Addr.IsValid() {
			name = func(text string) string { return t.stack.Mask(strings.ReplaceAll(text, s.Addr.String(), s.Name)) }
			break
		}
	}
	if secret := t.cfg.Auth.Value; secret != "" {
		known := name
		name = func(text string) string { return known(strings.ReplaceAll(text, secret, "***")) }
	}
	r.URLs = slices.Clone(r.URLs)
	for i := range r.URLs {
		r.URLs[i] = name(r.URLs[i])
	}
	r.Alerts, r.Ignored = renamed(r.Alerts, name), renamed(r.Ignored, name)
	return r
}

func renamed(alerts []rules.Alert, name func(string) string) []rules.Alert {
	alerts = slices.Clone(alerts)
	for i := range alerts {
		a := &alerts[i]
		for _, field := range []*string{&a.URL, &a.Param, &a.Evidence, &a.Other} {
			*field = name(*field)
		}
	}
	return alerts
}

// alike groups the alerts that are one finding: same variant, method, parameter and
// path, where numbers and ids in a path do not count.
func alike(alerts []rules.Alert) [][]rules.Alert {
	index, groups := map[string]int{}, [][]rules.Alert(nil)
	for _, a := range alerts {
		k := alertKey(a)
		i, ok := index[k]
		if !ok {
			i, index[k] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], a)
	}
	return groups
}

func alertKey(a rules.Alert) string {
	path := "*"
	if !a.Systemic {
		path = template(a.URL)
	}
	return strings.Join([]string{a.Ref, a.Method, path, a.Param}, " ")
}

// changing matches path segments that name one thing of many.
var changing = regexp.MustCompile(`^(?:[0-9]+|[0-9a-fA-F-]{8,}|[A-Za-z0-9_-]{32,})$`)

// template is the path of a URL with changing segments replaced.
func template(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "?"
	}
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		if changing.MatchString(p) && strings.ContainsAny(p, "0123456789") {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// alert is the finding of a group of alerts.
func (t *test) alert(e endpoint, engine string, group []rules.Alert) finding.Finding {
	a := group[0]
	var urls []string
	for _, g := range group {
		urls = append(urls, g.URL)
	}
	urls = unique(urls)
	message := fmt.Sprintf("service %s: %s at %s", e.service, a.Name, a.URL)
	if a.Param != "" {
		message += " in " + quote(a.Param)
	}
	if n := len(urls) - 1; n > 0 {
		message += fmt.Sprintf(" (and %d more)", n)
	}
	p := map[string]string{
		"url": a.URL, "urls": strings.Join(urls[:min(len(urls), maxURLs)], "\n"), "count": strconv.Itoa(len(group)),
		"method": a.Method, "param": quote(a.Param), "evidence": quote(a.Evidence), "other": quote(a.Other), "risk": a.Risk, "confidence": a.Confidence,
		"alert_ref": a.Ref, "engine": engine, "cwe": strconv.Itoa(a.CWE), "wasc": strconv.Itoa(a.WASC),
	}
	for k, v := range p {
		if v == "" || v == "0" {
			delete(p, k)
		}
	}
	return finding.Finding{
		Rule: rules.ID(a.PluginID), Severity: weigh(a), Message: message, Location: t.place(e, a.PluginID),
		Subject: e.service, Key: alertKey(a), Remediation: a.Solution, Properties: p,
	}
}

// weigh is the severity of an alert: that of its risk, or information for a guess. The
// word of a rules file decides over both.
func weigh(a rules.Alert) finding.Severity {
	s := rules.Severity(a.Risk)
	switch {
	case a.Level == "INFO", a.Heuristic && a.Level == "":
		return finding.Info
	case a.Level == "FAIL":
		return max(s, finding.High)
	}
	return s
}
