package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func hostileResult() Result {
	evil := "<script>alert(1)</script>|`[x](javascript:alert(1))`\n# @here & http://evil.example"
	a := catalogueRule(10038).alert(&page{method: "GET"}, hit{variant: 1})
	a.URL, a.Param, a.Evidence, a.Other = "http://shop.example/?q="+evil, evil, evil, evil
	b := a
	b.URL = "http://shop.example/b"
	c := catalogueRule(10115).alert(&page{method: "GET"}, hit{evidence: "<script src=\"https://polyfill.io/\">"})
	c.URL = "http://shop.example/c"
	d := catalogueRule(10019).alert(&page{method: "GET"}, hit{variant: 2})
	return Result{Engine: "builtin", Alerts: []Alert{d, a, b, c}, Notes: []string{"a note with <b>" + evil}, Gaps: []string{"a gap"}}
}

func TestReports(t *testing.T) {
	t.Parallel()
	files := Reports(hostileResult(), "http://shop.example:8080", "1.2.3", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC))
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
	files := Reports(hostileResult(), "https://shop.example", "1.2.3", time.Time{})
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
	empty := Reports(Result{Engine: "builtin"}, "http://a", "1", time.Time{})
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

func catalogueRule(id int) rule {
	for _, r := range catalogue() {
		if r.id == id {
			return r
		}
	}
	panic("no such rule")
}
