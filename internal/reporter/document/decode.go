package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// MaxBytes is the largest report of another run that Decode reads.
const MaxBytes = 1 << 20

// MaxTrustedBytes is the largest report that DecodeTrusted reads.
const MaxTrustedBytes = 32 << 20

// Decode reads a report.json that a run wrote which may be under foreign control: it is
// bounded, holds no key and no word that we do not know, and everything in it is text
// that the sinks escape. Counts are counted anew. The result is for showing; no verdict
// may follow from it.
func Decode(data []byte) (*report.Report, error) { return decode(data, MaxBytes) }

// DecodeTrusted reads a report.json that the user vouches for as strictly, only more of
// it.
func DecodeTrusted(data []byte) (*report.Report, error) { return decode(data, MaxTrustedBytes) }

func decode(data []byte, limit int) (*report.Report, error) {
	if len(data) > limit {
		return nil, fmt.Errorf("read the report: %d bytes are more than %d", len(data), limit)
	}
	var d document
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read the report: there is more behind it")
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	return d.report()
}

// check refuses words that no version of this schema has.
func (d document) check() error {
	if d.Schema != schemaVersion {
		return fmt.Errorf("its schema is %d, not %d", d.Schema, schemaVersion)
	}
	if !slices.Contains([]report.Verdict{report.Pass, report.Fail, report.Error}, d.Verdict) {
		return fmt.Errorf("%q is no verdict", d.Verdict)
	}
	states := []report.State{report.Passed, report.HasFindings, report.NothingToCheck, report.Skipped, report.Degraded, report.Failed}
	for _, s := range d.Stages {
		if !slices.Contains(states, s.State) {
			return fmt.Errorf("%q is no state of a stage", s.State)
		}
	}
	for _, s := range d.Stages {
		for _, g := range s.Gaps {
			if !slices.Contains([]report.Class{report.Introduced, report.Existing}, g.Class) {
				return fmt.Errorf("%q is no class of a gap", g.Class)
			}
		}
	}
	classes := []report.Class{report.Introduced, report.NewlyDisclosed, report.Existing, report.Fixed}
	for _, f := range slices.Concat(d.Findings, d.Fixed) {
		if !slices.Contains(classes, f.Class) {
			return fmt.Errorf("%q is no class of a finding", f.Class)
		}
	}
	results := []report.ControlResult{report.Satisfied, report.NotSatisfied, report.Declared, report.NotAssessed}
	for _, c := range d.Controls {
		if !slices.Contains(results, c.State) {
			return fmt.Errorf("%q is no state of a control", c.State)
		}
	}
	return nil
}

func (d document) report() (*report.Report, error) {
	var errs []error
	findings := func(l []docFinding) []report.Finding {
		return convert.List(l, func(f docFinding) report.Finding { return f.finding(&errs) })
	}
	exceptions := func(l []docException) []config.Exception {
		return convert.List(l, func(e docException) config.Exception { return e.exception(&errs) })
	}
	r := &report.Report{
		Tool: report.Tool(d.Tool), Target: report.Target(d.Target), Time: d.Time, Verdict: d.Verdict, Reasons: d.Reasons,
		FailOn: d.Gate.FailOn, Threshold: d.Gate.Threshold, BaselineReason: d.Gate.BaselineReason,
		Stages:   convert.List(d.Stages, docStage.run),
		Findings: findings(d.Findings), Fixed: findings(d.Fixed),
		Controls: convert.List(d.Controls, docControl.control),
		Adopted:  d.Adopted,
		Pending:  convert.List(d.Pending, func(c docChange) finding.Change { return c.change(&errs) }),
		Files:    report.Files{FileCounts: report.FileCounts(d.Files.docFileCounts), ExcludedBy: d.Files.ExcludedBy},
		Exceptions: report.Exceptions{
			Used: exceptions(d.Exceptions.Used), Expired: exceptions(d.Exceptions.Expired),
			Unused: exceptions(d.Exceptions.Unused), Pending: exceptions(d.Exceptions.Pending),
		},
	}
	if d.Database != nil {
		r.Database = &finding.Database{Digest: d.Database.Digest, UpdatedAt: d.Database.UpdatedAt, Source: d.Database.Source}
	}
	for _, s := range d.Stages {
		r.Gaps = append(r.Gaps, convert.List(s.Gaps, func(g docGap) report.Gap { return g.gap(s.Name, &errs) })...)
	}
	r.Counts = report.Count(r.Findings, r.Gaps)
	return r, errors.Join(errs...)
}

func (s docStage) run() report.StageRun {
	run := report.StageRun{Name: s.Name, State: s.State, Reason: s.Reason, Duration: time.Duration(s.DurationMS) * time.Millisecond}
	run.Set.Coverage, run.Set.Notes = s.Coverage, s.Notes
	run.Files = report.FileCounts(s.Files)
	return run
}

func (g docGap) gap(stage string, errs *[]error) report.Gap {
	out := report.Gap{
		Gap:   finding.Gap{Rule: g.Rule, Message: g.Message, Subject: g.Subject, Remediation: g.Remediation},
		Stage: stage, Class: g.Class, Fingerprint: g.Fingerprint, Counts: g.Counts,
	}
	for _, d := range g.Depends {
		out.Depends = append(out.Depends, docLocation{URI: d}.location(errs).URI)
	}
	if g.Location != nil {
		out.Location = g.Location.location(errs)
	}
	if g.Exception != nil {
		e := g.Exception.exception(errs)
		out.Exception = &e
	}
	return out
}

func (f docFinding) finding(errs *[]error) report.Finding {
	out := report.Finding{
		Finding: finding.Finding{
			Rule: f.Rule, Severity: f.Severity, Message: f.Message, Location: f.Location.location(errs),
			Subject: f.Subject, Key: f.Key, Remediation: f.Remediation, Properties: f.Properties,
		},
		Stage: f.Stage, Class: f.Class, Fingerprint: f.Fingerprint, Controls: f.Controls, Gates: f.Gates,
	}
	for _, r := range f.Related {
		out.Related = append(out.Related, finding.Related{Location: r.Location.location(errs), Message: r.Message})
	}
	if f.Exception != nil {
		e := f.Exception.exception(errs)
		out.Exception = &e
	}
	return out
}

func (l docLocation) location(errs *[]error) finding.Location {
	path, err := url.PathUnescape(l.URI)
	if err != nil {
		*errs = append(*errs, fmt.Errorf("location: %w", err))
	}
	return finding.Location{URI: path, Region: finding.Region(l.Region)}
}

func (e docException) exception(errs *[]error) config.Exception {
	out := config.Exception{Rule: e.Rule, Path: e.Path, Subject: e.Subject, Reason: e.Reason, Owner: e.Owner}
	out.Packages, out.Source = e.Packages, e.Source
	if e.Expires == "" {
		return out
	}
	if err := out.Expires.UnmarshalText([]byte(e.Expires)); err != nil {
		*errs = append(*errs, fmt.Errorf("exception: %w", err))
	}
	return out
}

func (c docChange) change(errs *[]error) finding.Change {
	return finding.Change{Setting: c.Setting, Text: c.Change, Effect: c.Effect, Location: c.Location.location(errs)}
}

func (c docControl) control() report.ControlState {
	return report.ControlState{
		Control: finding.Control{ID: c.ID, Framework: c.Framework, Section: c.Section, Title: c.Title, Severity: c.Severity, Tier: c.Tier},
		State:   c.State, Findings: c.Findings, Reason: c.Reason,
	}
}
