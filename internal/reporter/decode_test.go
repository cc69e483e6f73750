package reporter

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/reporter/document"
)

func TestDecodeShowsTheSame(t *testing.T) {
	t.Parallel()
	r := rich(verbatim)
	got, err := document.Decode(rendered(t, "json", r, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Fix != nil {
			f.Fix.Description = "" // fixes of a foreign report are not taken over
		}
	}
	for _, format := range []string{"comment", "text", "markdown"} {
		if diff := cmp.Diff(string(rendered(t, format, r, Options{})), string(rendered(t, format, got, Options{}))); diff != "" {
			t.Errorf("%s (-written +read):\n%s", format, diff)
		}
	}
	gaps := rich(benign).Gaps
	again, err := document.Decode(rendered(t, "json", rich(benign), Options{}))
	if err != nil {
		t.Fatal(err)
	}
	for i, g := range gaps {
		if g.Exception != nil {
			gaps[i].Exception.Location = finding.Location{} // where a foreign report's exception stands is not shown
		}
	}
	if diff := cmp.Diff(gaps, again.Gaps); diff != "" {
		t.Errorf("gaps (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(r.Stages[2].Files, got.Stages[2].Files); diff != "" {
		t.Errorf("files of a stage:\n%s", diff)
	}
	if diff := cmp.Diff(r.Counts, got.Counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	good := string(rendered(t, "json", rich(verbatim), Options{}))
	for name, change := range map[string][2]string{
		"schema":  {`"schema": 1`, `"schema": 2`},
		"verdict": {`"verdict": "error"`, `"verdict": "# pass"`},
		"gap class": {`"class": "introduced",
          "counts"`, `"class": "newly-disclosed",
          "counts"`},
		"state":     {`"state": "degraded"`, `"state": "fine"`},
		"class":     {`"class": "existing"`, `"class": "none"`},
		"severity":  {`"severity": "critical"`, `"severity": "worst"`},
		"control":   {`"state": "not-satisfied"`, `"state": "maybe"`},
		"new key":   {`"schema": 1`, `"schema": 1, "markdown": "# pass"`},
		"type":      {`"duration_ms": 20`, `"duration_ms": "20"`},
		"uri":       {`"uri": "go.sum"`, `"uri": "%zz"`},
		"exception": {`"expires": "2026-11-23"`, `"expires": "never"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing to change", name)
		}
		if _, err := document.Decode([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, bad := range map[string]string{"empty": "", "cut": good[:500], "two": good + good, "large": good + strings.Repeat(" ", document.MaxBytes)} {
		if _, err := document.Decode([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestUntrustedCommentSaysSo(t *testing.T) {
	t.Parallel()
	got := rendered(t, "comment", rich(verbatim), Options{Untrusted: true})
	if !bytes.HasPrefix(got, []byte(Marker("")+"\n> This report comes from")) {
		t.Errorf("the comment begins with %.200s", got)
	}
}

func FuzzDecode(f *testing.F) {
	data, err := Render("json", rich(verbatim), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"schema": 1, "verdict": "pass", "findings": [{"class": "existing"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := document.Decode(data)
		if err != nil {
			return
		}
		for _, format := range []string{"comment", "text", "html"} {
			if _, err := Render(format, r, Options{}); err != nil {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}
