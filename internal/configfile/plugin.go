package configfile

import (
	"regexp"

	"github.com/stella-ops/assure/internal/source"
)

var (
	pluginClass   = regexp.MustCompile(`\bclass\s+(\w+)[^{;]*:\s*[^{;]*\bI\w*Plug-?[iI]n\b`)
	pluginVersion = regexp.MustCompile(`\[\s*(?:assembly:\s*)?StellaPluginVersion(?:Attribute)?\s*\(\s*([^)]*?)\s*\)`)
	comment       = regexp.MustCompile(`//[^\n]*`)
)

func isPlugin(name string) bool { return hasExtension(name, ".cs") }

// readPlugin returns {"classes": [{"name"}], "versions": [{"text"}]} of C# source that
// has a plug-in or says its version; other source is left alone.
func readPlugin(in Input) (any, source.Locator, error) {
	text, lines, ok := textLines(in.Data)
	if !ok {
		return nil, nil, nil
	}
	code := comment.ReplaceAllStringFunc(text, func(s string) string { return string(make([]byte, len(s))) })
	var at spots
	find := func(key, field string, re *regexp.Regexp) []any {
		out := []any{}
		for _, m := range re.FindAllStringSubmatchIndex(code, maxLines) {
			line, _ := position([]byte(code), m[2])
			if line > len(lines) {
				continue
			}
			start := m[2] - len(lastLine(code[:m[2]]))
			at.add(spanOf(in.Name, line, lines[line-1], m[2]-start, m[3]-start), key, len(out))
			out = append(out, map[string]any{field: code[m[2]:m[3]]})
		}
		return out
	}
	classes, versions := find("classes", "name", pluginClass), find("versions", "text", pluginVersion)
	if len(classes)+len(versions) == 0 {
		return nil, nil, nil
	}
	return map[string]any{"classes": classes, "versions": versions}, at, nil
}

// lastLine is what stands behind the last line feed.
func lastLine(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '\n' {
			return s[i+1:]
		}
	}
	return s
}
