package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// help builds a rule's Markdown page from its annotation.
func help(description string, m metadata, lang string) string {
	var b strings.Builder
	b.WriteString(oneLine(description))
	b.WriteString("\n\n**How to fix:** " + oneLine(m.Remediation) + "\n")
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		fmt.Fprintf(&b, "\nParameter `%s`, default `%s`.\n", name, text(m.Params[name]))
	}
	example(&b, "Reported", m.Bad, lang)
	example(&b, "Accepted", m.Good, lang)
	return strings.TrimSpace(b.String()) + "\n"
}

func example(b *strings.Builder, title, code, lang string) {
	if strings.TrimSpace(code) == "" {
		return
	}
	fence := "```"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	b.WriteString("\n" + title + ":\n\n" + fence + lang + "\n" + strings.TrimRight(code, "\n") + "\n" + fence + "\n")
}

func language(file string) string {
	if strings.Contains(file, "dockerfile/") {
		return "dockerfile"
	}
	if strings.Contains(file, "config/") {
		return "text"
	}
	return "yaml"
}
