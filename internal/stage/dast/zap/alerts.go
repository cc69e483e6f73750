package zap

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

// pageSize is how many alerts one call asks for, maxAlerts how many are taken at all.
const (
	pageSize  = 500
	maxAlerts = 20_000
)

// alerts takes ZAP's alerts page by page. Two pages overlap by one alert in some
// versions, so an id counts once.
func (s *scan) alerts(r *web.Result) error {
	seen := map[string]bool{}
	outside, unproven := 0, 0
	for start := 0; ; start += pageSize {
		m, err := s.call("alerts", func() (map[string]any, error) {
			return s.api.Core().Alerts(s.origin(), strconv.Itoa(start), strconv.Itoa(pageSize), "")
		})
		if err != nil {
			return err
		}
		page := m.list("alerts")
		for _, v := range page {
			a := asObject(v)
			switch id := a.text("id"); {
			case seen[id] && id != "":
			case a.text("confidence") == "False Positive":
				unproven++
			case !s.inside(a.text("url")):
				outside++
			default:
				s.take(r, a)
			}
			seen[a.text("id")] = true
		}
		if len(page) < pageSize {
			break
		}
		if start >= maxAlerts {
			r.Gaps = append(r.Gaps, fmt.Sprintf("ZAP has more than %d alerts; the others were not read", maxAlerts))
			break
		}
	}
	if outside > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d alerts of other hosts were dropped", outside))
	}
	if unproven > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d alerts that somebody marked as false positives in ZAP were dropped", unproven))
	}
	return nil
}

// take turns ZAP's alert into ours. ZAP's text is foreign text: short, and escaped by
// whoever prints it.
func (s *scan) take(r *web.Result, o object) {
	plugin := o.number("pluginId")
	a := rules.Alert{
		PluginID: plugin, Ref: rules.Clip(cmp.Or(o.text("alertRef"), strconv.Itoa(plugin))), Name: rules.Clip(cmp.Or(o.text("name"), o.text("alert"))),
		Risk: o.text("risk"), Confidence: o.text("confidence"), CWE: max(o.number("cweid"), 0), WASC: max(o.number("wascid"), 0),
		Method: rules.Clip(o.text("method")), URL: rules.Clip(o.text("url")), Param: rules.Clip(o.text("param")), Evidence: rules.Clip(o.text("evidence")), Other: rules.Clip(o.text("other")),
		Description: rules.Clip(o.text("description")), Solution: rules.Clip(o.text("solution")), Reference: rules.Clip(o.text("reference")), Systemic: o.text("systemic") == "true",
	}
	if plugin <= 0 || !slices.Contains([]string{"High", "Medium", "Low", "Informational"}, a.Risk) {
		r.Gaps = append(r.Gaps, fmt.Sprintf("ZAP sent an alert without a rule or with the unknown risk %q: %s", rules.Clip(a.Risk), a.Name))
		return
	}
	r.Alerts = append(r.Alerts, a)
	r.Rules = withRule(r.Rules, a)
}

// withRule adds the rule of an alert that ZAP's list of scanners does not name.
func withRule(list []finding.Rule, a rules.Alert) []finding.Rule {
	id := rules.ID(a.PluginID)
	i := slices.IndexFunc(list, func(r finding.Rule) bool { return r.ID == id })
	if i >= 0 && list[i].Description != "" {
		return list
	}
	rule := finding.Rule{ID: id, Title: a.Name, Description: a.Description, Remediation: a.Solution, Severity: rules.Severity(a.Risk)}
	if i < 0 {
		return append(list, rule)
	}
	rule.Title = list[i].Title
	list[i] = rule
	return list
}

// rules lists ZAP's enabled passive rules, with our own text where we have the same.
func (s *scan) rules(r *web.Result) error {
	m, err := s.call("scanners", s.api.Pscan().Scanners)
	if err != nil {
		return err
	}
	own := rules.List()
	for _, v := range m.list("scanners") {
		o := asObject(v)
		plugin := o.number("id")
		if plugin <= 0 || o.text("enabled") == "false" {
			continue
		}
		rule := finding.Rule{ID: rules.ID(plugin), Title: rules.Clip(o.text("name"))}
		if i := slices.IndexFunc(own, func(r finding.Rule) bool { return r.ID == rule.ID }); i >= 0 {
			rule = own[i]
		}
		r.Rules = append(r.Rules, rule)
	}
	if len(r.Rules) == 0 {
		r.Gaps = append(r.Gaps, "ZAP has no passive rule switched on; install the pscanrules add-on")
	}
	return nil
}
