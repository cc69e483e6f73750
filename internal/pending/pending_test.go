package pending_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/pending"
)

func load(t *testing.T, text string) config.Config {
	t.Helper()
	c, err := config.Load(config.Sources{File: ".assure.yml", Data: []byte(text)})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

func lines(changes []finding.Change) (out []string) {
	for _, c := range changes {
		out = append(out, c.Location.String()+" "+c.String())
	}
	return out
}

const (
	key   = "images: {keys: [{id: a, file: a.pub}], rules: [{match: [\"ghcr.io/acme/**\"], keys: [a]}]}"
	until = "exceptions: [{rule: compose/user, path: \"a*\", reason: r, owner: o, expires: %s}]"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	at := func(text, day string) string { return strings.ReplaceAll(text, "%s", day) }
	for name, test := range map[string]struct {
		base, head string
		want       []string
	}{
		"same":                {"fail-on: all", "# a comment\nfail-on: all", nil},
		"threshold never":     {"", "fail-on-severity: none", []string{".assure.yml:1:19 fail-on-severity high → none (loosens)"}},
		"threshold milder":    {"", "fail-on-severity: low", []string{".assure.yml:1:19 fail-on-severity high → low (tightens)"}},
		"threshold graver":    {"", "fail-on-severity: critical", []string{".assure.yml:1:19 fail-on-severity high → critical (loosens)"}},
		"threshold removed":   {"fail-on-severity: low", "", []string{".assure.yml:1:1 fail-on-severity low → high (loosens)"}},
		"fail-on none":        {"", "fail-on: none", []string{".assure.yml:1:10 fail-on not set → none (loosens)"}},
		"fail-on all":         {"", "fail-on: all", []string{".assure.yml:1:10 fail-on not set → all (tightens)"}},
		"exclude":             {"exclude: [old/**]", "exclude: [\"legacy/**\"]", []string{".assure.yml:1:10 exclude adds \"legacy/**\" (loosens)", ".assure.yml:1:10 exclude drops \"old/**\" (tightens)"}},
		"stages fewer":        {"", "stages: [deps]", []string{".assure.yml:1:9 stages all → \"deps\" (loosens)"}},
		"stages more":         {"stages: [deps]", "stages: [deps, images]", []string{".assure.yml:1:9 stages adds \"images\" (tightens)"}},
		"profile":             {"hardening: {profile: strict}", "hardening: {profile: baseline}", []string{".assure.yml:1:22 hardening.profile strict → baseline (loosens)"}},
		"registries":          {"images: {registries: [ghcr.io]}", "images: {registries: [ghcr.io, docker.io]}", []string{".assure.yml:1:22 images.registries adds \"docker.io\" (loosens)"}},
		"registries any":      {"images: {registries: [ghcr.io]}", "", []string{".assure.yml:1:1 images.registries \"ghcr.io\" → all (loosens)"}},
		"max age gone":        {"images: {max-age: 24h}", "", []string{".assure.yml:1:1 images.max-age 24h0m0s → 0s (loosens)"}},
		"max age shorter":     {"images: {max-age: 24h}", "images: {max-age: 2h}", []string{".assure.yml:1:19 images.max-age 24h0m0s → 2h0m0s (tightens)"}},
		"database any age":    {"", "deps: {db-max-age: 0s}", []string{".assure.yml:1:20 deps.db-max-age 72h0m0s → 0s (loosens)"}},
		"allow unsafe":        {"", "dast: {allow-unsafe: [web.privileged]}", []string{".assure.yml:1:22 dast.allow-unsafe adds \"web.privileged\" (loosens)"}},
		"secret environment":  {"dast: {env: {KEY: hunter2}}", "dast: {env: {KEY: hunter3, B: x}}", []string{".assure.yml:1:13 dast.env adds B (may loosen)", ".assure.yml:1:13 dast.env has another KEY (may loosen)"}},
		"parameter":           {"", "hardening: {params: {compose/user: {allow: [root]}}}", []string{".assure.yml:1:21 hardening.params adds compose/user = map[allow:[root]] (may loosen)"}},
		"key added":           {"images: {keys: [{id: a, file: a.pub}]}", "images: {keys: [{id: a, file: a.pub}, {id: b, file: b.pub}]}", []string{".assure.yml:1:39 images.keys adds \"b\" (loosens)"}},
		"key file":            {"images: {keys: [{id: a, file: a.pub}]}", "images: {keys: [{id: a, file: b.pub}]}", []string{".assure.yml:1:31 images.keys \"a\" file a.pub → b.pub (loosens)"}},
		"rule gone":           {key, "images: {keys: [{id: a, file: a.pub}]}", []string{".assure.yml:1:9 images.rules drops \"ghcr.io/acme/**\" (loosens)"}},
		"rule lets in":        {key, strings.Replace(key, "keys: [a]", "allow-unsigned: true, reason: r", 1), []string{".assure.yml:1:48 images.rules \"ghcr.io/acme/**\" keys drops \"a\" (tightens)", ".assure.yml:1:93 images.rules \"ghcr.io/acme/**\" allow-unsigned false → true (loosens)", ".assure.yml:1:107 images.rules \"ghcr.io/acme/**\" reason not set → r (neutral)"}},
		"exception":           {"", at(until, "2027-01-01"), []string{".assure.yml:1:14 exceptions adds \"compose/user in a*\" (loosens)"}},
		"exception extended":  {at(until, "2027-01-01"), at(until, "2028-01-01"), []string{".assure.yml:1:77 exceptions \"compose/user in a*\" expires 2027-01-01 → 2028-01-01 (loosens)"}},
		"exception shortened": {at(until, "2027-01-01"), at(until, "2026-12-31"), []string{".assure.yml:1:77 exceptions \"compose/user in a*\" expires 2027-01-01 → 2026-12-31 (tightens)"}},
		"exception gone":      {at(until, "2027-01-01"), "", []string{".assure.yml:1:1 exceptions drops \"compose/user in a*\" (tightens)"}},
		"pack":                {"hardening: {packs: [policy/acme]}", "", []string{".assure.yml:1:1 hardening.packs drops \"policy/acme\" (loosens)"}},
		"comment":             {"", "report: {comment: never}", []string{".assure.yml:1:19 report.comment on-change → never (neutral)"}},
		"upload":              {"", "timeout: 2m", []string{".assure.yml:1:10 timeout 15m0s → 2m0s (neutral)"}},
	} {
		got := pending.Compare(load(t, test.base), load(t, test.head))
		if diff := cmp.Diff(test.want, lines(got)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// TestEverySettingHasAnEffect fails when a setting is added and the table is not.
func TestEverySettingHasAnEffect(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, p := range pending.Paths() {
		known[p] = true
	}
	var walk func(path string, typ reflect.Type)
	walk = func(path string, typ reflect.Type) {
		for f := range typ.Fields() {
			name := f.Tag.Get("yaml")
			if name == "" || name == "-" {
				continue
			}
			p := strings.TrimPrefix(path+"."+name, ".")
			objects := f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct
			switch {
			case strings.HasSuffix(p, "].identities"): // each is known by all that it says
				objects = false
				fallthrough
			case objects, f.Type.Kind() != reflect.Struct, known[p]:
				if !known[p] {
					t.Errorf("%s: the table does not say what a change of it does to the gate", p)
				}
				delete(known, p)
				if objects {
					walk(p+"[]", f.Type.Elem())
				}
			default:
				walk(p, f.Type)
			}
		}
	}
	walk("", reflect.TypeFor[config.Config]())
	for p := range known {
		t.Errorf("%s: is no setting", p)
	}
}

// TestEverySettingOfAFlagIsOfTheFile checks that flags, which workflows give as inputs,
// change nothing that the table does not see, a few credentials and places aside.
func TestEverySettingOfAFlagIsOfTheFile(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"stages": "deps", "fail-on-severity": "none", "fail-action": "false", "fail-on": "none", "timeout": "1m", "profile": "baseline", "db-digest": "sha256:" + strings.Repeat("0", 64),
		"db-warn-age": "1h", "db-max-age": "1h", "epss": "e.csv", "kev": "k.json", "epss-threshold": "0.5", "scan-images": "never", "platform": "linux/arm64", "engine": "builtin",
		"zap-url": "http://zap:8090", "target": "http://example.org", "zap-options": "-I", "comment": "never", "upload-sarif": "never", "rules-file": "r.tsv",
	}
	apart := []string{"cache-dir", "zap-key", "auth-value", "registry-auth", "github-token"}
	for _, s := range config.Settings() {
		v := values[s.Name]
		if v == "" && s.Switch {
			v = "true"
		}
		if v == "" {
			v = "x y z"
		}
		c, _ := config.Load(config.Sources{Flags: map[string]string{s.Name: v}})
		if seen := pending.Compare(config.Default(), c) != nil; seen == slices.Contains(apart, s.Name) {
			t.Errorf("%s: %s seen=%v", s.Name, v, seen)
		}
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	head := load(t, `
fail-on: all
fail-on-severity: none
exclude: ["legacy/**"]
hardening: {profile: strict, packs: [policy/acme]}
images:
  registries: [ghcr.io]
  insecure-registries: ["localhost:5000"]
  keys: [{id: a, file: a.pub}]
  rules: [{match: ["ghcr.io/acme/**"], keys: [a]}]
dast: {allow-unsafe: [web.privileged], budget: {stack: 9m}}
exceptions: [{rule: compose/user, path: "a*", reason: r, owner: o, expires: 2027-01-01}]
`)
	got, rest := pending.Adopt(config.Default(), head)
	want := config.Default()
	want.FailOn, want.Hardening, want.Images = "all", head.Hardening, head.Images
	want.Images.InsecureRegistries, want.DAST.Budget.Stack = nil, head.DAST.Budget.Stack
	for _, path := range pending.Compare(want, got) {
		t.Errorf("adopted otherwise: %s", path)
	}
	if diff := cmp.Diff([]string{
		".assure.yml:3:19 fail-on-severity high → none (loosens)",
		".assure.yml:4:10 exclude adds \"legacy/**\" (loosens)",
		".assure.yml:8:24 images.insecure-registries adds \"localhost:5000\" (loosens)",
		".assure.yml:11:22 dast.allow-unsafe adds \"web.privileged\" (loosens)",
		".assure.yml:12:14 exceptions adds \"compose/user in a*\" (loosens)",
	}, lines(rest)); diff != "" {
		t.Errorf("pending: -want +got\n%s", diff)
	}
	for _, text := range []string{"", "fail-on: none", "images: {rules: [{match: [\"**\"], allow-unsigned: true, reason: r}]}", "stages: [deps]", "offline: true", "hardening: {params: {compose/user: {a: b}}}", "deps: {scan-images: never}"} {
		got, _ := pending.Adopt(config.Default(), load(t, text))
		if d := pending.Compare(config.Default(), got); d != nil {
			t.Errorf("%q loosens: %v", text, d)
		}
	}
}
