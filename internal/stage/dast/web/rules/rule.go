package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stella-ops/assure/internal/finding"
)

// rule is one passive rule: the facts that reports show, and a function that looks at
// one answer.
type rule struct {
	id               int
	name             string
	risk, confidence string
	cwe, wasc        int
	description      string
	solution         string
	reference        string
	// systemic rules fire on every page alike, because they judge the server's
	// configuration.
	systemic bool
	// heuristic rules guess by words and shapes; what they say is information.
	heuristic bool
	// variants are the alert references of the rule, counted from 1 in their order;
	// none means that the rule has only itself.
	variants []variant
	check    func(*Page) []hit
}

// variant is one alert of a rule that has several. Empty fields are the rule's own.
type variant struct {
	name, risk, confidence, description, solution string
	cwe, wasc                                     int
}

// hit is what a rule saw. Empty fields are the variant's own.
type hit struct {
	variant                int
	risk, confidence       string
	param, evidence, other string
}

// one is the result of a rule that fires once.
func one(h hit) []hit { return []hit{h} }

// maxHits is how many hits of one rule on one page are kept.
const maxHits = 100

// alerts applies the rule to the page.
func (r rule) alerts(p *Page) []Alert {
	hits := r.check(p)
	hits = hits[:min(len(hits), maxHits)]
	alerts := make([]Alert, 0, len(hits))
	for _, h := range hits {
		alerts = append(alerts, r.alert(p, h))
	}
	return alerts
}

func (r rule) alert(p *Page, h hit) Alert {
	v, ref := variant{}, strconv.Itoa(r.id)
	if h.variant > 0 {
		v, ref = r.variants[h.variant-1], fmt.Sprintf("%d-%d", r.id, h.variant)
	}
	return Alert{
		PluginID: r.id, Ref: ref, Name: cmp.Or(v.name, r.name),
		Risk: cmp.Or(h.risk, v.risk, r.risk), Confidence: cmp.Or(h.confidence, v.confidence, r.confidence),
		CWE: cmp.Or(v.cwe, r.cwe), WASC: cmp.Or(v.wasc, r.wasc), Method: p.Method, URL: p.address(),
		Param: Clip(h.param), Evidence: Clip(h.evidence), Other: Clip(h.other),
		Description: cmp.Or(v.description, r.description), Solution: cmp.Or(v.solution, r.solution),
		Reference: r.reference, Systemic: r.systemic, Heuristic: r.heuristic, Status: Clip(p.reason()),
	}
}

// maxText is how much of a page's own text an alert quotes, in bytes.
const maxText = 1024

// Clip makes foreign text short, valid UTF-8 and free of control characters other
// than line feeds and tabs.
func Clip(s string) string {
	cut := len(s) > maxText
	if cut {
		s = s[:maxText]
	}
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, s)
	if cut {
		s += "…"
	}
	return s
}

// Apply lists the alerts of all rules for one answer.
func Apply(p *Page) []Alert {
	var alerts []Alert
	for _, r := range catalogue() {
		alerts = append(alerts, r.alerts(p)...)
	}
	return alerts
}

// List lists every rule that Apply applies.
func List() []finding.Rule {
	rules := make([]finding.Rule, 0, len(catalogue()))
	for _, r := range catalogue() {
		rules = append(rules, r.rule())
	}
	return rules
}

func (r rule) rule() finding.Rule {
	severity := Severity(r.risk)
	if r.heuristic {
		severity = finding.Info
	}
	tags := []string{"CWE-" + strconv.Itoa(r.cwe)}
	if r.wasc > 0 {
		tags = append(tags, "WASC-"+strconv.Itoa(r.wasc))
	}
	return finding.Rule{
		ID: ID(r.id), Title: r.name, Description: r.description, Remediation: r.solution,
		HelpURI: fmt.Sprintf("https://www.zaproxy.org/docs/alerts/%d/", r.id), Severity: severity, Tags: tags,
	}
}

// ID is the finding rule of a ZAP plugin id.
func ID(plugin int) string { return "zap/" + strconv.Itoa(plugin) }

// Severity is what a ZAP risk weighs here.
func Severity(risk string) finding.Severity {
	switch risk {
	case "High":
		return finding.High
	case "Medium":
		return finding.Medium
	case "Low":
		return finding.Low
	default:
		return finding.Info
	}
}

func sorted(rules []rule) []rule {
	slices.SortFunc(rules, func(a, b rule) int { return cmp.Compare(a.id, b.id) })
	return rules
}
