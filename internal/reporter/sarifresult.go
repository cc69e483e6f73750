package reporter

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
	"github.com/stella-ops/assure/internal/reporter/convert"
)

// result is one finding; nth counts equal fingerprints within the run.
func result(f report.Finding, rule, nth int, shape *logShape) *sarif.Result {
	res := sarif.NewResult().WithRuleID(f.Rule).WithRuleIndex(rule).WithLevel(string(f.Severity.Level())).WithMessage(sarifText(f.Message, f.Rule))
	at := sarifLocation(f.Location)
	if f.Subject != "" {
		at.AddLogicalLocation(logicalLocation(f.Subject))
	}
	res.AddLocation(at)
	for i, rel := range f.Related {
		loc := sarifLocation(rel.Location)
		loc.ID = i + 1
		loc.Message = sarifText(rel.Message)
		res.AddRelatedLocation(loc)
	}
	res.PartialFingerprints = map[string]string{
		"primaryLocationLineHash": lineHash(f.Fingerprint, nth),
		"assure/v2":               f.Fingerprint,
	}
	res.Properties = resultProperties(f)
	res.WebRequest = webRequest(f)
	if shape.full {
		res.Fixes = fixes(f)
		res.Suppressions = suppressions(f.Exception)
	}
	return res
}

// lineHash has the form that GitHub computes itself for results without one. Taken from
// the finding's identity it survives moved lines, and two advisories on one line differ.
func lineHash(fingerprint string, nth int) string {
	return fingerprint[:min(len(fingerprint), 16)] + ":" + strconv.Itoa(nth)
}

func logicalLocation(subject string) *sarif.LogicalLocation {
	l := sarif.NewLogicalLocation()
	l.FullyQualifiedName, l.Kind = ptr(short(strip(subject), 500)), ptr("resource")
	if strings.HasPrefix(subject, "pkg:") {
		l.Kind = ptr("package")
	}
	return l
}

// resultProperties holds what SARIF has no word for. The finding's own facts stand
// under facts, so that they cannot take the place of ours.
func resultProperties(f report.Finding) *sarif.PropertyBag {
	bag := sarif.NewPropertyBag()
	bag.Properties = sarif.Properties{
		"severity": f.Severity.String(), "class": string(f.Class), "subject": convert.Text(f.Subject),
		"controls": convert.Texts(f.Controls), "remediation": convert.Text(f.Remediation),
	}
	facts := map[string]string{}
	for k, v := range f.Properties {
		facts[convert.Text(k)] = convert.Text(v)
	}
	if len(facts) > 0 {
		bag.Properties["facts"] = facts
	}
	return bag
}

// webRequest is the request that a dynamic finding is about.
func webRequest(f report.Finding) *sarif.WebRequest {
	target := f.Properties["url"]
	if target == "" {
		return nil
	}
	w := sarif.NewWebRequest()
	w.Target = ptr(convert.Text(target))
	if m := f.Properties["method"]; m != "" {
		w.Method = ptr(convert.Text(m))
	}
	return w
}

// fixes writes byte splices. A region of bytes is replaced by binary content (SARIF
// 2.1.0, 3.57.4).
func fixes(f report.Finding) []*sarif.Fix {
	if f.Fix == nil {
		return []*sarif.Fix{}
	}
	change := sarif.NewArtifactChange().WithArtifactLocation(sarif.NewArtifactLocation().WithURI(convert.URI(f.Location.URI)))
	for _, e := range f.Fix.Edits {
		gone := sarif.NewRegion()
		gone.ByteOffset, gone.ByteLength = e.Start, ptr(max(e.End-e.Start, 0))
		content := sarif.NewArtifactContent().WithBinary(base64.StdEncoding.EncodeToString([]byte(e.Text)))
		change.AddReplacement(sarif.NewReplacement().WithDeletedRegion(gone).WithInsertedContent(content))
	}
	if len(change.Replacements) == 0 {
		return []*sarif.Fix{}
	}
	fix := sarif.NewFix().WithDescription(sarifText(f.Fix.Description))
	fix.AddArtifactChange(change)
	return []*sarif.Fix{fix}
}

func suppressions(e *config.Exception) []*sarif.Suppression {
	if e == nil {
		return nil
	}
	s := sarif.NewSuppression()
	s.Kind, s.Status = ptr("external"), ptr("accepted")
	s.Justification = ptr(short(strip(e.Reason), 2000))
	s.Properties = sarif.NewPropertyBag()
	s.Properties.Properties = sarif.Properties{"owner": convert.Text(e.Owner), "expires": e.Expires.String()}
	if e.Location != (finding.Location{}) {
		s.Location = sarifLocation(e.Location)
	}
	return []*sarif.Suppression{s}
}
