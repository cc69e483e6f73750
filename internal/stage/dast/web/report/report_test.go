package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stella-ops/assure/internal/stage/dast/web"
	"github.com/stella-ops/assure/internal/stage/dast/web/rules"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func hostileResult(t *testing.T) web.Result {
	t.Helper()
	evil := "<script>alert(1)</script>|`[x](javascript:alert(1))`\n# @here & http://evil.example"
	a := fired(t, "10038-1")
	a.URL, a.Param, a.Evidence, a.Other = "http://shop.example/?q="+evil, evil, evil, evil
	b := a
	b.URL = "http://shop.example/b"
	c := fired(t, "10115")
	c.URL = "http://shop.example/c"
	d := fired(t, "10019-2")
	return web.Result{Engine: "builtin", Alerts: []rules.Alert{d, a, b, c}, Notes: []string{"a note with <b>" + evil}, Gaps: []string{"a gap"}}
}

func TestReports(t *testing.T) {
	t.Parallel()
	files := Files(hostileResult(t), "http://shop.example:8080", "1.2.3", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
		golden := filepath.Join("testdata", filepath.Base(f.Name))
		if *update {
			if err := os.WriteFile(golden, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(f.Data)); d != "" {
			t.Errorf("%s (run with -update to accept): %s", f.Name, d)
		}
		if bytes.Contains(f.Data, []byte("<script>alert")) || strings.HasSuffix(f.Name, ".md") && bytes.Contains(f.Data, []byte("](javascript")) {
			t.Errorf("%s holds live markup of the page", f.Name)
		}
	}
	if d := cmp.Diff([]string{"zap/report_json.json", "zap/report_md.md", "zap/report_html.html"}, names); d != "" {
		t.Error(d)
	}
}

// TestReportShape reads the JSON the way tools for ZAP's reports do.
func TestReportShape(t *testing.T) {
	t.Parallel()
	files := Files(hostileResult(t), "https://shop.example", "1.2.3", time.Time{})
	var doc struct {
		Program string `json:"@programName"`
		Site    []struct {
			Name   string `json:"@name"`
			Port   string `json:"@port"`
			SSL    string `json:"@ssl"`
			Alerts []struct {
				PluginID, AlertRef, Name, RiskCode, Count, RiskDesc string
				Instances                                           []struct{ URI, Evidence string }
			}
		}
	}
	if err := json.Unmarshal(files[0].Data, &doc); err != nil {
		t.Fatal(err)
	}
	s := doc.Site[0]
	if s.Name != "https://shop.example" || s.Port != "443" || s.SSL != "true" || len(s.Alerts) != 3 {
		t.Fatalf("%+v", s)
	}
	if a := s.Alerts[1]; s.Alerts[0].RiskCode != "3" || a.AlertRef != "10038-1" || a.RiskDesc != "Medium (High)" || a.Count != "2" || !strings.Contains(a.Instances[0].Evidence, "<script>") {
		t.Errorf("%+v", s.Alerts)
	}
	empty := Files(web.Result{Engine: "builtin"}, "http://a", "1", time.Time{})
	if !strings.Contains(string(empty[0].Data), `"alerts": []`) {
		t.Errorf("%s", empty[0].Data)
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("a|b\n<c>@d https://e [f](g)")
	f.Fuzz(func(t *testing.T, s string) {
		got := escape(s)
		if strings.ContainsAny(got, "<@\n\r") || strings.Contains(got, "://") {
			t.Errorf("%q", got)
		}
		if strings.Contains(strings.ReplaceAll(strings.ReplaceAll(got, `\\`, ""), `\|`, ""), "|") {
			t.Errorf("a bare | in %q", got)
		}
	})
}

// fired is the alert with the reference that a page without any protection deserves,
// without an address.
func fired(t *testing.T, ref string) rules.Alert {
	t.Helper()
	html := &rules.Page{Method: "GET", URL: &url.URL{}, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(`<script src="https://polyfill.io/"></script>`)}
	untyped := &rules.Page{Method: "GET", URL: &url.URL{}, Header: http.Header{"Content-Type": {""}}, Body: []byte("x")}
	for _, a := range append(rules.Apply(html), rules.Apply(untyped)...) {
		if a.Ref == ref {
			return rules.Alert{
				PluginID: a.PluginID, Ref: a.Ref, Name: a.Name, Risk: a.Risk, Confidence: a.Confidence, CWE: a.CWE, WASC: a.WASC, Method: a.Method,
				Evidence: a.Evidence, Description: a.Description, Solution: a.Solution, Reference: a.Reference, Systemic: a.Systemic,
			}
		}
	}
	t.Fatalf("no rule says %s", ref)
	return rules.Alert{}
}
