package configfile

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/stella-ops/assure/internal/finding"
	"github.com/stella-ops/assure/internal/source"
)

// isFluentBitYAML knows the YAML form: a pipeline of inputs and outputs.
func isFluentBitYAML(root *yaml.Node) bool {
	p := child(root, "pipeline")
	return p != nil && p.Kind == yaml.MappingNode && (items(child(p, "inputs")) != nil || items(child(p, "outputs")) != nil)
}

// readFluentBitYAML returns the pipeline in the shape of the classic form.
func readFluentBitYAML(in Input) (any, source.Locator, error) {
	content, at, err := yamlOf(isFluentBitYAML)(in)
	if content == nil || err != nil {
		return nil, nil, err
	}
	root, out, paths := content.(map[string]any), []any{}, [][]any{}
	pipeline, _ := root["pipeline"].(map[string]any)
	for _, kind := range []string{"inputs", "filters", "outputs"} {
		sections, _ := pipeline[kind].([]any)
		for i, s := range sections {
			if m, ok := s.(map[string]any); ok {
				out = append(out, map[string]any{"kind": strings.TrimSuffix(kind, "s"), "settings": lowerKeys(m)})
				paths = append(paths, []any{"pipeline", kind, i})
			}
		}
	}
	return map[string]any{"sections": out}, moved{at, paths}, nil
}

func lowerKeys(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for k, v := range m {
		out[strings.ToLower(k)] = v
	}
	return out
}

// moved locates ["sections", i, "settings", key] in the document that they came from.
type moved struct {
	at    source.Locator
	paths [][]any
}

// Locate implements source.Locator.
func (m moved) Locate(path []any) (finding.Location, source.Grade) {
	if len(path) < 2 {
		return m.at.Locate(nil)
	}
	i, ok := source.Index(path[1])
	if !ok || i < 0 || i >= len(m.paths) {
		return m.at.Locate(nil)
	}
	to := m.paths[i]
	if len(path) > 3 {
		to = append(to[:len(to):len(to)], path[3:]...)
	}
	return m.at.Locate(to)
}

var (
	section = regexp.MustCompile(`^\s*\[\s*([A-Za-z_]+)\s*\]\s*$`)
	setting = regexp.MustCompile(`^\s+(\S+)(?:\s+(.*?))?\s*$`)
)

// sections are the names of the classic form; SERVICE alone says nothing.
var sections = map[string]bool{"service": true, "input": true, "filter": true, "output": true, "parser": true, "multiline_parser": true}

// readFluentBit reads the classic form: [SECTION] lines with indented settings. A file
// without inputs and outputs is something else, such as a file of parsers.
func readFluentBit(in Input) (any, source.Locator, error) {
	if !utf8.Valid(in.Data) {
		return nil, nil, nil
	}
	f := &fluentBit{name: in.Name}
	for i, line := range splitLines(in.Data) {
		if !f.line(i+1, line) {
			return nil, nil, nil
		}
	}
	if !f.collects {
		return nil, nil, nil
	}
	return map[string]any{"sections": f.sections}, f.at, nil
}

// splitLines returns at most maxLines lines without their ends.
func splitLines(data []byte) []string {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	lines := strings.SplitN(text, "\n", maxLines+1)
	return lines[:min(len(lines), maxLines)]
}

// fluentBit gathers the sections of a classic file.
type fluentBit struct {
	name     string
	sections []any
	current  map[string]any
	collects bool
	at       spots
}

// line reads one line; false means that this is no file of Fluent Bit.
func (f *fluentBit) line(n int, line string) bool {
	trimmed := strings.TrimSpace(line)
	if trimmed == "" || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "@") {
		return true
	}
	if m := section.FindStringSubmatch(line); m != nil {
		return f.open(n, line, strings.ToLower(m[1]))
	}
	m := setting.FindStringSubmatchIndex(line)
	if m == nil || f.current == nil {
		return false
	}
	key, value, from, to := strings.ToLower(line[m[2]:m[3]]), "", m[2], m[3]
	if m[4] >= 0 && m[4] < m[5] {
		value, from, to = line[m[4]:m[5]], m[4], m[5]
	}
	f.current[key] = value
	f.at.add(spanOf(f.name, n, line, from, to), "sections", len(f.sections)-1, "settings", key)
	return true
}

func (f *fluentBit) open(n int, line, kind string) bool {
	f.current = map[string]any{}
	f.collects = f.collects || kind == "input" || kind == "output"
	f.sections = append(f.sections, map[string]any{"kind": kind, "settings": f.current})
	from := strings.Index(line, "[")
	f.at.add(spanOf(f.name, n, line, from, strings.LastIndex(line, "]")+1), "sections", len(f.sections)-1)
	return sections[kind]
}
