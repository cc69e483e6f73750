package reporter

import (
	"encoding/json"
	"strings"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// renderJSON writes report.json. Its strings are data: JSON escapes them, and nothing
// is taken out but secrets.
func renderJSON(r *report.Report, _ Options) ([]byte, error) { return indented(toDocument(r)) }

// RulesJSON writes rules as the array that report.json has under the key rules.
func RulesJSON(rules []finding.Rule) ([]byte, error) { return indented(convert(rules, toRule)) }

func indented(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// convert maps a list and never returns nil, because null is not an empty array.
func convert[From, To any](in []From, f func(From) To) []To {
	out := make([]To, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

// orEmpty copies a list of strings, replacing bytes that are not UTF-8.
func orEmpty(in []string) []string {
	return convert(in, utf8Only)
}

// utf8Only replaces each byte that is not UTF-8 by U+FFFD.
func utf8Only(s string) string { return strings.Map(func(r rune) rune { return r }, s) }

func toDocument(r *report.Report) document {
	exceptions := func(l []config.Exception) []docException { return convert(l, toException) }
	d := document{
		Schema: schemaVersion, Tool: docTool(r.Tool), Target: docTarget(r.Target), Time: r.Time.UTC(),
		Verdict: r.Verdict, Reasons: orEmpty(r.Reasons),
		Gate:   docGate{FailOn: r.FailOn, Threshold: r.Threshold, BaselineReason: utf8Only(r.BaselineReason)},
		Stages: convert(r.Stages, func(s report.StageRun) docStage { return toStage(s, r.Gaps) }), Rules: convert(r.Rules, toRule),
		Findings: convert(r.Findings, toFinding), Fixed: convert(r.Fixed, toFinding),
		Controls: convert(r.Controls, toControl), Counts: docCounts(r.Counts),
		Files: docFiles{docFileCounts(r.Files.FileCounts), orEmpty(r.Files.ExcludedBy)},
		Exceptions: docExceptions{
			Used: exceptions(r.Exceptions.Used), Expired: exceptions(r.Exceptions.Expired),
			Unused: exceptions(r.Exceptions.Unused), Pending: exceptions(r.Exceptions.Pending),
		},
	}
	if db := r.Database; db != nil {
		d.Database = &docDatabase{Digest: db.Digest, UpdatedAt: db.UpdatedAt.UTC(), Source: db.Source}
	}
	return d
}

func toStage(s report.StageRun, gaps []report.Gap) docStage {
	coverage := s.Set.Coverage
	if coverage == nil {
		coverage = map[string]int{}
	}
	return docStage{
		Name: s.Name, State: s.State, Reason: utf8Only(s.Reason), DurationMS: s.Duration.Milliseconds(),
		Coverage: coverage, Gaps: convert(gapsOf(s.Name, gaps), toGap), Notes: orEmpty(s.Set.Notes), Files: docFileCounts(s.Files),
	}
}

func gapsOf(stage string, gaps []report.Gap) (out []report.Gap) {
	for _, g := range gaps {
		if g.Stage == stage {
			out = append(out, g)
		}
	}
	return out
}

func toGap(g report.Gap) docGap {
	return docGap{
		Rule: g.Rule, Class: g.Class, Counts: g.Counts, Message: utf8Only(g.Message), Location: somewhere(g.Location),
		Subject: utf8Only(g.Subject), Remediation: utf8Only(g.Remediation), Depends: convert(g.Depends, uri),
		Fingerprint: g.Fingerprint, Exception: maybeException(g.Exception),
	}
}

func maybeException(e *config.Exception) *docException {
	if e == nil {
		return nil
	}
	d := toException(*e)
	return &d
}

func toRule(r finding.Rule) docRule {
	return docRule{
		ID: r.ID, Title: utf8Only(r.Title), Severity: r.Severity, SecuritySeverity: r.SecuritySeverity(), HelpURI: r.HelpURI,
		Controls: orEmpty(r.Controls), Description: utf8Only(r.Description), Remediation: utf8Only(r.Remediation), Tags: orEmpty(r.Tags),
	}
}

func toFinding(f report.Finding) docFinding {
	d := docFinding{
		Stage: f.Stage, Rule: f.Rule, Severity: f.Severity, Level: f.Severity.Level(), Class: f.Class, Gates: f.Gates,
		Message: utf8Only(f.Message), Location: toLocation(f.Location), Related: convert(f.Related, toRelated),
		Subject: utf8Only(f.Subject), Fingerprint: f.Fingerprint, Controls: orEmpty(f.Controls),
		Remediation: utf8Only(f.Remediation), Properties: map[string]string{},
	}
	for k, v := range f.Properties {
		d.Properties[utf8Only(k)] = utf8Only(v)
	}
	if f.Fix != nil {
		d.Fix = &docFix{utf8Only(f.Fix.Description), f.Fix.Safe, convert(f.Fix.Edits, func(e finding.Edit) docEdit {
			return docEdit{e.Start, e.End, utf8Only(e.Text)}
		})}
	}
	d.Exception = maybeException(f.Exception)
	return d
}

func toRelated(r finding.Related) docRelated {
	return docRelated{toLocation(r.Location), utf8Only(r.Message)}
}

func toLocation(l finding.Location) docLocation {
	return docLocation{URI: uri(l.URI), Region: docRegion(l.Region)}
}

// somewhere is nil for the zero location.
func somewhere(l finding.Location) *docLocation {
	if l.URI == "" {
		return nil
	}
	d := toLocation(l)
	return &d
}

func toException(e config.Exception) docException {
	return docException{
		Rule: utf8Only(e.Rule), Path: utf8Only(e.Path), Subject: utf8Only(e.Subject), Reason: utf8Only(e.Reason),
		Owner: utf8Only(e.Owner), Expires: e.Expires.String(), Location: somewhere(e.Location),
		Packages: utf8Only(e.Packages), Source: utf8Only(e.Source),
	}
}

func toControl(c report.ControlState) docControl {
	return docControl{
		ID: c.ID, Framework: c.Framework, Title: c.Title, State: c.State, Findings: c.Findings,
		Reason: utf8Only(c.Reason), Section: c.Section, Severity: c.Severity, Tier: c.Tier,
	}
}
