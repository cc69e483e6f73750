package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestZAPOptions(t *testing.T) {
	t.Parallel()
	for text, change := range map[string]func(*DAST){
		"":                         func(*DAST) {},
		`-c "my rules/a b.tsv" -I`: func(d *DAST) { d.RulesFile, d.Baseline.IgnoreWarnings = "my rules/a b.tsv", true },
		"-a -d -i -j -s -l WARN -m 5": func(d *DAST) {
			d.Baseline.InfoUnlisted, d.AjaxSpider, d.Baseline.Short, d.Baseline.Level, d.ScanTime = true, true, true, "WARN", 5*time.Minute
		},
		"-D 3 -T 10 -z '-silent' --auto":  func(*DAST) {},
		"-r x.html -J ../../y.json -w ''": func(*DAST) {},
	} {
		got, err := Load(Sources{Flags: map[string]string{"zap-options": text}})
		want := Default().DAST
		change(&want)
		if d := cmp.Diff(want, got.DAST); d != "" || err != nil {
			t.Errorf("%q: %s, error %v", text, d, err)
		}
	}
	for text, want := range map[string]string{
		"-c":                        "-c needs a value",
		"-c 'x":                     "not closed",
		"-m soon":                   "number of minutes",
		"-T 0":                      "number of minutes",
		"-z '-config x=y'":          "only -silent",
		"--hook evil.py":            `"--hook"`,
		"-t http://other.example":   `"-t"`,
		"-l LOUD":                   "zap-baseline.level",
		"-n context":                `"-n"`,
		strings.Repeat("-s ", 1000): "more than 100",
	} {
		if _, err := Load(Sources{Flags: map[string]string{"zap-options": text}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

// TestActionBaselineInputs reads the inputs of users that come from action-baseline.
func TestActionBaselineInputs(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"INPUT_RULES_FILE_NAME": "zap/my rules.tsv", "INPUT_CMD_OPTIONS": "-a -I", "INPUT_DOCKER_NAME": "ghcr.io/zaproxy/zaproxy:2.17.0", "INPUT_FAIL_ACTION": "true",
		"INPUT_TOKEN": "t0ken", "ZAP_AUTH_HEADER": "X-Token", "ZAP_AUTH_HEADER_VALUE": "s3cret", "ZAP_AUTH_HEADER_SITE": "web",
	}
	c, err := Load(Sources{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if err != nil {
		t.Fatal(err)
	}
	want := Default().DAST
	want.RulesFile, want.ZAPImage, want.Auth = "zap/my rules.tsv", "ghcr.io/zaproxy/zaproxy:2.17.0", AuthHeader{"X-Token", "web", "s3cret"}
	want.Baseline = ZAPBaseline{ExitCodes: true, IgnoreWarnings: true}
	if d := cmp.Diff(want, c.DAST); d != "" || c.Token != "t0ken" || c.FailOn != "" {
		t.Errorf("%s, token %q, fail-on %q", d, c.Token, c.FailOn)
	}
	env["INPUT_FAIL_ACTION"] = "false"
	if c, err := Load(Sources{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }}); err != nil || c.FailOn != "none" || c.DAST.Baseline.ExitCodes {
		t.Errorf("fail-on %q, error %v", c.FailOn, err)
	}
	if c, err := Load(Sources{Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, Flags: map[string]string{"fail-on": "all"}}); err != nil || c.FailOn != "all" {
		t.Errorf("fail-on %q, error %v: our own word is the stronger one", c.FailOn, err)
	}
}

func FuzzZAPOptions(f *testing.F) {
	f.Add(`-c "a b" -I -m 5`)
	f.Fuzz(func(t *testing.T, text string) {
		var c Config
		_ = setZAPOptions(&c, text) // must not panic
		if words, err := split(text); err == nil && len(words) > maxOptions+1 {
			t.Errorf("%d words", len(words))
		}
	})
}
