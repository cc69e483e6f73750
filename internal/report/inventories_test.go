package report_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// signedList is a run of a stage that verified a list of packages.
func signedList(state report.State, digest string, packages ...string) report.StageRun {
	claim := finding.Finding{Rule: "image/sbom-inaccurate", Severity: finding.Medium, Message: "the list", Location: finding.Top("compose.yaml"), Subject: "app"}
	return report.StageRun{Name: "images", State: state, Set: finding.Set{
		Rules:       []finding.Rule{{ID: claim.Rule, Controls: []string{"C-1"}}},
		Inventories: []finding.Inventory{{Digests: []string{digest}, Packages: packages, Claims: []finding.Finding{claim}}},
	}}
}

func scanned(digests []string, packages ...string) report.StageRun {
	return report.StageRun{Name: "deps", State: report.Passed, Set: finding.Set{
		Inventories: []finding.Inventory{{Digests: digests, Packages: append([]string{}, packages...)}},
	}}
}

func TestSignedListsAreComparedWithScans(t *testing.T) {
	const digest = "sha256:1"
	both := []string{"sha256:0", digest}
	tests := map[string]struct {
		signed, found []string
		scan          []string
		message       string
		severity      finding.Severity
		note          string
		judged        int
	}{
		"equal": {[]string{"pkg:npm/a@1", "pkg:deb/debian/libssl3@3.0.9-1?arch=amd64"}, []string{"pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12", "pkg:npm/a@1"}, both, "", 0, "", 1},
		"tools write it in their own way": {
			[]string{"pkg:deb/debian/a@1%3A2-3", "pkg:rpm/rhel/b@4?epoch=1", "pkg:golang/stdlib@1.22.0", "pkg:pypi/Foo_Bar@1", "pkg:npm/%40acme/x@1"},
			[]string{"pkg:deb/debian/a@2-3?epoch=1", "pkg:rpm/redhat/b@4", "pkg:golang/stdlib@v1.22.0", "pkg:pypi/foo-bar@1", "pkg:npm/@acme/x@1"}, both, "", 0, "", 1,
		},
		"a package that the list hides": {
			[]string{"pkg:npm/a@1"}, []string{"pkg:npm/a@1", "pkg:npm/evil@6"}, both,
			"the list is not what the dependency scan found; 1 missing from the list (pkg:npm/evil@6)", finding.Medium, "", 1,
		},
		"another version": {
			[]string{"pkg:npm/a@1"}, []string{"pkg:npm/a@2"}, both,
			"the list is not what the dependency scan found; 1 missing from the list (pkg:npm/a@2); 1 only in the list (pkg:npm/a@1)", finding.Medium, "", 1,
		},
		"more than was found": {
			[]string{"pkg:npm/a@1", "pkg:npm/b@1"}, []string{"pkg:npm/a@1"}, both,
			"the list is not what the dependency scan found; 1 only in the list (pkg:npm/b@1)", finding.Low, "", 1,
		},
		"what a scan cannot find": {
			[]string{"pkg:npm/a@1", "pkg:oci/app@sha256:1", "pkg:generic/x@1", "main@1", "pkg:golang/acme/app@(devel)", "pkg:golang/acme/lib", "pkg:maven/linked/in@1"},
			[]string{"pkg:npm/a@1", "pkg:golang/acme/app"}, both, "", 0, "", 1,
		},
		"many": {
			[]string{"pkg:npm/a@1"}, []string{"pkg:npm/a@1", "pkg:npm/b@1", "pkg:npm/c@1", "pkg:npm/d@1", "pkg:npm/e@1", "pkg:npm/f@1", "pkg:npm/g@1"}, both,
			"the list is not what the dependency scan found; 6 missing from the list (pkg:npm/b@1, pkg:npm/c@1, pkg:npm/d@1, pkg:npm/e@1, pkg:npm/f@1, …)", finding.Medium, "", 1,
		},
		"an empty image":    {[]string{"pkg:npm/a@1"}, nil, both, "", 0, "", 1},
		"not scanned":       {[]string{"pkg:npm/a@1"}, []string{"pkg:npm/evil@6"}, []string{"sha256:2"}, "", 0, "the list was not compared with the image, because the dependency scan did not read it", 0},
		"no package URL":    {[]string{"a@1"}, []string{"pkg:npm/evil@6"}, both, "", 0, "the list was not compared with the image, because it names no package by a package URL with a version", 0},
		"not scanned twice": {nil, nil, nil, "", 0, "the list was not compared with the image, because the dependency scan did not read it", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			runs := []report.StageRun{scanned(tt.scan, tt.found...), signedList(report.Passed, digest, tt.signed...)}
			r := report.Build(report.Input{Now: now, FailOn: "all", Runs: runs})
			want, state := []string{}, report.Passed
			if tt.message != "" {
				want, state = []string{tt.severity.String() + " " + tt.message}, report.HasFindings
			}
			got := []string{}
			for _, f := range r.Findings {
				got = append(got, f.Severity.String()+" "+f.Message)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if run := r.Stages[1]; run.State != state || run.Set.Judged["image/sbom-inaccurate"] != tt.judged {
				t.Errorf("state %s, judged %v", run.State, run.Set.Judged)
			}
			if got := len(r.Stages[1].Set.Unknown) > 0; got != (tt.note != "") {
				t.Errorf("unknown: %v", r.Stages[1].Set.Unknown)
			}
			if notes := r.Stages[1].Set.Notes; (tt.note != "") != slices.Contains(notes, tt.note) {
				t.Errorf("notes %q", notes)
			}
			if set := runs[1].Set; len(set.Findings)+len(set.Notes)+len(set.Judged) != 0 || runs[1].State != report.Passed {
				t.Error("what the stage returned has changed")
			}
		})
	}
}

// What the base commit deserves by the same comparison is not introduced by a change,
// and a stage that could not see everything stays degraded.
func TestComparedListsOnTheBase(t *testing.T) {
	scan := scanned([]string{"sha256:1"}, "pkg:npm/evil@6")
	runs := []report.StageRun{signedList(report.Degraded, "sha256:1", "pkg:npm/a@1"), scan}
	r := report.Build(report.Input{Now: now, FailOn: "new", Runs: runs, Base: runs})
	if len(r.Findings) != 1 || r.Findings[0].Class != report.Existing || r.Stages[0].State != report.Degraded {
		t.Errorf("findings %+v, state %s", r.Findings, r.Stages[0].State)
	}
}
