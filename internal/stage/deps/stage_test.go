package deps_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/plan"
	"github.com/stella-ops/assure/internal/source"
	"github.com/stella-ops/assure/internal/stage/deps"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

var built = time.Date(2027, 1, 10, 6, 0, 0, 0, time.UTC)

func now() time.Time { return built.Add(2 * time.Hour) }

// advisories has one vulnerable package for each ecosystem.
var advisories = []fixture.Advisory{
	{ID: "CVE-2027-0001", Aliases: []string{"GHSA-aaaa-bbbb-cccc"}, Ecosystem: "go", Package: "example.com/weak/net", Vulnerable: []string{"<0.23.0"}, Patched: []string{"0.23.0"}, Title: "Endless headers", Description: "Headers\nwithout end.", Severity: "HIGH", Score: 7.5, CWE: []string{"CWE-400", "bad"}},
	{ID: "CVE-2027-0002", Ecosystem: "npm", Package: "weak-js", Vulnerable: []string{"<1.2.3"}, Patched: []string{"1.2.3"}, Title: "Prototype pollution.", Severity: "CRITICAL", Score: 9.8},
	{ID: "GHSA-pypi-0000-0003", Ecosystem: "pip", Package: "weak-py", Vulnerable: []string{">=1.0,<1.4", ">=2.0,<2.1"}, Patched: []string{"2.1", "1.4"}, Title: "Template escape", Severity: "UNKNOWN"},
	{ID: "CVE-2027-0004", Ecosystem: "rubygems", Package: "weakgem", Patched: []string{">= 3.0.0"}, Title: "Timing", Severity: "LOW"},
	{ID: "RUSTSEC-2027-0005", Ecosystem: "cargo", Package: "weakcrate", Vulnerable: []string{"<0.2.0"}, Patched: []string{"0.2.0"}, Title: "Unsound", Severity: "MEDIUM"},
	{ID: "CVE-2027-0006", Ecosystem: "composer", Package: "acme/weak", Vulnerable: []string{"<2.0.0"}, Title: "Injection", Severity: "HIGH"},
	{ID: "CVE-2027-0007", Ecosystem: "maven", Package: "com.acme:weak-lib", Vulnerable: []string{"<2.17.1"}, Patched: []string{"2.17.1"}, Title: "Lookup", Severity: "CRITICAL"},
	{ID: "CVE-2027-0008", Ecosystem: "nuget", Package: "Weak.Json", Vulnerable: []string{"<13.0.1"}, Patched: []string{"13.0.1"}, Title: "Nesting", Severity: "HIGH"},
	{ID: "CVE-2027-0009", Ecosystem: "pub", Package: "weakdart", Vulnerable: []string{"<0.13.3"}, Patched: []string{"0.13.3"}, Severity: "MEDIUM"},
	{ID: "CVE-2027-0010", Ecosystem: "erlang", Package: "weakhex", Vulnerable: []string{"<1.6.0"}, Patched: []string{"1.6.0"}, Severity: "MEDIUM"},
	{ID: "CVE-2027-0011", Ecosystem: "conan", Package: "weakc", Vulnerable: []string{"<1.1.1"}, Patched: []string{"1.1.1"}, Severity: "MEDIUM"},
	{ID: "CVE-2027-0012", Ecosystem: "swift", Package: "github.com/acme/weakswift", Vulnerable: []string{"<1.29.1"}, Patched: []string{"1.29.1"}, Severity: "MEDIUM"},
	{ID: "CVE-2027-0013", Ecosystem: "cocoapods", Package: "WeakPod", Vulnerable: []string{"< 4.0.0"}, Patched: []string{"4.0.0"}, Severity: "MEDIUM"},
	{ID: "CVE-2027-0014", Ecosystem: "julia", Package: "WeakJl", Vulnerable: []string{"<1.10.17"}, Patched: []string{"1.10.17"}, Severity: "MEDIUM"},
}

// repository writes a txtar archive and plans all of its files.
func repository(t *testing.T, archive string) *plan.Plan {
	t.Helper()
	files := map[string]string{}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		files[f.Name] = string(f.Data)
	}
	return repositoryOf(t, files)
}

func repositoryOf(t *testing.T, files map[string]string) *plan.Plan {
	t.Helper()
	root := t.TempDir()
	p := &plan.Plan{Root: root}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o644); err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, plan.File{Name: name})
	}
	tree, err := source.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	p.Tree = tree
	return p
}

func databaseOf(t *testing.T, advisories []fixture.Advisory) string {
	t.Helper()
	dir := t.TempDir()
	if err := fixture.Write(dir, advisories, built); err != nil {
		t.Fatal(err)
	}
	return dir
}

func run(t *testing.T, cfg config.Deps, p *plan.Plan) finding.Set {
	t.Helper()
	set, err := deps.New(cfg, deps.Options{Offline: true, Now: now}).Run(t.Context(), p, func(string) {})
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	known(t, set)
	return set
}

// lines renders findings as "file:line:column-end rule package installed fixed".
func lines(set finding.Set) []string {
	var all []string
	for _, f := range set.Findings {
		all = append(all, fmt.Sprintf("%s-%d %s %s %s %s", f.Location, f.Location.Region.EndColumn, f.Rule, f.Key, f.Properties["installed"], f.Properties["fixed"]))
	}
	slices.Sort(all)
	return all
}

func gaps(set finding.Set) []string {
	var all []string
	for _, g := range set.Gaps {
		all = append(all, g.Location.String()+" "+g.Message)
	}
	return all
}

// kinds renders gaps as "place rule subject: message".
func kinds(set finding.Set) []string {
	var all []string
	for _, g := range set.Gaps {
		all = append(all, fmt.Sprintf("%s %s: %s", g.Location, strings.TrimSpace(g.Rule+" "+g.Subject), g.Message))
	}
	return all
}

// known wants a kind that is listed of every gap of the stage.
func known(t *testing.T, set finding.Set) {
	t.Helper()
	for _, g := range set.Gaps {
		if _, ok := gap.Lookup(g.Rule); !ok {
			t.Errorf("a gap without a known rule: %+v", g)
		}
	}
}

func TestFinding(t *testing.T) {
	p := repository(t, "-- svc/go.mod --\nmodule example.org/svc\n\ngo 1.24\n\nrequire example.com/weak/net v0.17.0\n")
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	want := []finding.Finding{{
		Rule: "CVE-2027-0001", Severity: finding.High,
		Message:     "example.com/weak/net 0.17.0 has CVE-2027-0001: Endless headers; fixed in 0.23.0",
		Location:    finding.Location{URI: "svc/go.mod", Region: finding.Region{StartLine: 5, StartColumn: 1, EndLine: 5, EndColumn: 37}},
		Subject:     "pkg:golang/example.com/weak/net",
		Key:         "example.com/weak/net",
		Shared:      true,
		Remediation: "Upgrade example.com/weak/net to 0.23.0 or later.",
		Properties: map[string]string{
			"installed": "0.17.0", "fixed": "0.23.0", "upgrade": "0.23.0", "product": "pkg:golang/example.org/svc", "ecosystem": "gomod", "aliases": "GHSA-aaaa-bbbb-cccc",
			"status": "fixed", "relationship": "direct", "purl": "pkg:golang/example.com/weak/net@v0.17.0",
		},
	}}
	if diff := cmp.Diff(want, set.Findings); diff != "" {
		t.Error(diff)
	}
	rules := map[string]finding.Rule{}
	for _, r := range set.Rules {
		rules[r.ID] = r
	}
	wantRule := finding.Rule{
		ID: "CVE-2027-0001", Title: "Endless headers", Description: "Headers without end.",
		Remediation: "Upgrade the package to a version that the advisory calls fixed.",
		HelpURI:     "https://avd.aquasec.com/nvd/cve-2027-0001", Severity: finding.High, Score: 7.5,
		Tags: []string{"dependency", "CWE-400"}, Controls: []string{"SHG-10.03"},
	}
	if diff := cmp.Diff(wantRule, rules["CVE-2027-0001"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"SHG-10.03"}, rules["deps/known-vulnerabilities"].Controls); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"CVE-2027-0001": 1, "deps/known-vulnerabilities": 1}, set.Judged); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"lock files": 1, "packages": 1}, set.Coverage); diff != "" {
		t.Error(diff)
	}
	if len(set.Gaps) > 0 || len(set.Notes) != 1 || !strings.Contains(set.Notes[0], "neither deps.kev nor deps.epss") {
		t.Errorf("gaps %v, notes %v", set.Gaps, set.Notes)
	}
	if d := set.Database; d == nil || !strings.HasPrefix(d.Digest, "sha256:") || !d.UpdatedAt.Equal(built) || d.Source == "" {
		t.Errorf("database %+v", d)
	}
}

func TestFingerprintSurvivesAnUpgrade(t *testing.T) {
	db := databaseOf(t, advisories)
	prints := map[string]bool{}
	for _, text := range []string{"require example.com/weak/net v0.17.0\n", "\n\nrequire example.com/weak/net v0.18.0\n"} {
		set := run(t, config.Deps{Database: db}, repositoryOf(t, map[string]string{"go.mod": "module example.org/svc\n\ngo 1.24\n" + text}))
		prints[set.Findings[0].Fingerprint()] = true
	}
	if len(prints) != 1 {
		t.Errorf("a new version has a new fingerprint: %v", prints)
	}
}

func TestSeverityAndFix(t *testing.T) {
	p := repositoryOf(t, map[string]string{"requirements.txt": "weak-py==2.0.5\n"})
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	f := set.Findings[0]
	if f.Severity != finding.Medium || !strings.Contains(f.Properties["severity"], "medium") {
		t.Errorf("unrated advisory: %v %v", f.Severity, f.Properties)
	}
	if f.Remediation != "Upgrade weak-py to 2.1 or later." || f.Properties["fixed"] != "1.4, 2.1" {
		t.Errorf("remediation %q, fixed %q", f.Remediation, f.Properties["fixed"])
	}
}

func TestOneFindingForSeveralVersions(t *testing.T) {
	p := repositoryOf(t, map[string]string{"package-lock.json": `{
  "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"weak-js": "^1.0.0"}},
    "node_modules/weak-js": {"version": "1.0.0"},
    "node_modules/other/node_modules/weak-js": {"version": "1.1.0"}
  }
}
`})
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	if len(set.Findings) != 1 {
		t.Fatalf("findings %v", lines(set))
	}
	f := set.Findings[0]
	want := []finding.Related{{Location: finding.Location{URI: "package-lock.json", Region: finding.Region{StartLine: 6, StartColumn: 5, EndLine: 6, EndColumn: 68}}, Message: "weak-js 1.1.0", Target: true}}
	if diff := cmp.Diff(want, f.Related); diff != "" {
		t.Error(diff)
	}
	if f.Properties["installed"] != "1.0.0, 1.1.0" || f.Location.Region.StartLine != 5 || f.Properties["relationship"] != "direct" {
		t.Errorf("%v %v", f.Location, f.Properties)
	}
}

func TestNothingToCheckNeedsNoDatabase(t *testing.T) {
	p := repositoryOf(t, map[string]string{"README.md": "hello"})
	p.Problems = []plan.Problem{{Gap: finding.Gap{Rule: gap.NotParsed, Subject: "s", Message: "cannot read"}, Stages: []string{"deps"}}}
	set, err := deps.New(config.Deps{}, deps.Options{}).Run(t.Context(), p, func(string) {})
	if err != nil || len(set.Coverage) > 0 || len(set.Gaps) != 1 {
		t.Errorf("set %+v, error %v", set, err)
	}
}

func TestAgeOfTheDatabase(t *testing.T) {
	p := repositoryOf(t, map[string]string{"requirements.txt": "fine==1.0\n"})
	db := databaseOf(t, advisories)
	tests := map[string]struct {
		age, max   time.Duration
		gaps, note string
	}{
		"young":            {age: time.Hour, max: 72 * time.Hour},
		"due":              {age: 30 * time.Hour, note: "30 hours old"},
		"too old":          {age: 80 * time.Hour, max: 72 * time.Hour, gaps: "3 days old"},
		"no bound, no gap": {age: 1000 * time.Hour, note: "41 days old"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			at := func() time.Time { return built.Add(tt.age) }
			set, err := deps.New(config.Deps{Database: db, MaxAge: tt.max}, deps.Options{Now: at}).Run(t.Context(), p, func(string) {})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(gaps(set), "\n")
			if (got == "") != (tt.gaps == "") || !strings.Contains(got, tt.gaps) {
				t.Errorf("gaps %q, want %q", got, tt.gaps)
			}
			if notes := strings.Join(set.Notes, "\n"); (notes == "") != (tt.note == "") || !strings.Contains(notes, tt.note) {
				t.Errorf("notes %q, want %q", notes, tt.note)
			}
		})
	}
}

func TestNoDatabaseIsAnError(t *testing.T) {
	p := repositoryOf(t, map[string]string{"requirements.txt": "weak-py==1.0\n"})
	_, err := deps.New(config.Deps{Database: t.TempDir()}, deps.Options{}).Run(t.Context(), p, func(string) {})
	if err == nil || !strings.Contains(err.Error(), "run `assure db pull` or set --database DIR") {
		t.Errorf("error %v", err)
	}
}

func TestDatabaseWithBrokenAdvisory(t *testing.T) {
	broken := []fixture.Advisory{{ID: "CVE-2027-0099", Ecosystem: "pip", Package: "fine", Vulnerable: []string{"not a range"}}}
	p := repositoryOf(t, map[string]string{"requirements.txt": "fine==1.0\n"})
	set := run(t, config.Deps{Database: databaseOf(t, broken)}, p)
	if len(set.Gaps) > 0 || len(set.Notes) != 1 || !strings.Contains(set.Notes[0], "cannot be read") {
		t.Errorf("gaps %v, notes %v", gaps(set), set.Notes)
	}
}

func TestVersionThatCannotBeComparedIsAGap(t *testing.T) {
	p := repositoryOf(t, map[string]string{"Cargo.lock": "[[package]]\nname = \"weakcrate\"\nversion = \"constraint error\"\n"})
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	if got := gaps(set); len(got) != 1 || !strings.Contains(got[0], "Cargo.lock:2:1 weakcrate has the version \"constraint error\"") {
		t.Errorf("gaps %v", got)
	}
}

// TestSeen lists the lock files whose packages were judged, and no other.
func TestSeen(t *testing.T) {
	files := map[string]string{
		"requirements.txt": "fine==1.0\nweak-py==1.3.9\nrequests\n-r base/more.reqs\n", "base/more.reqs": "fine==2.0\n",
		"b/package-lock.json": "{", "c/requirements.txt": "requests\n", "d/requirements.txt": "# none\n", "README.md": "fine==1.0\n",
	}
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, repositoryOf(t, files))
	want := map[string]string{"requirements.txt": "2 packages", "base/more.reqs": "1 package", "d/requirements.txt": "0 packages"}
	if diff := cmp.Diff(want, set.Seen); diff != "" {
		t.Error(diff)
	}
}

// TestListedFiles has lock files that the plan lists under names of their own: those in
// the format of requirements are judged, and for the others there is a gap.
func TestListedFiles(t *testing.T) {
	p := repositoryOf(t, map[string]string{
		"requirements-prod.txt": "weak-py==1.3.9\n", "requirements/base.txt": "weak-py==1.3.9\n", "dev-requirements.txt": "weak-py==1.3.9\n",
		"pdm.lock": "[[package]]\n", "web/node_modules/a/yarn.lock": "x", "notes.txt": "weak-py==1.3.9\n",
	})
	p.LockFiles = []string{"dev-requirements.txt", "pdm.lock", "requirements-prod.txt", "requirements/base.txt", "web/node_modules/a/yarn.lock"}
	set := run(t, config.Deps{Database: databaseOf(t, advisories)}, p)
	want := []string{"pdm.lock:1:1 gap/no-reader: this program has no reader for the format of the file; its dependencies were not judged"}
	if diff := cmp.Diff(want, kinds(set)); diff != "" {
		t.Error(diff)
	}
	judged := slices.Sorted(maps.Keys(set.Seen))
	if diff := cmp.Diff([]string{"dev-requirements.txt", "requirements-prod.txt", "requirements/base.txt"}, judged); diff != "" || len(set.Findings) != 1 {
		t.Error(diff, lines(set))
	}
}
