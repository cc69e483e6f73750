package deps_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/stage/deps/fixture"
)

func lockOf(version string) string {
	return `{"lockfileVersion":3,"packages":{"":{"name":"app","version":"1.0.0","dependencies":{"weak":"^1"}},
"node_modules/weak":{"version":"` + version + `"}}}
`
}

func TestSmallestUpgrade(t *testing.T) {
	one := fixture.Advisory{ID: "CVE-1", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.2.0"}, Patched: []string{">=1.2.0"}}
	two := fixture.Advisory{ID: "CVE-2", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.5.0"}, Patched: []string{">=1.5.0"}}
	later := fixture.Advisory{ID: "CVE-3", Ecosystem: "npm", Package: "weak", Vulnerable: []string{">=1.4.0, <1.7.0"}, Patched: []string{"1.7.0"}}
	open := fixture.Advisory{ID: "CVE-4", Ecosystem: "npm", Package: "weak", Vulnerable: []string{">=0.1.0"}}
	backport := fixture.Advisory{ID: "CVE-5", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<0.9.9", ">=1.0.0, <1.3.0"}, Patched: []string{"0.9.9", "1.3.0"}}
	either := fixture.Advisory{ID: "CVE-6", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.2.0"}, Patched: []string{"1.3.0", "1.2.0"}}
	tests := map[string]struct {
		advisories []fixture.Advisory
		want       []string
	}{
		"one": {[]fixture.Advisory{one}, []string{"CVE-1 1.2.0: Upgrade weak to 1.2.0 or later."}},
		"two": {[]fixture.Advisory{one, two}, []string{
			"CVE-1 1.5.0: Upgrade weak to 1.5.0 or later, which fixes all 2 of its advisories.",
			"CVE-2 1.5.0: Upgrade weak to 1.5.0 or later, which fixes all 2 of its advisories.",
		}},
		"the fix has another": {[]fixture.Advisory{two, later}, []string{"CVE-2 1.7.0: Upgrade weak to 1.7.0 or later."}},
		"one cannot be fixed": {[]fixture.Advisory{one, open}, []string{
			"CVE-1 1.2.0: Upgrade weak to 1.2.0 or later.",
			"CVE-4 1.2.0: Replace weak, or accept the finding with a reason and a date until a fixed version exists. 1.2.0 fixes others of its 2 advisories.",
		}},
		"two ways":      {[]fixture.Advisory{either}, []string{"CVE-6 1.2.0: Upgrade weak to 1.2.0 or later."}},
		"no way back":   {[]fixture.Advisory{backport}, []string{"CVE-5 1.3.0: Upgrade weak to 1.3.0 or later."}},
		"nothing fixes": {[]fixture.Advisory{open}, []string{"CVE-4 : Replace weak, or accept the finding with a reason and a date until a fixed version exists."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: databaseOf(t, tt.advisories)}, repositoryOf(t, map[string]string{"package-lock.json": lockOf("1.0.0")}))
			var got []string
			for _, f := range set.Findings {
				got = append(got, f.Rule+" "+f.Properties["upgrade"]+": "+f.Remediation)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What lies between a version and the next that may fix it is tried only when nothing
// fixes all.
func TestSmallestUpgradePassesOver(t *testing.T) {
	advisory := func(id, vulnerable, patched string) fixture.Advisory {
		a := fixture.Advisory{ID: id, Ecosystem: "npm", Package: "weak", Vulnerable: []string{vulnerable}}
		if patched != "" {
			a.Patched = []string{patched}
		}
		return a
	}
	var endless []fixture.Advisory
	for i := range 150 {
		endless = append(endless, advisory(fmt.Sprintf("CVE-%d", i), fmt.Sprintf(">=1.%d.0, <1.%d.0", i, i+1), fmt.Sprintf("1.%d.0", i+1)))
	}
	tests := map[string]struct {
		advisories []fixture.Advisory
		want       string
	}{
		"each fix has another": {endless, "1.1.0"},
		"one fixes all": {[]fixture.Advisory{
			advisory("CVE-1", "<1.2.0", "1.2.0"), advisory("CVE-2", ">=1.2.0, <1.3.0", "1.3.0"), advisory("CVE-3", ">=1.0.0, <1.4.0", "1.4.0"), advisory("CVE-4", "<1.6.0", "1.6.0"),
		}, "1.6.0"},
		"the best is among them": {[]fixture.Advisory{
			advisory("CVE-1", "<1.2.0", "1.2.0"), advisory("CVE-2", "<1.3.0", "1.3.0"), advisory("CVE-3", "<1.5.0", "1.5.0"), advisory("CVE-4", ">=1.4.0", ""), advisory("CVE-5", ">=1.5.0", ""),
		}, "1.3.0"},
		"the lower of two fixes": {[]fixture.Advisory{
			advisory("CVE-1", "<1.2.0", "1.2.0"),
			{ID: "CVE-2", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.3.0"}, Patched: []string{"1.3.0", "1.9.0"}},
		}, "1.3.0"},
		"ten is more than nine": {[]fixture.Advisory{advisory("CVE-1", "<1.9.0", "1.9.0"), advisory("CVE-2", "<1.10.0", "1.10.0")}, "1.10.0"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: databaseOf(t, tt.advisories)}, repositoryOf(t, map[string]string{"package-lock.json": lockOf("1.0.0")}))
			if len(set.Findings) == 0 {
				t.Fatal("nothing found")
			}
			for _, f := range set.Findings {
				if f.Properties["upgrade"] != tt.want {
					t.Errorf("%s: %q, want %q", f.Rule, f.Properties["upgrade"], tt.want)
				}
			}
		})
	}
}

func TestPathFromTheDirectDependency(t *testing.T) {
	db := databaseOf(t, advisories)
	tests := map[string]struct{ archive, relationship, path string }{
		"npm": {
			"-- package-lock.json --\n" + `{"lockfileVersion":3,"packages":{"":{"name":"app","dependencies":{"top":"^1"}},
"node_modules/top":{"version":"1.0.0","dependencies":{"middle":"^1"}},
"node_modules/middle":{"version":"1.1.0","dependencies":{"weak-js":"^1"}},
"node_modules/weak-js":{"version":"1.2.2"}}}
`, "indirect", "top@1.0.0 > middle@1.1.0 > weak-js@1.2.2",
		},
		"uv": {
			"-- uv.lock --\nversion = 1\n[[package]]\nname = \"svc\"\nversion = \"1\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"top\" }]\n[[package]]\nname = \"top\"\nversion = \"2\"\ndependencies = [{ name = \"weak-py\" }]\n[[package]]\nname = \"weak-py\"\nversion = \"1.3.9\"\n",
			"indirect", "top@2 > weak-py@1.3.9",
		},
		"cargo": {
			"-- Cargo.lock --\n[[package]]\nname = \"svc\"\nversion = \"0.1.0\"\ndependencies = [\"top\"]\n\n[[package]]\nname = \"top\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\ndependencies = [\"weakcrate\"]\n\n[[package]]\nname = \"weakcrate\"\nversion = \"0.1.0\"\nsource = \"registry+x\"\n-- Cargo.toml --\n[package]\nname = \"svc\"\n[dependencies]\ntop = \"1\"\n",
			"indirect", "top@1.0.0 > weakcrate@0.1.0",
		},
		"go does not tell": {"-- go.mod --\nmodule x\n\ngo 1.24\n\nrequire example.com/weak/net v0.17.0 // indirect\n", "indirect", ""},
		"direct":           {"-- package-lock.json --\n" + strings.ReplaceAll(lockOf("1.0.0"), "weak", "weak-js"), "direct", ""},
		"loop": {
			"-- package-lock.json --\n" + `{"lockfileVersion":3,"packages":{"":{"name":"app"},
"node_modules/top":{"version":"1.0.0","dependencies":{"weak-js":"^1"}},
"node_modules/weak-js":{"version":"1.2.2","dependencies":{"top":"^1"}}}}
`, "indirect", "",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repository(t, tt.archive))
			if len(set.Findings) != 1 {
				t.Fatalf("findings %v, gaps %v", lines(set), gaps(set))
			}
			f := set.Findings[0]
			if f.Properties["path"] != tt.path || f.Properties["relationship"] != tt.relationship {
				t.Errorf("%q %q", f.Properties["relationship"], f.Properties["path"])
			}
			if told := strings.Contains(f.Remediation, "It comes through"); told != (tt.path != "") {
				t.Errorf("remediation %q", f.Remediation)
			}
		})
	}
}

func TestOneFindingForAllTargets(t *testing.T) {
	db := databaseOf(t, []fixture.Advisory{
		{ID: "CVE-1", Aliases: []string{"GHSA-1"}, Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.2.0"}, Patched: []string{"1.2.0"}, Severity: "HIGH"},
		{ID: "GHSA-1", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.2.0"}, Patched: []string{"1.2.0"}, Severity: "LOW"},
		{ID: "GHSA-2", Ecosystem: "npm", Package: "weak", Vulnerable: []string{"<1.1.0"}, Patched: []string{"1.1.0"}, Severity: "LOW"},
	})
	yarn := "# yarn lockfile v1\n\n\nweak@^1.0.0:\n  version \"1.1.5\"\n"
	set := run(t, config.Deps{Database: db}, repositoryOf(t, map[string]string{"a/package-lock.json": lockOf("1.0.0"), "b/package-lock.json": lockOf("1.0.0"), "c/yarn.lock": yarn}))
	type seen struct {
		Rule, Aliases, Installed string
		Severity                 finding.Severity
		Targets                  []string
	}
	var got []seen
	for _, f := range set.Findings {
		got = append(got, seen{f.Rule, f.Properties["aliases"], f.Properties["installed"], f.Severity, f.Targets()})
	}
	want := []seen{
		{"CVE-1", "GHSA-1", "1.0.0, 1.1.5", finding.High, []string{"a/package-lock.json", "b/package-lock.json", "c/yarn.lock"}},
		{"GHSA-2", "", "1.0.0", finding.Low, []string{"a/package-lock.json", "b/package-lock.json"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := set.Findings[0].Properties["purl"]; got != "pkg:npm/weak@1.0.0 pkg:npm/weak@1.1.5" {
		t.Errorf("packages %q", got)
	}
	fewer := run(t, config.Deps{Database: db}, repositoryOf(t, map[string]string{"c/yarn.lock": yarn}))
	if fewer.Findings[0].Fingerprint() != set.Findings[0].Fingerprint() {
		t.Error("one file less gives the finding another identity")
	}
}

func TestEgg(t *testing.T) {
	db := databaseOf(t, advisories)
	pack := func(name, text string) string {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		entry, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	tests := map[string]struct {
		data string
		want []string
		gap  string
	}{
		"vulnerable": {data: pack("EGG-INFO/PKG-INFO", "Metadata-Version: 1.0\nName: weak-py\nVersion: 1.3.9\n"), want: []string{"lib/x.egg:1:1-2 GHSA-pypi-0000-0003 weak-py 1.3.9 1.4, 2.1"}},
		"bomb":       {data: pack("EGG-INFO/PKG-INFO", "Name: weak-py\nVersion: 1.3.9\n"+strings.Repeat("x", 64<<20)), gap: "unpacks to more than 1048576 bytes"},
		"no info":    {data: pack("other", "x"), gap: "the archive has no EGG-INFO/PKG-INFO"},
		"no archive": {data: "x", gap: "could not be parsed: zip: not a valid zip file"},
		"traversal":  {data: pack("../../../EGG-INFO/PKG-INFO", "Name: weak-py\nVersion: 1.4\n")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := run(t, config.Deps{Database: db}, repositoryOf(t, map[string]string{"lib/x.egg": tt.data}))
			if diff := cmp.Diff(tt.want, lines(set)); diff != "" {
				t.Error(diff)
			}
			if got := strings.Join(gaps(set), "\n"); (got == "") != (tt.gap == "") || !strings.Contains(got, tt.gap) {
				t.Errorf("gaps %q, want %q", got, tt.gap)
			}
		})
	}
}
