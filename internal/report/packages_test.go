package report_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// shared is one finding about a package in several lock files.
func shared(packages, products string, files ...string) finding.Finding {
	f := finding.Finding{Rule: "CVE-1", Severity: finding.High, Subject: "pkg:npm/weak", Key: "weak", Shared: true, Location: finding.Top(files[0]),
		Properties: map[string]string{"purl": packages, "product": products, "aliases": "GHSA-1, GO-1"}}
	for _, name := range files[1:] {
		f.Related = append(f.Related, finding.Related{Location: finding.Top(name), Target: true})
	}
	return f
}

func TestExceptionsForPackages(t *testing.T) {
	one := shared("pkg:npm/weak@1.0.0", "pkg:npm/app", "a/yarn.lock")
	two := shared("pkg:npm/weak@1.0.0 pkg:npm/weak@2.0.0", "", "a/yarn.lock", "b/yarn.lock")
	tests := map[string]struct {
		f    finding.Finding
		e    config.Exception
		want bool
	}{
		"rule":                     {one, config.Exception{Rule: "CVE-1"}, true},
		"alias":                    {one, config.Exception{Rule: "GO-1"}, true},
		"other rule":               {one, config.Exception{Rule: "GO-11"}, false},
		"package":                  {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak@1.0.0"}, true},
		"any version":              {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak"}, true},
		"other version":            {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak@1.0.1"}, false},
		"other package":            {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/strong"}, false},
		"other type":               {one, config.Exception{Rule: "CVE-1", Packages: "pkg:pypi/weak"}, false},
		"qualifier":                {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak@1.0.0?arch=x"}, false},
		"not a package":            {one, config.Exception{Rule: "CVE-1", Packages: "weak"}, false},
		"product":                  {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/app"}, true},
		"component of the product": {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/app pkg:npm/weak"}, true},
		"component of another":     {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/other pkg:npm/weak"}, false},
		"another component":        {one, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/app pkg:npm/strong"}, false},
		"one of two versions":      {two, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak@1.0.0"}, false},
		"both versions":            {two, config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak@1.0.0\npkg:npm/weak@2.0.0"}, true},
		"one of two files":         {two, config.Exception{Rule: "CVE-1", Path: "a/**"}, false},
		"both files":               {two, config.Exception{Rule: "CVE-1", Path: "{a,b}/**"}, true},
		"nothing known":            {hit("CVE-1", finding.High, 1), config.Exception{Rule: "CVE-1", Packages: "pkg:npm/weak"}, false},
		"expired":                  {one, config.Exception{Rule: "CVE-1", Expires: day("2026-11-22")}, false},
		"last day":                 {one, config.Exception{Rule: "CVE-1", Expires: day("2026-11-23")}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := report.Build(report.Input{Now: now, FailOn: "all", Exceptions: []config.Exception{tt.e}, Runs: []report.StageRun{ran(report.HasFindings, tt.f)}})
			for _, f := range r.Findings {
				if f.Rule == "CVE-1" && (f.Exception != nil) != tt.want {
					t.Errorf("accepted: %v, want %v", f.Exception != nil, tt.want)
				}
			}
			if used := len(r.Exceptions.Used) == 1; used != tt.want && len(r.Exceptions.Expired) == 0 {
				t.Errorf("used: %v, want %v", used, tt.want)
			}
		})
	}
}

func TestSharedFindings(t *testing.T) {
	tests := map[string]struct {
		base, head []string
		want       report.Class
		fixed      []string
	}{
		"the same":         {[]string{"a", "b"}, []string{"a", "b"}, report.Existing, nil},
		"one file less":    {[]string{"a", "b"}, []string{"b"}, report.Existing, []string{"a"}},
		"one file more":    {[]string{"a"}, []string{"a", "b"}, report.Introduced, nil},
		"in another order": {[]string{"b", "a"}, []string{"a", "b"}, report.Existing, nil},
		"in another file":  {[]string{"a"}, []string{"b"}, report.Introduced, []string{"a"}},
		"moved":            {[]string{"a", "old"}, []string{"a", "new"}, report.Existing, nil},
		"moved and added":  {[]string{"old"}, []string{"b", "new"}, report.Introduced, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := report.Build(report.Input{Now: now, FailOn: "new", Change: changed{files: map[string]string{"old": "new"}},
				Base: []report.StageRun{ran(report.HasFindings, shared("", "", tt.base...))},
				Runs: []report.StageRun{ran(report.HasFindings, shared("", "", tt.head...))}})
			if diff := cmp.Diff(tt.want, r.Findings[0].Class); diff != "" {
				t.Error(diff)
			}
			var fixed []string
			for _, f := range r.Fixed {
				fixed = append(fixed, f.Location.URI)
			}
			if diff := cmp.Diff(tt.fixed, fixed); diff != "" {
				t.Errorf("fixed (-want +got):\n%s", diff)
			}
			if at := r.Findings[0].Location.URI; !slices.Contains(tt.head, at) {
				t.Errorf("stands at %s, where it is not", at)
			}
		})
	}
}

func TestUnreadableExceptionsAreFindings(t *testing.T) {
	r := report.Build(report.Input{Now: now, FailOn: "all", Threshold: config.Threshold{Severity: finding.Medium}, Runs: []report.StageRun{ran(report.Passed)},
		Unreadable: []finding.Gap{{Location: finding.Top(".trivyignore"), Message: "CVE-1 is not accepted"}}})
	if r.Verdict != report.Fail || len(r.Findings) != 1 || r.Findings[0].Rule != "assure/exception-unreadable" || r.Findings[0].Location.URI != ".trivyignore" {
		t.Errorf("%s %+v", r.Verdict, r.Findings)
	}
}
