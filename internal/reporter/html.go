package reporter

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"html/template"
	"strings"
	"time"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

//go:embed page.html
var pageTemplate string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

// view is what the page shows; html/template escapes every value by its place.
type view struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS
	Report *report.Report
	Counts string
	Shown  []report.Finding
	// Adoption says that the change brings the first configuration.
	Adoption string
	// Excepted are the findings that an exception accepts.
	Excepted   []report.Finding
	Exceptions []exceptionGroup
	// Gaps count; the others are older than the change or accepted.
	Gaps, OtherGaps []report.Gap
	OtherGapsLine   string
	// Files and Controls count them.
	Files, Controls string
	Severities      []finding.Severity
	Stages          []string
	Database        string
	RunURL          string
	Time            string
}

// renderHTML writes one page that needs nothing else: no request leaves it, and its
// policy allows exactly its own style and script. Without script it shows everything.
func renderHTML(r *report.Report, o Options) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"line": strip, "coverage": coverage, "seconds": seconds, "remedy": remedy, "place": finding.Location.String,
		"until": until, "acceptedBy": acceptedBy,
		"join": func(l []string) string { return strings.Join(l, ", ") },
	}).Parse(pageTemplate)
	if err != nil {
		return nil, err
	}
	v := view{
		Policy: contentPolicy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript), //nolint:gosec // both are embedded files of ours
		Report: r, Counts: countsLine(r), Shown: counted(r), Exceptions: exceptionGroups(r),
		Severities: finding.Severities[:], Database: databaseLine(r),
	}
	if r.Adopted {
		v.Adoption = adoption
	}
	v.Gaps, v.OtherGaps = splitGaps(r)
	v.OtherGapsLine, v.Files = restLine(v.OtherGaps), filesLine(r.Files)
	if len(r.Controls) > 0 {
		v.Controls = ControlsLine(r.Controls)
	}
	for _, f := range r.Findings {
		if f.Exception != nil {
			v.Excepted = append(v.Excepted, f)
		}
	}
	for _, s := range r.Stages {
		v.Stages = append(v.Stages, s.Name)
	}
	if runURL.MatchString(o.RunURL) {
		v.RunURL = o.RunURL
	}
	if !r.Time.IsZero() {
		v.Time = r.Time.UTC().Format(time.RFC3339)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// contentPolicy is the content attribute of the policy, with the hashes of the page's
// own style and script.
func contentPolicy() template.HTMLAttr {
	//nolint:gosec // made of hashes alone
	return template.HTMLAttr(`content="default-src 'none'; style-src 'sha256-` + sum(pageStyle) + `'; script-src 'sha256-` + sum(pageScript) +
		`'; base-uri 'none'; form-action 'none'"`)
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(h[:])
}
