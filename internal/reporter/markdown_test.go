package reporter

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/report"
)

// shape is the structure of a Markdown text as GitHub's dialect reads it: every node
// that is not plain text, in order. The independent oracle for code and row.
func shape(source []byte) []string {
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var kinds []string
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if _, ok := n.(*ast.Text); !ok && entering {
			kinds = append(kinds, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	return kinds
}

func TestT20_ForeignTextDoesNotChangeTheStructure(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"markdown", "comment"} {
		want := shape(rendered(t, format, rich(benign), Options{}))
		got := rendered(t, format, rich(verbatim), Options{})
		if diff := cmp.Diff(want, shape(got)); diff != "" {
			t.Errorf("%s: hostile text made or broke Markdown (-benign +hostile):\n%s", format, diff)
		}
		for line := range bytes.Lines(got) {
			if bytes.HasPrefix(line, []byte("/")) || bytes.HasPrefix(line, []byte("@")) {
				t.Errorf("%s: a line that a bot may obey: %s", format, line)
			}
		}
	}
}

// oneFinding is a small report around one foreign text.
func oneFinding(s string) *report.Report {
	return &report.Report{Verdict: report.Fail, Reasons: []string{s}, Findings: []report.Finding{{
		Finding: finding.Finding{Rule: "a/b", Message: s, Subject: s, Remediation: s, Location: finding.Top(s + "x")}, Stage: "hardening", Fingerprint: strings.Repeat("0", 32),
	}}}
}

func FuzzMarkdown(f *testing.F) {
	for _, h := range hostile {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.TrimSpace(strip(redactText(s))) == "" {
			return
		}
		want := shape(rendered(t, "comment", oneFinding("text"), Options{}))
		if diff := cmp.Diff(want, shape(rendered(t, "comment", oneFinding(s), Options{}))); diff != "" {
			t.Errorf("%q changes the structure:\n%s", s, diff)
		}
	})
}

func TestCode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":              "–",
		" \n ":          "–",
		"a`b":           "``a`b``",
		"`a":            "`` `a ``",
		"a\nb":          "`a b`",
		"\u202eabc":     "`abc`",
		"123456789012":  "`123456789…`",
		"\u001b[31mred": "`[31mred`",
		`a\|b`:          "`a\\|b`",
	} {
		if got := code(in, 10); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := row(`a\|b`, "c|d"), "| a\\ \\|b | c\\|d |\n"; got != want {
		t.Errorf("row = %q, want %q", got, want)
	}
}

// large is a report with n findings of long text.
func large(n int) *report.Report {
	r := rich(verbatim)
	long := strings.Repeat("very long text | with `ticks` ", 20)
	for i := range n {
		f := r.Findings[2]
		f.Location.Region.StartLine, f.Location.Region.EndLine = 10+i, 10+i
		f.Class, f.Message, f.Remediation = report.Introduced, long, long
		r.Findings = append(r.Findings, f)
	}
	return r
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	r := large(3000)
	for format, limit := range map[string]int{"markdown": 1000 << 10, "comment": 60000} {
		got := rendered(t, format, r, Options{})
		if len(got) > limit {
			t.Errorf("%s has %d bytes, more than %d", format, len(got), limit)
		}
		for _, want := range []string{"## Assure: error", "`images`", "**critical**", "not shown here", "Assure `1.2.3`"} {
			if !bytes.Contains(got, []byte(want)) {
				t.Errorf("%s lost %q", format, want)
			}
		}
		if n := bytes.Count(got, []byte("<details>")); n != bytes.Count(got, []byte("</details>")) {
			t.Errorf("%s: a list was cut open", format)
		}
	}
	if n := bytes.Count(rendered(t, "text", r, Options{}), []byte("\n")); n > 300 {
		t.Errorf("text has %d lines", n)
	}
}

func TestMarker(t *testing.T) {
	t.Parallel()
	if got, want := Marker("gate.yml:job (a) --> <b>"), "<!-- assure:summary v1 key=gate.yml:job__a_______b_ -->"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := rendered(t, "comment", rich(verbatim), Options{Key: "k"}); !bytes.HasPrefix(got, []byte(Marker("k")+"\n")) {
		t.Errorf("the comment begins with %.60s", got)
	}
}

func TestFooterLinksOnlyToRuns(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"https://github.com/a/b/actions/runs/1": true, "javascript:alert(1)": false, "https://x/)[y](z": false, "": false,
	} {
		if got := strings.Contains(footer(&report.Report{}, Options{RunURL: url}), "workflow run"); got != want {
			t.Errorf("%q linked: %v", url, got)
		}
	}
}
