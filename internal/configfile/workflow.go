package configfile

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

func isWorkflow(name string) bool {
	return path.Dir(name) == ".github/workflows" && hasExtension(name, ".yml", ".yaml")
}

func isAction(name string) bool {
	base := path.Base(name)
	return base == "action.yml" || base == "action.yaml"
}

// readWorkflow returns the file as it is written.
func readWorkflow(in Input) (any, source.Locator, error) {
	content, at, err := readMapping(in, "jobs")
	if content == nil || err != nil {
		return nil, nil, err
	}
	return content, steps{in.Docs[0], at, strings.Split(string(in.Data), "\n")}, nil
}

// readAction returns an action's file as it is written.
func readAction(in Input) (any, source.Locator, error) {
	content, at, err := readMapping(in, "runs")
	if content == nil || err != nil {
		return nil, nil, err
	}
	return content, steps{in.Docs[0], at, strings.Split(string(in.Data), "\n")}, nil
}

// readMapping reads the first YAML document when it is a mapping with the key.
func readMapping(in Input, key string) (any, source.Locator, error) {
	if len(in.Docs) == 0 {
		return nil, nil, nil
	}
	v, err := in.Docs[0].Value()
	if err != nil {
		return nil, nil, err
	}
	if m, ok := v.(map[string]any); !ok || key != "" && m[key] == nil {
		return nil, nil, nil
	}
	return v, in.Docs[0], nil
}

// steps locates [..., "run", n] as line n of a script, from 1; everything else as YAML.
type steps struct {
	doc   *source.Doc
	at    source.Locator
	lines []string
}

// Locate implements source.Locator.
func (s steps) Locate(path []any) (finding.Location, source.Grade) {
	last := len(path) - 1
	if last < 1 || path[last-1] != "run" {
		return s.at.Locate(path)
	}
	if n, ok := source.Index(path[last]); ok {
		if region, ok := s.line(path[:last], n); ok {
			return finding.Location{URI: s.doc.Name, Region: region}, source.Exact
		}
	}
	return s.at.Locate(path[:last])
}

// line is the text of a line of a literal block scalar; only there does a line of the
// script stand on a line of its own.
func (s steps) line(path []any, n int) (finding.Region, bool) {
	node := s.doc.Root
	for _, step := range path {
		if _, node = source.Child(node, step); node == nil {
			return finding.Region{}, false
		}
	}
	node = source.Deref(node)
	row := node.Line + n
	if node.Style&yaml.LiteralStyle == 0 || n < 1 || row > len(s.lines) {
		return finding.Region{}, false
	}
	text := strings.TrimRight(s.lines[row-1], " \t\r")
	body := strings.TrimLeft(text, " \t")
	start := utf8.RuneCountInString(text) - utf8.RuneCountInString(body)
	if body == "" {
		return finding.Region{}, false
	}
	return finding.Region{StartLine: row, StartColumn: start + 1, EndLine: row, EndColumn: utf8.RuneCountInString(text) + 1}, true
}

func isDependabot(name string) bool {
	return name == ".github/dependabot.yml" || name == ".github/dependabot.yaml"
}

// readDependabot returns the file as it is written.
func readDependabot(in Input) (any, source.Locator, error) { return readMapping(in, "") }

var evidence = regexp.MustCompile(`(^|/)evidence/[^/]+/[^/]+\.ya?ml$`)

func isEvidence(name string) bool {
	return strings.Contains(name, "evidence/") && evidence.MatchString(name)
}

// readEvidence returns a dated statement about something done outside the repository.
func readEvidence(in Input) (any, source.Locator, error) { return readMapping(in, "") }

// boards are the directories that hold dashboards; any other JSON file is too much to
// look into.
var boards = regexp.MustCompile(`(?i)(^|/)(infra|dashboards?|grafana|monitoring|observability)/|dashboard[^/]*$`)

func isDashboard(name string) bool { return hasExtension(name, ".json") && boards.MatchString(name) }

// readDashboard tells a Grafana dashboard by its panels, and returns no more than its
// title and how many there are.
func readDashboard(in Input) (any, source.Locator, error) {
	v, doc, err := readMapping(in, "panels")
	if v == nil || err != nil {
		return nil, nil, nil //nolint:nilerr // some other JSON file, which is not judged here
	}
	m, _ := v.(map[string]any)
	panels, _ := m["panels"].([]any)
	if m["schemaVersion"] == nil && m["templating"] == nil && m["uid"] == nil {
		return nil, nil, nil
	}
	return map[string]any{"title": m["title"], "panels": len(panels)}, doc, nil
}
