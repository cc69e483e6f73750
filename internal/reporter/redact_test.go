package reporter

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

func TestRedactText(t *testing.T) {
	t.Parallel()
	secret := []string{
		"ghp_" + strings.Repeat("a1B2", 9), "github_pat_" + strings.Repeat("x", 30), "glpat-" + strings.Repeat("y", 20),
		"xoxb-123456789012-abc", "AKIA" + strings.Repeat("Q", 16), "npm_" + strings.Repeat("z", 36),
		"eyJhbGciOiJI.eyJzdWIiOiIx.c2ln",
	}
	for _, s := range secret {
		if got := redactText("before " + s + " after"); got != "before [redacted] after" {
			t.Errorf("%q stays: %q", s, got)
		}
	}
	for in, want := range map[string]string{
		"https://user:hunter2@registry.example/x":                             "https://[redacted]@registry.example/x",
		"Authorization: Bearer abcdef123":                                     "Authorization: Bearer [redacted]",
		"Set-Cookie: sid=abc123; HttpOnly":                                    "Set-Cookie: sid=[redacted]; HttpOnly",
		"VALKEY_PASS=hunter2":                                                 "VALKEY_PASS=[redacted]",
		`{"password": "hunter2", "n": 1}`:                                     `{"password": "[redacted]", "n": 1}`,
		`{"token": 12345678}`:                                                 `{"token": 12345678}`,
		"db_password: hunter2hunter2":                                         "db_password: [redacted]",
		"?token=abcdefgh&next=/":                                              "?token=[redacted]&next=/",
		"--requirepass hunter2hunter2":                                        "--requirepass [redacted]",
		"-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----": "[redacted]",
		"-----BEGIN PRIVATE KEY-----\nMII cut":                                "[redacted]",
		// What must stay.
		"VALKEY_PASS=${VALKEY_PASS}":               "VALKEY_PASS=${VALKEY_PASS}",
		"token: a value is required":               "token: a value is required",
		"the secret stands in the file":            "the secret stands in the file",
		"password_file=/run/secrets/db":            "password_file=/run/secrets/db",
		"use basic authentication-of-users":        "use basic authentication-of-users",
		"nginx@sha256:" + strings.Repeat("ab", 32): "nginx@sha256:" + strings.Repeat("ab", 32),
		"https://github.com/acme/shop":             "https://github.com/acme/shop",
	} {
		if got := redactText(in); got != want {
			t.Errorf("redactText(%q) = %q, want %q", in, got, want)
		}
	}
}

// leaky is a report with the canary in every place where foreign text can be.
func leaky(canary string) *report.Report {
	r := rich(func(string) string { return "text " + canary + " text" })
	r.BaselineReason, r.Target.Reason = canary, canary
	r.Database.Source = canary
	r.Findings[0].Properties = map[string]string{"password": canary, "url": "https://x/?q=" + canary}
	r.Findings[1].Fix.Description = canary
	r.Findings[1].Fix.Edits[0].Text = canary
	r.Rules = nil
	for i := range r.Stages {
		r.Stages[i].Set.Rules = nil
		r.Stages[i].Set.Files = []finding.File{{Name: "zap/" + r.Stages[i].Name + ".json", Data: []byte(`{"x": "` + canary + `"}`)}}
	}
	for i := range r.Gaps {
		r.Gaps[i].Location.URI = "compose.yaml"
	}
	for i := range r.Pending {
		r.Pending[i].Location.URI = "compose.yaml"
	}
	for i := range r.Findings {
		r.Findings[i].Location.URI = "compose.yaml" // a name is an identity and stays
		for j := range r.Findings[i].Related {
			r.Findings[i].Related[j].Location.URI = "compose.yaml"
		}
	}
	return r
}

func TestNoSinkLeaksTokens(t *testing.T) {
	t.Parallel()
	canary := "ghs_" + strings.Repeat("Canary9", 6)
	for format := range formats() {
		if bytes.Contains(rendered(t, format, leaky(canary), Options{}), []byte(canary)) {
			t.Errorf("%s holds the token", format)
		}
	}
	r := leaky(canary)
	r.Ledger[0].File = "a"
	if data, err := renderLedger(Redact(r).Ledger); err != nil || bytes.Contains(data, []byte(canary)) {
		t.Errorf("the ledger holds the token, error %v", err)
	}
}

func TestNoSinkLeaksKnownSecrets(t *testing.T) {
	t.Parallel()
	const canary = "correct horse/battery+staple"
	spellings := []string{canary, url.QueryEscape(canary), url.PathEscape(canary)}
	for shift := range 3 {
		spellings = append(spellings, base64.StdEncoding.EncodeToString([]byte("zzz"[:shift]+canary+"!!")))
	}
	for _, spelling := range spellings {
		r := Redact(leaky(spelling), canary)
		spelling = spelling[8:24]
		for format := range formats() {
			if bytes.Contains(rendered(t, format, r, Options{}), []byte(spelling)) {
				t.Errorf("%s holds %q", format, spelling)
			}
		}
		for _, s := range r.Stages {
			if bytes.Contains(s.Set.Files[0].Data, []byte(spelling)) || !json.Valid(s.Set.Files[0].Data) {
				t.Errorf("evidence: %s", s.Set.Files[0].Data)
			}
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range append(hostile, `{"password": "x\"y", "token": "abcdefgh", "a": ["Authorization: Basic abc\r\n"]}`, "https://a:b@c/ password=hunter2 token: abcdef12") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := redactText(s)
		if json.Valid([]byte(s)) && !json.Valid([]byte(once)) {
			t.Errorf("JSON %q becomes %q", s, once)
		}
		if strings.Count(redactText(once), redacted) < strings.Count(once, redacted) {
			t.Errorf("%q becomes %q and then %q", s, once, redactText(once))
		}
	})
}
