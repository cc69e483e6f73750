package document

import (
	"encoding/json"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// Encode writes report.json. Its strings are data: JSON escapes them.
func Encode(r *report.Report) ([]byte, error) { return indented(toDocument(r)) }

// Rules writes rules as the array that report.json has under the key rules.
func Rules(rules []finding.Rule) ([]byte, error) { return indented(convert.List(rules, toRule)) }

func indented(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

func toDocument(r *report.Report) document {
	exceptions := func(l []config.Exception) []docException { return convert.List(l, toException) }
	d := document{
		Schema: schemaVersion, Tool: docTool(r.Tool), Target: docTarget(r.Target), Time: r.Time.UTC(),
		Verdict: r.Verdict, Reasons: convert.Texts(r.Reasons),
		Gate:   docGate{FailOn: r.FailOn, Threshold: r.Threshold, BaselineReason: convert.Text(r.BaselineReason)},
		Stages: convert.List(r.Stages, func(s report.StageRun) docStage { return toStage(s, r.GapsOf(s.Name)) }), Rules: convert.List(r.Rules, toRule),
		Findings: convert.List(r.Findings, toFinding), Fixed: convert.List(r.Fixed, toFinding),
		Controls: convert.List(r.Controls, toControl), Counts: docCounts(r.Counts),
		Pending: convert.List(r.Pending, toChange), Adopted: r.Adopted,
		Files: docFiles{docFileCounts(r.Files.FileCounts), convert.Texts(r.Files.ExcludedBy)},
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
		Name: s.Name, State: s.State, Reason: convert.Text(s.Reason), DurationMS: s.Duration.Milliseconds(),
		Coverage: coverage, Gaps: convert.List(gaps, toGap), Notes: convert.Texts(s.Set.Notes), Files: docFileCounts(s.Files),
	}
}

func toGap(g report.Gap) docGap {
	return docGap{
		Rule: g.Rule, Class: g.Class, Counts: g.Counts, Message: convert.Text(g.Message), Location: somewhere(g.Location),
		Subject: convert.Text(g.Subject), Remediation: convert.Text(g.Remediation), Depends: convert.List(g.Depends, convert.URI),
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
		ID: r.ID, Title: convert.Text(r.Title), Severity: r.Severity, SecuritySeverity: r.SecuritySeverity(), HelpURI: r.HelpURI,
		Controls: convert.Texts(r.Controls), Description: convert.Text(r.Description), Remediation: convert.Text(r.Remediation), Tags: convert.Texts(r.Tags),
	}
}

func toFinding(f report.Finding) docFinding {
	d := docFinding{
		Stage: f.Stage, Rule: f.Rule, Severity: f.Severity, Level: f.Severity.Level(), Class: f.Class, Gates: f.Gates,
		Message: convert.Text(f.Message), Location: toLocation(f.Location), Related: convert.List(f.Related, toRelated),
		Subject: convert.Text(f.Subject), Key: convert.Text(f.Key), Fingerprint: f.Fingerprint, Controls: convert.Texts(f.Controls),
		Remediation: convert.Text(f.Remediation), Properties: map[string]string{},
	}
	for k, v := range f.Properties {
		d.Properties[convert.Text(k)] = convert.Text(v)
	}
	if f.Fix != nil {
		d.Fix = &docFix{convert.Text(f.Fix.Description), f.Fix.Safe, convert.List(f.Fix.Edits, func(e finding.Edit) docEdit {
			return docEdit{e.Start, e.End, convert.Text(e.Text)}
		})}
	}
	d.Exception = maybeException(f.Exception)
	return d
}

func toRelated(r finding.Related) docRelated {
	return docRelated{toLocation(r.Location), convert.Text(r.Message)}
}

func toLocation(l finding.Location) docLocation {
	return docLocation{URI: convert.URI(l.URI), Region: docRegion(l.Region)}
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
		Rule: convert.Text(e.Rule), Path: convert.Text(e.Path), Subject: convert.Text(e.Subject), Reason: convert.Text(e.Reason),
		Owner: convert.Text(e.Owner), Expires: e.Expires.String(), Location: somewhere(e.Location),
		Packages: convert.Text(e.Packages), Source: convert.Text(e.Source),
	}
}

func toChange(c finding.Change) docChange {
	return docChange{Setting: convert.Text(c.Setting), Change: convert.Text(c.Text), Effect: c.Effect, Location: toLocation(c.Location)}
}

func toControl(c report.ControlState) docControl {
	return docControl{
		ID: c.ID, Framework: c.Framework, Title: c.Title, State: c.State, Findings: c.Findings,
		Reason: convert.Text(c.Reason), Section: c.Section, Severity: c.Severity, Tier: c.Tier,
	}
}
