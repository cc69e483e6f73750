package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stella-ops/assure/internal/config"
	"github.com/stella-ops/assure/internal/finding"
)

func env(m map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := m[k]; return v, ok }
}

func TestLaterSourcesWin(t *testing.T) {
	c, err := config.Load(config.Sources{
		File:  ".assure.yml",
		Data:  []byte("fail-on-severity: low\nfail-on: none\ntimeout: 1m\nstages: deps\n"),
		Env:   env(map[string]string{"ASSURE_FAIL_ON": "all", "ASSURE_TIMEOUT": "2m", "TRIVY_DB_REPOSITORY": "a.example/db:2, b.example/db:2", "TRIVY_OFFLINE_SCAN": "true"}),
		Flags: map[string]string{"timeout": "3m", "fail-on": "", "registry-auth": "ghcr.io me secret\n\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.FailOnSeverity.String(), c.FailOn, c.Timeout, c.Stages, c.Deps.Repositories, c.Offline, c.Auth, c.Origin}
	want := []any{"low", "all", 3 * time.Minute, []string{"deps"}, []string{"a.example/db:2", "b.example/db:2"}, true,
		[]config.RegistryAuth{{Host: "ghcr.io", Username: "me", Password: "secret"}}, ".assure.yml"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("merged configuration (-want +got):\n%s", diff)
	}
	if c.Runs("images") || !c.Runs("deps") {
		t.Error("stages: deps does not select deps alone")
	}
}

func TestNoSourcesIsTheDefault(t *testing.T) {
	for _, data := range []string{"", "---\n", "# nothing\n", "null\n", "{}\n"} {
		c, err := config.Load(config.Sources{File: "f", Data: []byte(data)})
		if err != nil {
			t.Errorf("%q: %v", data, err)
		}
		if diff := cmp.Diff(config.Default(), c, cmpopts.IgnoreUnexported(config.Config{}), cmpopts.IgnoreFields(config.Config{}, "Origin")); diff != "" {
			t.Errorf("%q (-default +got):\n%s", data, diff)
		}
	}
}

func TestMistakesNameTheirPlace(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"unknown_key", "fail-on-severty: high\n", `f:1:1: unknown key "fail-on-severty"; did you mean "fail-on-severity"?`},
		{"far_from_any_key", "zzzzzzzz: 1\n", `f:1:1: unknown key "zzzzzzzz"; valid keys are dast, deps`},
		{"nested_key", "dast:\n  target:\n    prot: 1\n", `f:3:5: unknown key "dast.target.prot"; did you mean "port"?`},
		{"twice", "timeout: 1m\ntimeout: 2m\n", "timeout"},
		{"wrong_type", "offline: maybe\n", `f:1:10: offline: "maybe" is not of type bool`},
		{"number_for_text", "hardening: {profile: 3}\n", "f:1:22: hardening.profile: 3 is not text; put it in quotes"},
		{"map_for_list", "exclude: {a: b}\n", "f:1:10: exclude must be a list"},
		{"list_for_map", "dast: [1]\n", "f:1:7: dast must be a mapping"},
		{"list_at_the_root", "- a\n", "f:1:1: the configuration must be a mapping"},
		{"duration", "timeout: 5\n", `f:1:10: timeout: "5" is not a duration: write it as 90s, 15m or 24h`},
		{"negative_duration", "timeout: -5m\n", "is not a duration"},
		{"zero_timeout", "timeout: 0s\n", "f:1:10: timeout must be longer than nothing"},
		{"severity", "fail-on-severity: severe\n", `f:1:19: fail-on-severity: unknown severity "severe"`},
		{"word", "fail-on: some\n", `f:1:10: fail-on is "some"; use one of new, all, none`},
		{"target_without_host", "dast: {target: {url: \"https:///x\"}}\n", "f:1:22: dast.target.url must be an http or https URL with a host and without a user"},
		{"target_of_another_kind", "dast: {target: {url: \"ftp://a\"}}\n", "f:1:22: dast.target.url must be an http or https URL with a host and without a user"},
		{"target_with_a_user", "dast: {target: {url: \"http://u:p@a\"}}\n", "f:1:22: dast.target.url must be an http or https URL with a host and without a user"},
		{"no_network", "dast: {target: {allow-addresses: [10.0.0.1]}}\n", "f:1:35: dast.target.allow-addresses[0] must be a network such as 10.1.0.0/16"},
		{"no_time", "dast: {budget: {scan: 0s}}\n", "f:1:23: dast.budget.scan must be longer than nothing"},
		{"stage", "stages: [deps, lint]\n", `f:1:16: stages[1] is "lint"; use one of deps, hardening, images, dast`},
		{"alias", "exclude: &a [x]\nstages: *a\n", "f:2:9: stages: aliases are not allowed"},
		{"two_documents", "offline: true\n---\noffline: false\n", "one YAML document"},
		{"not_yaml", "a: [\n", "read YAML"},
		{"exception_without_owner", "exceptions:\n  - {rule: r, path: a, reason: b, expires: 2027-01-31}\n", "f:2:5: exceptions[0] needs an owner"},
		{"exception_for_everything", "exceptions:\n  - {rule: r, owner: o, reason: b, expires: 2027-01-31}\n", "a rule is never excepted everywhere"},
		{"exception_for_a_final_gap", "exceptions:\n  - {rule: gap/crashed, path: a, owner: o, reason: b, expires: 2027-01-31}\n", "f:2:12: exceptions[0].rule cannot hold: gap/crashed can never be accepted"},
		{"exception_for_no_kind_of_gap", "exceptions:\n  - {rule: gap/no-lock, path: a, owner: o, reason: b, expires: 2027-01-31}\n", "f:2:12: exceptions[0].rule cannot hold: gap/no-lock is no kind of gap"},
		{"exception_for_a_gap_without_day", "exceptions:\n  - {rule: gap/no-lock-file, path: a, owner: o, reason: b}\n", "f:2:5: exceptions[0] needs expires"},
		{"exception_day", "exceptions:\n  - {rule: r, path: a, owner: o, reason: b, expires: tomorrow}\n", `f:2:54: exceptions[0].expires: "tomorrow" is not a day`},
		{"key_with_two_sources", "images:\n  keys:\n    - {id: k, env: K, file: f}\n", "f:3:7: images.keys[0] needs either file, pem, env or url, of which file and url may stand together"},
		{"key_in_an_image", "images:\n  keys:\n    - {id: k, file: f, image-path: keys/k.pub}\n", "images.keys[0].image-path must be an absolute path in the image"},
		{"key_without_source", "images:\n  keys:\n    - {id: k}\n", "f:3:7: images.keys[0] needs either file, pem, env or url"},
		{"key_by_http", "images:\n  keys:\n    - {id: k, url: 'http://a.example/k', sha256: '" + strings.Repeat("a", 64) + "'}\n", "f:3:7: images.keys[0] needs a url with https"},
		{"key_by_url_alone", "images:\n  keys:\n    - {id: k, url: 'https://a.example/k'}\n", "f:3:7: images.keys[0] has a url and so needs sha256"},
		{"fingerprint", "images:\n  keys:\n    - {id: k, pem: x, sha256: AB}\n", "f:3:31: images.keys[0].sha256 must be 64 hex digits"},
		{"issuer_alone", "images:\n  rules:\n    - {match: [a], identities: [{issuer: 'https://i.example'}]}\n", "f:3:33: images.rules[0].identities[0] needs either subject or subject-regexp"},
		{"subject_alone", "images:\n  rules:\n    - {match: [a], identities: [{subject: s}]}\n", "needs either issuer or issuer-regexp"},
		{"exact_and_regexp", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject: s, subject-regexp: s}]}\n", "needs either subject or subject-regexp"},
		{"open_regexp", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject-regexp: '.*'}]}\n", "has an expression that accepts everything"},
		{"broken_regexp", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject-regexp: '('}]}\n", "has an invalid regular expression"},
		{"workflow_without_ref", "images:\n  rules:\n    - {match: [a], identities: [{workflow: a/b/c.yml}]}\n", "needs a ref"},
		{"ref_without_workflow", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject: s, ref: r}]}\n", "has a ref, which only a workflow has"},
		{"log_ignored_for_identity", "images:\n  rules:\n    - {match: [a], transparency-log: ignore, identities: [{issuer: i, subject: s}]}\n", "cannot be ignored for identities"},
		{"too_many_signers", "images:\n  rules:\n    - {match: [a], signers: 2, identities: [{issuer: i, subject: s}]}\n", "f:3:29: images.rules[0].signers must not be more"},
		{"unknown_root", "images:\n  rules:\n    - {match: [a], root: corp, identities: [{issuer: i, subject: s}]}\n", "names a root that images.roots does not have"},
		{"root_without_source", "images: {roots: [{id: a}]}\n", "needs either file or tuf"},
		{"tuf_by_http", "images: {roots: [{id: a, tuf: {mirror: 'http://a.example', root: r.json}}]}\n", "needs tuf with a mirror by https"},
		{"statement_type", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject: s}], attestations: [{type: sbom}]}\n", `attestations[0].type is "sbom"; use one of spdx, cyclonedx`},
		{"builder_of_sbom", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject: s}], attestations: [{type: spdx, builder: b}]}\n", "which only slsa has"},
		{"file_of_provenance", "images:\n  rules:\n    - {match: [a], identities: [{issuer: i, subject: s}], attestations: [{type: slsa, file: b}]}\n", "which only spdx and cyclonedx have"},
		{"rule_with_unknown_key", "images:\n  rules:\n    - {match: ['a/**'], keys: [x]}\n", "f:3:32: images.rules[0].keys[0] names a key that images.keys does not have"},
		{"unsigned_without_reason", "images:\n  rules:\n    - {match: ['**'], allow-unsigned: true}\n", "needs a reason"},
		{"too_many_values", "stages: [" + strings.Repeat("a,", 20_001) + "]", "has more than 20000 values"},
		{"too_large", strings.Repeat("# comment\n", 110_000), "larger than"},
		{"digest", "deps: {db-digest: abc}\n", "f:1:19: deps.db-digest must start with sha256:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Load(config.Sources{File: "f", Data: []byte(tt.data)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v\nwant  %s", err, tt.want)
			}
		})
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	_, err := config.Load(config.Sources{File: "f", Env: env(map[string]string{"ASSURE_TIMEOUT": "soon"}), Data: []byte(`offline: x
fail-on: some
b: 2
exclude: ["[", {a: b}]
generated: [../up, /abs, ok/]
exceptions:
  - {rule: compose/user, path: "[", reason: 3, expires: never}
  - 5
hardening: {profile: mild, roles: {a: chef}}
images: {keys: [{id: 1, env: A, pem: B}]}
stages: [deps, lint]
`)})
	want := `f:1:10: offline: "x" is not of type bool
f:2:10: fail-on is "some"; use one of new, all, none
f:3:1: unknown key "b"; valid keys are dast, deps, exceptions, exclude, fail-on, fail-on-severity, generated, hardening, images, offline, report, stages, timeout
f:4:11: exclude[0] is not a valid glob
f:4:16: exclude[1] must be a single value
f:5:13: generated[0] must be a directory of the repository, by its path from the root
f:5:20: generated[1] must be a directory of the repository, by its path from the root
f:7:5: exceptions[0] needs an owner
f:7:32: exceptions[0].path is not a valid glob
f:7:45: exceptions[0].reason: 3 is not text; put it in quotes
f:7:57: exceptions[0].expires: "never" is not a day: write it as 2027-01-31
f:8:5: exceptions[1] must be a mapping
f:9:22: hardening.profile is "mild"; use one of guide-literal, guide, strict, baseline
f:9:39: hardening.roles.a is "chef"; use one of backend, store, ingress, other
f:10:17: images.keys[0] needs either file, pem, env or url, of which file and url may stand together
f:10:22: images.keys[0].id: 1 is not text; put it in quotes
f:11:16: stages[1] is "lint"; use one of deps, hardening, images, dast
ASSURE_TIMEOUT: time: invalid duration "soon"`
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestSyntaxErrorsHaveAPlace(t *testing.T) {
	_, err := config.Load(config.Sources{File: "f", Data: []byte("offline: true\nstages: [deps\nfail-on: all\n")})
	if err == nil || !strings.HasPrefix(err.Error(), "f:3:") {
		t.Errorf("place of the error: %v", err)
	}
}

func TestRulesOfExceptions(t *testing.T) {
	known := []string{"compose/read-only", "compose/user", "gap/too-large", "image/latest"}
	tests := []struct{ id, want string }{
		{"compose/user", ""}, {"gap/too-large", ""}, {"CVE-2024-12345", ""}, {"GHSA-jfh8-c2jp-5v3q", ""}, {"RUSTSEC-2020-0071", ""}, {"openSUSE-SU-2024:0001-1", ""}, {"zap/10038", ""},
		{"compose/readonly", `"compose/readonly" is no rule; did you mean "compose/read-only"? assure rules lists all`},
		{"image/latets", `"image/latets" is no rule; did you mean "image/latest"? assure rules lists all`},
		{"compose/*", `"compose/*" is no rule: an exception names one rule, without wildcards; assure rules lists all`},
		{"CVE-2O24-12345", `"CVE-2O24-12345" is no advisory: write it as CVE-2024-12345 or GHSA-xxxx-xxxx-xxxx`},
		{"cve-2024-12345", `"cve-2024-12345" is no advisory: write it as CVE-2024-12345 or GHSA-xxxx-xxxx-xxxx`},
		{strings.Repeat("x", 100), `"` + strings.Repeat("x", 64) + `" is no rule; assure rules lists all`},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, config.UnknownRule(tt.id, known)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.id, diff)
		}
	}
	c, err := config.Load(config.Sources{File: "f", Data: []byte("exceptions:\n  - {rule: compose/usr, path: a, owner: o, reason: r, expires: 2027-01-31}\n")})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckRules(known); err == nil || !strings.HasPrefix(err.Error(), `f:2:12: exceptions[0].rule: "compose/usr"`) {
		t.Errorf("place of the error: %v", err)
	}
}

func TestBadSettingsNameTheirOrigin(t *testing.T) {
	for origin, s := range map[string]config.Sources{
		"ASSURE_TIMEOUT":     {Env: env(map[string]string{"ASSURE_TIMEOUT": "soon"})},
		"TRIVY_OFFLINE_SCAN": {Env: env(map[string]string{"TRIVY_OFFLINE_SCAN": "perhaps"})},
		"registry-auth":      {Flags: map[string]string{"registry-auth": "ghcr.io secret-without-user"}},
	} {
		_, err := config.Load(s)
		if err == nil || !strings.HasPrefix(err.Error(), origin+": ") {
			t.Errorf("%s: %v", origin, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the message repeats a credential: %v", origin, err)
		}
	}
}

func TestExceptionsKnowTheirPlace(t *testing.T) {
	c, err := config.Load(config.Sources{File: ".assure.yml", Data: []byte(
		"exceptions:\n  - rule: compose/read-only\n    subject: web\n    reason: writes its cache\n    owner: ops\n    expires: 2027-01-31\n")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(".assure.yml:2:5", c.Exceptions[0].Location.String()); diff != "" {
		t.Errorf("place (-want +got):\n%s", diff)
	}
	e := c.Exceptions[0].Expires
	if e.Passed(time.Date(2027, 1, 31, 23, 59, 0, 0, time.UTC)) || !e.Passed(time.Date(2027, 2, 1, 0, 0, 1, 0, time.UTC)) {
		t.Error("an exception holds through its last day, UTC")
	}
}

func TestThreshold(t *testing.T) {
	var th config.Threshold
	if err := th.UnmarshalText([]byte("none")); err != nil || th.Meets(finding.Critical) || th.String() != "none" {
		t.Errorf("none: %v %v", th, err)
	}
	if err := th.UnmarshalText([]byte("medium")); err != nil || !th.Meets(finding.Medium) || th.Meets(finding.Low) {
		t.Errorf("medium: %v %v", th, err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"", "a: 1", "stages: [deps]", "exceptions: [{rule: r}]", "images: {keys: [{id: a}]}", "dast: {env: {A: b}}", "x: &a [*a]", "? {a: b}\n: c"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Load(config.Sources{File: "f", Data: data})
		if err == nil && c.Timeout <= 0 {
			t.Error("accepted a configuration without a timeout")
		}
	})
}
