package configfile

import (
	"bytes"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	gmtext "github.com/yuin/goldmark/text"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/gap"
	"github.com/stella-ops/assure/internal/source"
)

// maxLines bounds how much of a document rules see.
const maxLines = 5000

// deepProse is a line that opens more quotes and lists than anyone writes. What their
// parser takes grows with the square of that number.
var deepProse = regexp.MustCompile(`(?m)^(?:[ \t]*(?:>|(?:[-*+]|[0-9]{1,9}[.)])[ \t])){65}`)

// IsProse tells a document by its name.
func IsProse(name string) bool { return hasExtension(name, ".md", ".rst", ".adoc") }

// subjects are the words in a document's name or headings that tell that it is about
// security or operations. Other prose is not kept: no rule asks for it.
var subjects = regexp.MustCompile(`(?i)security|change.?log|history|release.?notes|runbook|playbook|incident|post.?mortem|` +
	`disaster|recovery|backup|audit|on.?call|escalat|disclos|contain|eradicat`)

// readProse returns {"lines": [text, ...], "headings": [{"level", "text", "line"}, ...]};
// line is an index of lines.
func readProse(in Input) (any, source.Locator, error) {
	text, lines, ok := textLines(in.Data)
	if !ok {
		return nil, nil, nil
	}
	found := []any{}
	if hasExtension(in.Name, ".md") {
		if deepProse.MatchString(text) {
			return nil, nil, &source.Error{
				Location: finding.Top(in.Name), Rule: gap.TooLarge,
				Message: "quotes and lists are nested deeper than 64 levels on one line; write them less deep",
			}
		}
		found = headings(text, len(lines))
	}
	if !subjects.MatchString(path.Base(in.Name)) && !mentions(found) {
		return nil, nil, nil
	}
	return map[string]any{"lines": anys(lines), "headings": found}, prose{in.Name, lines}, nil
}

func mentions(headings []any) bool {
	for _, h := range headings {
		if text, _ := h.(map[string]any)["text"].(string); subjects.MatchString(text) {
			return true
		}
	}
	return false
}

// headings are those of a Markdown text, in order, on the first count lines.
func headings(text string, count int) []any {
	src, out := []byte(text), []any{}
	root := goldmark.DefaultParser().Parse(gmtext.NewReader(src))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		h, ok := n.(*ast.Heading)
		if !ok || !entering || h.Lines().Len() == 0 {
			return ast.WalkContinue, nil
		}
		first := h.Lines().At(0)
		row := bytes.Count(src[:first.Start], []byte("\n"))
		if row < count {
			out = append(out, map[string]any{"level": h.Level, "text": string(bytes.TrimSpace(h.Lines().Value(src))), "line": row})
		}
		return ast.WalkSkipChildren, nil
	})
	return out
}

// textLines is a file as text with line feeds only, and its first lines.
func textLines(data []byte) (text string, lines []string, ok bool) {
	if !utf8.Valid(data) {
		return "", nil, false
	}
	text = strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	lines = strings.SplitN(text, "\n", maxLines+1)
	return text, lines[:min(len(lines), maxLines)], true
}

func anys(lines []string) []any {
	out := make([]any, len(lines))
	for i, l := range lines {
		out[i] = l
	}
	return out
}

// prose locates ["lines", i] as the text of that line.
type prose struct {
	name  string
	lines []string
}

// Locate implements source.Locator.
func (p prose) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) == 2 {
		if i, ok := source.Index(path[1]); ok && i >= 0 && i < len(p.lines) {
			return p.line(i), source.Exact
		}
	}
	return p.line(0), source.Parent
}

// line is the text of a line, without what it is indented by.
func (p prose) line(i int) finding.Location {
	text := strings.TrimRight(p.lines[i], " \t")
	body := strings.TrimLeft(text, " \t")
	start := 1 + utf8.RuneCountInString(text) - utf8.RuneCountInString(body)
	end := start + max(1, utf8.RuneCountInString(body))
	return finding.Location{URI: p.name, Region: finding.Region{StartLine: i + 1, StartColumn: start, EndLine: i + 1, EndColumn: end}}
}

// script locates [list, i, ...] as the line that the item stands on.
type script struct {
	prose
	rows []int
}

// Locate implements source.Locator.
func (s script) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) >= 2 {
		if i, ok := source.Index(path[1]); ok && i >= 0 && i < len(s.rows) && s.rows[i] <= len(s.lines) {
			return s.line(s.rows[i] - 1), source.Exact
		}
	}
	return s.line(0), source.Parent
}
