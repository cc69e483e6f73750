package files_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/pending/files"
	"github.com/stella-ops/assure/internal/policy"
	"github.com/stella-ops/assure/internal/source"
)

const settings = `hardening: {packs: [pack], helm-values: [web=values.yaml]}
images:
  keys: [{id: a, file: a.pub}]
  roots: [{id: r, file: root.json}, {id: t, tuf: {mirror: "https://tuf.example.org", root: tuf.json}}]
  policies: [p.yaml]
deps: {ignore-files: [accepted], vex: [v.json]}
dast: {rules-file: levels.tsv, target: {ca-file: ca.pem}}
`

const (
	key = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwZCjG1UpX2cVjJ/aLyWHfm5tPkCu
e5+vAVXXNV04ZnX9sLUJ3HJRHsw6A6fNy6sQd7d89NoQ0gdKS/lSZxXJEg==
-----END PUBLIC KEY-----
`
	vex = `{"@context": "https://openvex.dev/ns/v0.2.0", "author": "Acme", "timestamp": "2026-01-01T00:00:00Z", "statements": [
  {"vulnerability": {"name": "CVE-1"}, "status": "not_affected", "justification": "component_not_present", "products": [{"@id": "pkg:npm/a"}]}]}`
	rule = `# METADATA
# title: Image comes from the lab
# description: Lab images are not built by the pipeline.
# scope: package
# custom:
#   severity: SEVERITY
#   controls: [ACME-1]
#   remediation: Use the released image.
#   params:
#     prefix: lab/
#   bad: |
#     services: {web: {image: lab/web}}
#   good: |
#     services: {web: {image: web}}
package packs.pack.compose.no_lab

results contains result if {
	some name, service in input.services
	startswith(service.image, data.params["pack/compose/no-lab"].prefix)
	result := {"message": sprintf("%s is a lab image", [name]), "path": ["services", name, "image"]}
}
`
)

func good(t *testing.T) map[string]string {
	t.Helper()
	root, err := os.ReadFile("../../stage/images/verify/trusted_root.json")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"a.pub": key, "root.json": string(root), "tuf.json": "{}", "p.yaml": "kind: ConfigMap\n", "accepted": "CVE-2\n", "v.json": vex,
		"levels.tsv": "10038\tIGNORE\t(x)\n", "ca.pem": "x", "values.yaml": "a: b\n",
		"pack/controls/acme.yaml":  "framework: acme\ntitle: Acme\ncontrols:\n  - {id: ACME-1, section: \"1\", title: Images are released, severity: medium, tier: guide, assessed: [rule]}\n",
		"pack/compose/no_lab.rego": strings.ReplaceAll(rule, "SEVERITY", "high"),
	}
}

func side(t *testing.T, text string, contents map[string]string) files.Side {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), fs.FileMode(0o600)); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	cfg, err := config.Load(config.Sources{File: ".assure.yml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return files.Side{Tree: tree, Config: cfg}
}

func rules(e *policy.Engine) (ids []string) {
	for _, r := range e.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// withPacks leaves the packs out where they are not asked for: to load them is slow.
func withPacks(text string, with bool) string {
	if with {
		return text
	}
	return strings.Replace(text, "packs: [pack], ", "", 1)
}

func TestBroken(t *testing.T) {
	t.Parallel()
	bases := map[bool]files.Side{}
	for _, packs := range []bool{true, false} {
		bases[packs] = side(t, withPacks(settings, packs), good(t))
	}
	for title, test := range map[string]struct {
		settings string
		edit     func(map[string]string)
		want     []string
	}{
		"nothing":       {settings, func(map[string]string) {}, nil},
		"key":           {settings, func(m map[string]string) { m["a.pub"] = "x" }, []string{"a.pub:1:1"}},
		"key gone":      {settings, func(m map[string]string) { delete(m, "a.pub") }, []string{".assure.yml:3:24"}},
		"key, pinned":   {strings.Replace(settings, "a.pub}", "a.pub, sha256: \""+strings.Repeat("0", 64)+"\"}", 1), func(map[string]string) {}, []string{"a.pub:1:1"}},
		"key, inline":   {strings.Replace(settings, "file: a.pub", "pem: x", 1), func(map[string]string) {}, []string{".assure.yml:3:23"}},
		"root":          {settings, func(m map[string]string) { m["root.json"] = "{" }, []string{"root.json:1:1"}},
		"root of TUF":   {settings, func(m map[string]string) { m["tuf.json"] = "{" }, []string{"tuf.json:1:1"}},
		"policy":        {settings, func(m map[string]string) { m["p.yaml"] = "apiVersion: policy.sigstore.dev/v1\nkind: X\n" }, []string{"p.yaml:1:1"}},
		"policy gone":   {settings, func(m map[string]string) { delete(m, "p.yaml") }, []string{".assure.yml:5:14"}},
		"ignore file":   {settings, func(m map[string]string) { delete(m, "accepted") }, []string{".assure.yml:6:23"}},
		"OSV":           {settings, func(m map[string]string) { m["osv-scanner.toml"] = "[[" }, []string{"osv-scanner.toml:1:1"}},
		"VEX":           {settings, func(m map[string]string) { m["v.json"] = "{}" }, []string{"v.json:1:1"}},
		"VEX gone":      {settings, func(m map[string]string) { delete(m, "v.json") }, []string{".assure.yml:6:40"}},
		"VEX, usual":    {settings, func(m map[string]string) { m[".vex/x.json"] = "{" }, []string{".vex/x.json:1:1"}},
		"levels":        {settings, func(m map[string]string) { m["levels.tsv"] = "#\nx\n" }, []string{"levels.tsv:2:1"}},
		"levels gone":   {settings, func(m map[string]string) { delete(m, "levels.tsv") }, []string{".assure.yml:7:20"}},
		"CA gone":       {settings, func(m map[string]string) { delete(m, "ca.pem") }, []string{".assure.yml:7:50"}},
		"values gone":   {settings, func(m map[string]string) { delete(m, "values.yaml") }, []string{".assure.yml:1:27"}},
		"pack":          {settings, func(m map[string]string) { m["pack/compose/no_lab.rego"] += "\nx := {" }, []string{"pack/compose/no_lab.rego:23:1"}},
		"pack, compile": {settings, func(m map[string]string) { m["pack/compose/no_lab.rego"] += "\nx := http.send({})\n" }, []string{"pack/compose/no_lab.rego:23:1"}},
		"pack, note":    {settings, func(m map[string]string) { m["pack/compose/no_lab.rego"] = "package packs.pack.compose.no_lab\n" }, []string{"pack/compose/no_lab.rego:1:1"}},
		"pack gone":     {settings, func(m map[string]string) { delete(m, "pack/compose/no_lab.rego"); delete(m, "pack/controls/acme.yaml") }, []string{".assure.yml:1:21"}},
		"parameter":     {strings.Replace(settings, "packs: [pack]", "packs: [pack], params: {pack/compose/no-lab: {x: 1}}", 1), func(map[string]string) {}, []string{".assure.yml:1:"}},
		"exception":     {settings + "exceptions: [{rule: compose/nonsense, path: x, reason: r, owner: o, expires: 2027-01-01}]\n", func(map[string]string) {}, []string{".assure.yml:8:21"}},
	} {
		m, packs := good(t), strings.HasPrefix(title, "pack") || title == "parameter" || title == "exception"
		test.edit(m)
		var got []string
		for _, b := range files.Broken(bases[packs], side(t, withPacks(test.settings, packs), m), rules) {
			got = append(got, b.Location.String())
			if b.Message == "" {
				t.Errorf("%s: no words", title)
			}
		}
		slices.Sort(got)
		got = slices.Compact(got)
		for i := range min(len(got), len(test.want)) {
			if strings.HasPrefix(got[i], test.want[i]) {
				got[i] = test.want[i]
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", title, diff)
		}
	}
}

// TestWhatIsBrokenAlreadyBringsNothing leaves the base's own mistakes to the base.
func TestWhatIsBrokenAlreadyBringsNothing(t *testing.T) {
	t.Parallel()
	m := good(t)
	m["a.pub"], m["v.json"], m["pack/compose/no_lab.rego"] = "x", "{}", "package"
	if got := files.Broken(files.Side{}, side(t, settings, good(t)), rules); len(got) > 0 {
		t.Errorf("what is right is broken: %v", got)
	}
	if got := files.Broken(side(t, settings, m), side(t, settings, m), rules); len(got) > 0 {
		t.Errorf("the change is told %v", got)
	}
	if got := files.Broken(files.Side{}, side(t, settings, m), rules); len(got) == 0 {
		t.Error("without a base nothing is broken")
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	m := good(t)
	base := side(t, settings, m)
	m["levels.tsv"] += "10020\tIGNORE\t(x)\n"
	m["v.json"] = strings.ReplaceAll(vex, "CVE-1", "CVE-3")
	m["pack/compose/no_lab.rego"] = strings.ReplaceAll(rule, "SEVERITY", "low")
	m["pack/compose/lab_too.rego"] = strings.ReplaceAll(strings.ReplaceAll(rule, "no_lab", "lab_too"), "SEVERITY", "low")
	head := side(t, settings, m)
	var got []string
	for _, c := range slices.Concat(files.Changes(base, head), files.Packs(base, head)) {
		got = append(got, c.Location.String()+" "+c.String())
	}
	want := []string{
		"levels.tsv:1:1 dast.rules-file has another levels.tsv (may loosen)",
		"v.json:2:3 exceptions adds \"CVE-3 pkg:npm/a\" (loosens)",
		"v.json:1:1 exceptions drops \"CVE-1 pkg:npm/a\" (tightens)",
		".assure.yml:1:20 hardening.packs adds the rule \"pack/compose/lab-too\" (tightens)",
		".assure.yml:1:20 hardening.packs lowers the rule \"pack/compose/no-lab\", high → low (loosens)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if files.Changes(base, base) != nil || files.Packs(base, base) != nil || files.Changes(files.Side{}, head) != nil {
		t.Error("the same differs")
	}
}
