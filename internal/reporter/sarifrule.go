package reporter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// Limits of GitHub code scanning for a rule (SARIF support for code scanning).
const (
	ruleTags = 10
	ruleText = 1000
)

// sarifRules lists every rule that the stage knows, so that GitHub closes the alerts of
// those that found nothing, and the index of each id.
func sarifRules(s report.StageRun, findings []report.Finding) ([]*sarif.ReportingDescriptor, map[string]int) {
	byID := map[string]finding.Rule{}
	for _, r := range s.Set.Rules {
		if _, ok := byID[r.ID]; !ok {
			byID[r.ID] = r
		}
	}
	for _, f := range findings {
		if _, ok := byID[f.Rule]; !ok {
			byID[f.Rule] = finding.Rule{ID: f.Rule, Title: f.Rule, Severity: f.Severity, Controls: f.Controls}
		}
	}
	var list []finding.Rule
	for _, r := range byID {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	index := map[string]int{}
	descriptors := make([]*sarif.ReportingDescriptor, 0, len(list))
	for i, r := range list {
		index[r.ID] = i
		descriptors = append(descriptors, descriptor(r, s.Name))
	}
	return descriptors, index
}

func descriptor(r finding.Rule, stage string) *sarif.ReportingDescriptor {
	d := sarif.NewReportingDescriptor().WithID(r.ID)
	d.ShortDescription = ruleString("", r.Title, r.ID)
	d.FullDescription = ruleString("", r.Description, r.Title, r.ID)
	d.Help = ruleString(r.Help, strings.TrimSpace(cmp.Or(r.Description, r.Title)+" "+r.Remediation), r.Title, r.ID)
	if strings.HasPrefix(r.HelpURI, "https://") {
		d.HelpURI = ptr(uriText(r.HelpURI))
	}
	d.DefaultConfiguration = sarif.NewReportingConfiguration()
	d.DefaultConfiguration.Level = string(r.Severity.Level())
	d.Properties = sarif.NewPropertyBag()
	d.Properties.Properties = sarif.Properties{
		"security-severity": strconv.FormatFloat(r.SecuritySeverity(), 'f', 1, 64),
		"precision":         precision(stage),
	}
	d.Properties.Tags = tags(r)
	return d
}

// ruleString is the first text that says something, with an optional Markdown form.
// Only the catalogue has Markdown; what came with an advisory stays plain text.
func ruleString(markdown string, texts ...string) *sarif.MultiformatMessageString {
	m := sarif.NewMultiformatMessageString().WithText(firstText(ruleText, texts...))
	if markdown != "" {
		m.Markdown = ptr(convert.Text(markdown))
	}
	return m
}

// precision is GitHub's word for how often a rule is right; a live scan guesses more
// than a check of what is written.
func precision(stage string) string {
	if stage == "dast" {
		return "medium"
	}
	return "high"
}

// tags puts the controls first and always holds security, without which GitHub ignores
// the severity.
func tags(r finding.Rule) []string {
	out := slices.Clone(r.Controls[:min(len(r.Controls), ruleTags-1)])
	out = append(out, "security")
	for _, t := range r.Tags {
		if len(out) < ruleTags && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// uriText percent-encodes what may not stand in a URI and leaves the rest alone.
func uriText(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
